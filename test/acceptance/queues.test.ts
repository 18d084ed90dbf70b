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
