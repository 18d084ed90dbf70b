import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, messageOf, prepareJobs, runJob, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
})

afterAll(() => world.stop())

const QUEUES = '/v1.0/{p}/queues'
type Listed = Record<string, unknown> & { queue_name: string }

const create = (body: Record<string, unknown>) => world.call('createQueue', 'POST', QUEUES, { cu_count: 16, ...body })
const list = async (query = '') =>
  (await world.call<{ queues: Listed[] }>('listQueues', 'GET', `${QUEUES}${query}`)).queues
const names = async (query = '') => (await list(query)).map(({ queue_name }) => queue_name)

describe('queues', () => {
  it('get lower-case names and are found in any case', async () => {
    expect(await create({ queue_name: 'Mixed_Case', queue_type: 'general' })).toMatchObject({
      queue_name: 'mixed_case',
    })
    const detail = await world.call('showQueue', 'GET', `${QUEUES}/MIXED_case`)
    expect(detail).toMatchObject({
      queue_name: 'mixed_case',
      queueName: 'mixed_case',
      cuCount: 16,
      queueType: 'general',
    })
    expect(codeOf(await world.send('POST', QUEUES, { queue_name: 'MIXED_CASE', cu_count: 16 }))).toBe('DLI.0006')
  })

  it('are of type sql unless said otherwise, and the list shows those unless asked', async () => {
    await create({ queue_name: 'plain' })
    expect(await names()).toEqual(['plain'])
    expect(await names('?queue_type=general')).not.toContain('plain')
    expect(await names('?queue_type=all')).toContain('plain')
  })

  it('echo what Terraform compares, and have a feature only when it was given', async () => {
    await create({
      queue_name: 'tf',
      platform: 'x86_64',
      resource_mode: 1,
      feature: 'basic',
      labels: ['multi_az=2'],
      tags: [{ key: 'k1', value: 'v1' }],
    })
    const [queue] = (await list('?tags=k1%3Dv1')) as [Listed]
    expect(queue).toMatchObject({ platform: 'x86_64', resource_mode: 1, feature: 'basic', labels: 'multi_az=2' })
    expect(queue.resource_id).toMatch(/^[0-9a-f-]{36}$/)
    expect((await list('?queue_type=all')).find(({ queue_name }) => queue_name === 'plain')).not.toHaveProperty(
      'feature',
    )
  })

  it('are listed with rights and charges asked for, which add no field, but only by true or false', async () => {
    expect(await list('?with-priv=true&with-charge-info=False')).toEqual(await list())
    for (const query of ['with-priv=1', 'with-charge-info=x', 'page-size=0', 'current-page=0', 'order=up']) {
      const reply = await world.send('GET', `${QUEUES}?${query}`)
      expect([codeOf(reply), messageOf(reply)]).toEqual([
        'DLI.0001',
        expect.stringContaining(query.split('=')[0] ?? ''),
      ])
    }
  })

  it('take an empty text for none, and the default', async () => {
    const optional = ['queue_type', 'description', 'enterprise_project_id', 'platform', 'feature', 'engine']
    await create({ queue_name: 'empties', ...Object.fromEntries(optional.map((field) => [field, ''])) })
    const queue = (await list()).find(({ queue_name }) => queue_name === 'empties')
    expect(queue).toMatchObject({ queue_type: 'sql', enterprise_project_id: '0', platform: 'x86_64', engine: 'spark' })
  })

  it('are made in the address range that their properties name, if it is one', async () => {
    const ranged = (queue_name: string, cidr: string) =>
      world.send('POST', QUEUES, { queue_name, cu_count: 16, properties: { 'network.cidrInVpc': cidr } })
    expect((await ranged('ranged', '10.1.0.0/16')).status).toBe(200)
    expect((await list()).find(({ queue_name }) => queue_name === 'ranged')?.cidr_in_vpc).toBe('10.1.0.0/16')
    expect(codeOf(await ranged('unranged', '8.8.8.0/24'))).toBe('DLI.0001')
  })

  it('take numbers as texts where clients send them so', async () => {
    await create({ queue_name: 'texts', cu_count: '64', charging_mode: '1' })
    expect(await world.call('showQueue', 'GET', `${QUEUES}/texts`)).toMatchObject({ cu_count: 64, charging_mode: 1 })
  })

  it('come in pages, in the order that is asked for', async () => {
    const all = await names('?queue_type=all&order=queue_name_desc')
    expect(all).toEqual([...all].sort().reverse())
    const pages = [1, 2, 3].map((page) =>
      names(`?queue_type=all&order=queue_name_desc&page-size=2&current-page=${page}`),
    )
    expect((await Promise.all(pages)).flat()).toEqual(all.slice(0, 6))
    expect(await names('?queue_type=all&page-size=100&current-page=99')).toEqual([])
  })

  it('say what is taken of them now, and stay while a job runs on them', async () => {
    await runJob(world, { name: 'on_queue' })
    const [queue] = (await list('?queue_type=general')).filter(({ queue_name }) => queue_name === 'q1')
    expect(queue).toMatchObject({ used_cu: 2, cu_count: 64 })
    expect(codeOf(await world.send('DELETE', `${QUEUES}/q1`))).toBe('DLI.0012')
  })

  it('are gone when deleted', async () => {
    await create({ queue_name: 'short_lived' })
    expect(await world.call('deleteQueue', 'DELETE', `${QUEUES}/short_lived`)).toEqual({
      is_success: true,
      message: '',
    })
    const reply = await world.send('GET', `${QUEUES}/short_lived`)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0002', expect.stringContaining('short_lived')])
    expect(await names('?queue_type=all')).not.toContain('short_lived')
  })

  it.each([
    [{}, 'queue_name'],
    [{ queue_name: 'x' }, 'cu_count'],
    [{ queue_name: 5, cu_count: 16 }, 'queue_name'],
    [{ queue_name: 'x', cu_count: 'many' }, 'cu_count'],
    [{ queue_name: 'x', cu_count: 16, resource_mode: true }, 'resource_mode'],
    [{ queue_name: 'x', cu_count: 16, queue_type: 'flink' }, 'queue_type'],
    [{ queue_name: 'x', cu_count: 16, labels: 'multi_az=2' }, 'labels'],
    [{ queue_name: 'x', cu_count: 16, tags: [{ key: 'k' }] }, 'tags'],
  ])('refuse %j and name the field', async (body, field) => {
    const reply = await world.send('POST', QUEUES, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining(field)])
  })
})

describe('the properties of a queue', () => {
  const properties = (name: string, query = '') =>
    world.call('listQueueProperties', 'GET', `/v3/{p}/queues/${name}/properties${query}`)
  const change = (method: string, name: string, body: object) =>
    world.send(method, `/v3/{p}/queues/${name}/properties`, body)

  it('are read with every queue, a general one too, to the empty page', async () => {
    expect(await properties('Q1')).toEqual({ is_success: true, message: '', properties: [] })
    expect(codeOf(await world.send('GET', '/v3/{p}/queues/nothing/properties'))).toBe('DLI.0002')
    expect(codeOf(await world.send('GET', '/v3/{p}/queues/q1/properties?offset=-1'))).toBe('DLI.0001')
  })

  it('are set, kept and removed on an SQL queue', async () => {
    await create({ queue_name: 'sql_props', properties: { 'computeEngine.spark.nativeEnabled': true } })
    const wanted = { 'computeEngine.maxInstance': 2, 'job.maxConcurrent': '1' }
    const body = { properties: wanted }
    await world.call('updateQueueProperty', 'PUT', '/v3/{p}/queues/sql_props/properties', body)
    await world.call('createQueueProperty', 'POST', '/v3/{p}/queues/sql_props/properties', body)
    const all = [
      { key: 'computeEngine.maxInstance', value: '2' },
      { key: 'computeEngine.spark.nativeEnabled', value: 'true' },
      { key: 'job.maxConcurrent', value: '1' },
    ]
    expect(await properties('sql_props')).toMatchObject({ properties: all })
    expect(await properties('sql_props', '?offset=1&limit=1')).toMatchObject({ properties: all.slice(1, 2) })
    expect(await properties('sql_props', '?offset=3')).toMatchObject({ properties: [] })
    const keys = ['job.maxConcurrent', 'computeEngine.maxInstance']
    await world.call('deleteQueueProperty', 'DELETE', '/v3/{p}/queues/sql_props/properties', { keys })
    expect(await properties('sql_props')).toMatchObject({ properties: all.slice(1, 2) })
  })

  it.each([
    ['PUT', 'q1', { properties: { a: 1 } }, 'DLI.0007'],
    ['POST', 'q1', { properties: { a: 1 } }, 'DLI.0007'],
    ['DELETE', 'q1', { keys: ['a'] }, 'DLI.0007'],
    ['PUT', 'nothing', { properties: { a: 1 } }, 'DLI.0002'],
    ['PUT', 'sql_props', { properties: { a: [] } }, 'DLI.0001'],
    ['PUT', 'sql_props', { properties: { a: 'x'.repeat(129) } }, 'DLI.0001'],
    ['PUT', 'sql_props', {}, 'DLI.0001'],
    ['DELETE', 'sql_props', { keys: 'a' }, 'DLI.0001'],
  ])('refuse %s on %s with %j as %s', async (method, name, body, code) => {
    expect(codeOf(await change(method, name, body))).toBe(code)
  })
})

describe('changing a queue', () => {
  const act = (name: string, body: object) => world.send('PUT', `${QUEUES}/${name}/action`, body)
  const scale = (name: string, action: 'scale_out' | 'scale_in', cu_count: number | string) =>
    world.call('runQueueAction, scaling', 'PUT', `${QUEUES}/${name}/action`, { action, cu_count })

  it('scales it by a difference once a job ran on it, and never below what jobs take', async () => {
    await create({ queue_name: 'scaled', queue_type: 'general', cu_count: 64, resource_mode: 1 })
    expect(codeOf(await act('scaled', { action: 'scale_out', cu_count: 16 }))).toBe('DLI.0012')
    const settings = { cu_number: 70, parallel_number: 34, tm_cus: 2 }
    await runJob(world, { name: 'small', queue_name: 'SCALED' })
    expect(await scale('Scaled', 'scale_out', '64')).toEqual({ queue_name: 'scaled', result: true })
    expect(await world.call('showQueue', 'GET', `${QUEUES}/scaled`)).toMatchObject({
      cuCount: 128,
      cu_spec: 64,
      cu_scale_in_limit: 64,
      cu_scale_out_limit: 10_000,
    })
    await runJob(world, { name: 'large', queue_name: 'scaled', ...settings })
    const [{ used_cu }] = (await list('?queue_type=general')).filter(({ queue_name }) => queue_name === 'scaled') as [
      Listed,
    ]
    expect(used_cu).toBe(72)
    const refused = await act('scaled', { action: 'scale_in', cu_count: 64 })
    expect([codeOf(refused), messageOf(refused)]).toEqual(['DLI.0012', expect.stringContaining('72')])
    await scale('scaled', 'scale_in', 48)
  })

  it.each([
    ['plain', { action: 'scale_out', cu_count: 16 }, 'DLI.0007', '16'],
    ['scaled', { action: 'scale_out', cu_count: 10_000 }, 'DLI.0009', '10000'],
    ['scaled', { action: 'scale_out', cu_count: 15 }, 'DLI.0001', 'cu_count'],
    ['scaled', { action: 'scale_out' }, 'DLI.0001', 'cu_count'],
    ['scaled', { action: 'stop' }, 'DLI.0001', 'action'],
    ['scaled', { action: 'restart', force: true }, 'DLI.0007', 'SQL'],
    ['plain', { action: 'restart', force: 'maybe' }, 'DLI.0001', 'force'],
    ['nothing', { action: 'restart' }, 'DLI.0002', 'nothing'],
  ])('refuses %s %j with %s', async (name, body, code, word) => {
    const reply = await act(name, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(word)])
  })

  it('restarts an SQL queue, and names the restart when it was forced', async () => {
    await world.call('runQueueAction', 'PUT', `${QUEUES}/plain/action`, { action: 'restart', force: 'false' })
    const body = { action: 'restart', force: true }
    const forced = await world.call('runQueueAction, forced', 'PUT', `${QUEUES}/plain/action`, body)
    expect(forced.job_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('gives it an address range, but not while jobs run on it', async () => {
    await world.call('updateQueueCidr', 'PUT', `${QUEUES}/plain`, { cidr_in_vpc: '10.0.0.0/8' })
    expect((await list('?queue_type=sql')).find(({ queue_name }) => queue_name === 'plain')).toMatchObject({
      cidr_in_vpc: '10.0.0.0/8',
    })
    const change = (name: string, body: object) => world.send('PUT', `${QUEUES}/${name}`, body)
    expect(codeOf(await change('plain', { cidr_in_vpc: '10.0.0.0/25' }))).toBe('DLI.0001')
    expect(codeOf(await change('plain', {}))).toBe('DLI.0001')
    expect(codeOf(await change('scaled', { cidr_in_vpc: '10.0.0.0/8' }))).toBe('DLI.0012')
    expect(codeOf(await change('nothing', { cidr_in_vpc: '10.0.0.0/8' }))).toBe('DLI.0002')
  })
})

describe('an address test', () => {
  const start = (name: string, address: unknown) => world.send('POST', `${QUEUES}/${name}/connection-test`, { address })
  const result = (name: string, task: unknown) =>
    world.call('showConnectivityTask', 'GET', `${QUEUES}/${name}/connection-test/${task}`)

  it('says whether the address can be reached from here', async () => {
    const { host } = new URL(world.baseUrl)
    for (const [address, connectivity] of [
      [host, 'REACHABLE'],
      ['127.0.0.1:1', 'UNREACHABLE'],
    ]) {
      const path = `${QUEUES}/Q1/connection-test`
      const { task_id } = await world.call('createConnectivityTask', 'POST', path, { address })
      expect(await result('q1', task_id)).toEqual({ is_success: true, message: '', connectivity })
    }
  })

  it.each([
    ['q1', 'nothing', 'DLI.0001'],
    ['q1', 'http://127.0.0.1:80/', 'DLI.0001'],
    ['q1', undefined, 'DLI.0001'],
    ['nothing', '127.0.0.1:80', 'DLI.0002'],
  ])('on %s of %j is refused with %s', async (name, address, code) => {
    expect(codeOf(await start(name, address))).toBe(code)
  })

  it('that nobody started has no result', async () => {
    for (const task of ['999', 'abc', '-1', '99999999999999999999']) {
      expect(codeOf(await world.send('GET', `${QUEUES}/q1/connection-test/${task}`))).toBe('DLI.0002')
    }
  })
})

describe('the conversation of Terraform about a queue', () => {
  it('comes to an end: create, read by the list and the properties, scale, move, tag, delete', async () => {
    const body =
      '{"cu_count":64,"platform":"x86_64","queue_name":"tf_q","queue_type":"general","resource_mode":1,"tags":[{"key":"k1","value":"v1"}]}'
    const created = await world.send('POST', QUEUES, body)
    expect([created.status, created.body]).toEqual([200, { is_success: true, message: '', queue_name: 'tf_q' }])
    const read = async () => {
      const found = (await list('?queue_type=general')).find(({ queue_name }) => queue_name === 'tf_q')
      const properties = await world.call('listQueueProperties', 'GET', '/v3/{p}/queues/tf_q/properties')
      expect(properties).toEqual({ is_success: true, message: '', properties: [] })
      return found
    }
    expect(await read()).toMatchObject({ resource_mode: 1, platform: 'x86_64', cidr_in_vpc: '172.16.0.0/12' })
    const id = await runJob(world, { name: 'on_tf_q', queue_name: 'tf_q' })
    await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${id}`)

    const scaled = await world.send('PUT', `${QUEUES}/tf_q/action`, { action: 'scale_out', cu_count: 16 })
    expect([scaled.status, scaled.body]).toEqual([200, { queue_name: 'tf_q', result: true }])
    expect(await world.call('showQueue', 'GET', `${QUEUES}/tf_q`)).toMatchObject({ cuCount: 80 })
    const moved = await world.send('PUT', `${QUEUES}/tf_q`, { cidr_in_vpc: '10.0.0.0/16' })
    expect(moved.status, 'a job that is deleted keeps no queue').toBe(200)
    expect(await read()).toMatchObject({ cu_count: 80, cidr_in_vpc: '10.0.0.0/16', tags: [{ key: 'k1', value: 'v1' }] })
    expect((await world.send('DELETE', `${QUEUES}/tf_q`)).status).toBe(200)
    expect(codeOf(await world.send('GET', `${QUEUES}/tf_q`))).toBe('DLI.0002')
    expect(await names('?queue_type=general')).not.toContain('tf_q')
  })
})
