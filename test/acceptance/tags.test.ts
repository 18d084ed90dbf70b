import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, createJob, messageOf, putObject, readJob, startWorld, type World } from './world.ts'

let world: World
/** A job, a queue, a package in a group and one without, by what clients call them. */
const resources: [type: string, id: string][] = []

beforeAll(async () => {
  world = await startWorld()
  const id = await createJob(world, { name: 'tagged_job', tags: null })
  await createJob(world, { name: 'other_job' })
  await world.call('createQueue', 'POST', '/v1.0/{p}/queues', { queue_name: 'tagged_queue', cu_count: 16 })
  await putObject(world, 'bkt/app.jar', 'content')
  for (const group of ['grp', undefined]) {
    await world.send('POST', '/v2.0/{p}/resources', { paths: ['obs://bkt/app.jar'], kind: 'jar', group })
  }
  resources.push(
    ['dli_flink_job', String(id)],
    ['dli_queue', 'Tagged_Queue'],
    ['dli_package_resource', 'grp#app.jar'],
    ['dli_package_resource', 'app.jar'],
  )
})

afterAll(() => world.stop())

const pathOf = (type: string, id: string) => `/v3/{p}/${type}/${encodeURIComponent(id)}/tags`
const change = (verb: 'create' | 'delete', type: string, id: string, body: unknown) =>
  world.send('POST', `${pathOf(type, id)}/${verb}`, body)
const tagsOf = (type: string, id: string, query = '') =>
  world.call<{ tags: unknown[]; count: number }>('showResourceTags', 'GET', `${pathOf(type, id)}${query}`)
const tag = (key: string, value = 'v') => ({ key, value })

describe('the tags of a resource', () => {
  it('come and go with 204 and no body, again and again, as Terraform sends them', async () => {
    for (const [type, id] of resources) {
      for (const _again of [1, 2]) {
        const reply = await change('create', type, id, { tags: [tag('k1', 'v1'), tag('k2', 'v2')] })
        expect([type, id, reply.status, reply.text]).toEqual([type, id, 204, ''])
      }
      expect(await tagsOf(type, id)).toEqual({ tags: [tag('k1', 'v1'), tag('k2', 'v2')], count: 2 })
      expect(await tagsOf(type, id, '?limit=1&offset=1')).toEqual({ tags: [tag('k2', 'v2')], count: 2 })
      for (const _again of [1, 2]) {
        const reply = await change('delete', type, id, { tags: [tag('k2', 'v2')] })
        expect([type, id, reply.status, reply.text]).toEqual([type, id, 204, ''])
      }
      expect((await tagsOf(type, id)).tags).toEqual([tag('k1', 'v1')])
    }
  })

  it('of a package without group are found by Terraform’s id, too', async () => {
    expect(await tagsOf('dli_package_resource', '#app.jar')).toEqual(await tagsOf('dli_package_resource', 'app.jar'))
  })

  it('get a new value for a key that is there, and are those of the lists', async () => {
    const [[type, id]] = resources as [[string, string]]
    await change('create', type, id, { tags: [tag('k1', 'changed')] })
    expect((await tagsOf(type, id)).tags).toEqual([tag('k1', 'changed')])
    const { job_list } = await world.call<{ job_list: { jobs: { name: string }[] } }>(
      'listFlinkJobs',
      'GET',
      '/v1.0/{p}/streaming/jobs?tags=k1%3Dchanged',
    )
    expect(job_list.jobs.map(({ name }) => name)).toEqual(['tagged_job'])
    await change('create', type, id, { tags: [tag('k1', 'v1')] })
    const { queues } = await world.call<{ queues: { queue_name: string }[] }>(
      'listQueues',
      'GET',
      '/v1.0/{p}/queues?current-page=1&page-size=100&tags=k1%3Dv1',
    )
    expect(queues.map(({ queue_name }) => queue_name)).toEqual(['tagged_queue'])
  })

  it.each([
    ['dli_flink_job', '999999', 'DLI.0002', '999999'],
    ['dli_flink_job', 'abc', 'DLI.0002', 'abc'],
    ['dli_queue', 'nothing', 'DLI.0002', 'nothing'],
    ['dli_package_resource', 'grp#nothing.jar', 'DLI.0002', 'grp#nothing.jar'],
    ['dli_database', 'db', 'DLI.0001', 'dli_flink_job'],
    ['constructor', 'x', 'DLI.0001', 'dli_flink_job'],
  ])('of %s %s are refused with %s', async (type, id, code, word) => {
    const replies = [
      await world.send('GET', pathOf(type, id)),
      await change('create', type, id, { tags: [tag('k')] }),
      await change('delete', type, id, { tags: [tag('k')] }),
    ]
    for (const reply of replies) {
      expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(word)])
    }
  })

  it.each([
    [{}, 'DLI.0001', 'tags'],
    [{ tags: null }, 'DLI.0001', 'tags'],
    [{ tags: [] }, 'DLI.0001', 'tags'],
    [{ tags: [{ key: 'k' }] }, 'DLI.0001', 'value'],
    [{ tags: [tag('_sys_k')] }, 'DLI.0001', '_sys_'],
    [{ tags: [tag('k', 'x'.repeat(44))] }, 'DLI.0001', '43'],
    [{ tags: Array.from({ length: 21 }, (_, index) => tag(`k${index}`)) }, 'DLI.0009', '20'],
    [{ tags: Array.from({ length: 20 }, (_, index) => tag(`k${index + 100}`)) }, 'DLI.0009', '20'],
  ])('refuse %j with %s', async (body, code, word) => {
    const [[type, id]] = resources as [[string, string]]
    const reply = await change('create', type, id, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(word)])
    expect((await tagsOf(type, id)).count).toBe(1)
  })

  it('go with the job', async () => {
    const id = await createJob(world, { name: 'short_lived', tags: [tag('k')] })
    expect(await tagsOf('dli_flink_job', String(id))).toMatchObject({ count: 1 })
    await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${id}`)
    expect(codeOf(await world.send('GET', pathOf('dli_flink_job', String(id))))).toBe('DLI.0002')
    await expect(readJob(world, id)).rejects.toThrow('DLI.16001')
  })
})

describe('resources by their tags', () => {
  const instances = (type: string, what: 'filter' | 'count', query = '') =>
    `/v3/{p}/${type}/resource-instances/${what}${query}`
  type Found = { resources: { resource_id: string; resource_name: string; tags: unknown[] }[]; total_count: number }

  it('are found and counted, in pages', async () => {
    const body = { tags: [{ key: 'k1', values: ['v1', 'v2'] }] }
    const find = (type: string, query = '', wanted: object = body) =>
      world.call<Found>('listResourcesByTags', 'POST', instances(type, 'filter', query), wanted)
    expect(await find('dli_package_resource')).toEqual({
      resources: [
        { resource_id: 'grp#app.jar', resource_name: 'app.jar', resource_detail: null, tags: [tag('k1', 'v1')] },
        { resource_id: 'app.jar', resource_name: 'app.jar', resource_detail: null, tags: [tag('k1', 'v1')] },
      ],
      total_count: 2,
    })
    expect((await find('dli_package_resource', '?limit=1&offset=1')).resources).toHaveLength(1)
    expect(await find('dli_package_resource', '?offset=2')).toEqual({ resources: [], total_count: 2 })
    const named = { without_any_tag: true, matches: [{ key: 'resource_name', value: 'OTHER' }] }
    expect((await find('dli_flink_job', '', named)).resources).toMatchObject([{ resource_name: 'other_job', tags: [] }])
    const count = (type: string, wanted: object) =>
      world.call('countResourcesByTags', 'POST', instances(type, 'count'), wanted)
    expect(await count('dli_package_resource', body)).toEqual({ total_count: 2 })
    expect(await count('dli_flink_job', {})).toEqual({ total_count: 2 })
  })

  it('come as keys with their values, too', async () => {
    const list = (query = '') => world.call('listResourceTags', 'GET', `/v3/{p}/dli_package_resource/tags${query}`)
    expect(await list()).toEqual({ tags: [{ key: 'k1', values: ['v1'] }], count: 1 })
    expect(await list('?offset=1')).toEqual({ tags: [], count: 1 })
  })

  it.each([
    ['dli_flink_job', { matches: [{ key: 'owner', value: 'x' }] }],
    ['dli_flink_job', { tags: [{ values: ['x'] }] }],
    ['dli_flink_job', { without_any_tag: 'yes' }],
    ['dli_elastic_resource_pool', {}],
  ])('are not looked for in %s by %j', async (type, body) => {
    expect(codeOf(await world.send('POST', instances(type, 'filter'), body))).toBe('DLI.0001')
    expect(codeOf(await world.send('POST', instances(type, 'count'), body))).toBe('DLI.0001')
  })
})

describe('with HEADGATE_TAG_VALUES set to long', () => {
  it('values of 255 characters are taken wherever tags are given', async () => {
    const wide = await startWorld({ environment: { HEADGATE_TAG_VALUES: 'long' } })
    const tags = [tag('k', 'x'.repeat(255))]
    try {
      const id = await createJob(wide, { name: 'wide', tags })
      await wide.call('createQueue', 'POST', '/v1.0/{p}/queues', { queue_name: 'wide', cu_count: 16, tags })
      await putObject(wide, 'bkt/a.jar', 'content')
      const body = { paths: ['obs://bkt/a.jar'], kind: 'jar', group: 'g', tags }
      expect((await wide.send('POST', '/v2.0/{p}/resources', body)).status).toBe(201)
      expect((await wide.send('POST', `/v3/{p}/dli_flink_job/${id}/tags/create`, { tags })).status).toBe(204)
    } finally {
      await wide.stop()
    }
  })
})
