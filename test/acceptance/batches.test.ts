import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  RUNNABLE,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
})

afterAll(() => world.stop())

const batch = (verb: 'run' | 'stop' | 'delete', body: unknown, headers = {}) =>
  world.send('POST', `/v1.0/{p}/streaming/jobs/${verb}`, body, headers)

const draft = (name: string) => createJob(world, { name, ...RUNNABLE })

describe('run, stop and delete in batches', () => {
  it('answer a bare array with one item per id, also for one id', async () => {
    const id = await draft('one')
    const run = await batch('run', { job_ids: [id] })
    expect([run.status, run.body]).toEqual([200, [{ is_success: 'true', message: expect.any(String) }]])
    await waitForStatus(world, id, 'job_running')
    const stopped = await world.call('batchStopFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
    expect(stopped).toHaveLength(1)
    await waitForStatus(world, id, 'job_cancel_success')
    const deleted = await world.call('batchDeleteFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/delete', {
      job_ids: [id],
    })
    expect(deleted).toHaveLength(1)
  })

  it('take ids as texts of digits, and booleans as texts', async () => {
    const id = await draft('texts')
    expect((await batch('run', { job_ids: [String(id)], resume_savepoint: 'false' })).status).toBe(200)
    await waitForStatus(world, id, 'job_running')
    expect((await batch('stop', { job_ids: [String(id)], trigger_savepoint: 'true' })).status).toBe(200)
    const detail = await waitForStatus(world, id, 'job_cancel_success')
    expect(detail.has_savepoint).toBe(true)
  })

  it.each([
    ['run', 'DLI.13007'],
    ['stop', 'DLI.15001'],
    ['delete', 'DLI.17001'],
  ] as const)('%s fails with HTTP 400 and %s when all ids are missing or no ids', async (verb, code) => {
    for (const job_ids of [
      [999_999],
      [999_998, 999_999],
      ['abc'],
      [-1],
      [0],
      [2 ** 53],
      [1.5e300],
      ['1; drop table jobs'],
    ]) {
      expect([job_ids, codeOf(await batch(verb, { job_ids }))]).toEqual([job_ids, code])
    }
  })

  it('put the reason into the item when another id succeeds', async () => {
    const id = await draft('mixed')
    const reply = await batch('run', { job_ids: [999_999, id, 'abc'] })
    expect(reply.body).toEqual([
      { is_success: 'false', message: expect.stringContaining('999999') },
      { is_success: 'true', message: expect.any(String) },
      { is_success: 'false', message: expect.stringContaining('abc') },
    ])
  })

  it('do once what an id given twice asks for, and answer it twice', async () => {
    const id = await draft('twice')
    const reply = await batch('run', { job_ids: [id, id, String(id), `0${id}`] })
    expect(reply.body).toEqual(Array(4).fill({ is_success: 'true', message: expect.any(String) }))
  })

  it.each([
    ['no ids at all', {}],
    ['an empty list', { job_ids: [] }],
    ['null', { job_ids: null }],
    ['one id that is no list', { job_ids: 5 }],
    ['ids that are objects', { job_ids: [{}] }],
    ['too many ids', { job_ids: Array(1001).fill(1) }],
  ])('refuse %s', async (_what, body) => {
    for (const verb of ['run', 'stop', 'delete'] as const) {
      const reply = await batch(verb, body)
      expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining('job_ids')])
    }
  })

  it('refuse to run what runs, and to stop what does not', async () => {
    const id = await runJob(world, { name: 'busy' })
    expect(codeOf(await batch('run', { job_ids: [id] }))).toBe('DLI.13006')
    expect(codeOf(await batch('stop', { job_ids: [await draft('idle')] }))).toBe('DLI.15002')
  })

  it('speak in booleans to the older Go SDK', async () => {
    const id = await draft('go')
    const go = { 'user-agent': 'huaweicloud-usdk-go/3.0; os/Linux go/go1.24.4' }
    const run = await batch('run', { job_ids: [id, 999_999] }, go)
    expect(run.body).toMatchObject([{ is_success: true }, { is_success: false }])
    const deleted = await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${id}`, undefined, go)
    expect(deleted.body).toMatchObject({ is_success: true })
    const buckets = await world.send('POST', '/v1.0/{p}/dli/obs-authorize', { obs_buckets: ['b1'] }, go)
    expect(buckets.body).toMatchObject({ is_success: true })
  })
})

describe('stop for one job', () => {
  it('is the batch stop with one id', async () => {
    const id = await runJob(world, { name: 'alias' })
    await world.call('stopFlinkJob', 'POST', `/v1.0/{p}/streaming/jobs/${id}/stop`)
    await waitForStatus(world, id, 'job_cancel_success')
    expect(codeOf(await world.send('POST', '/v1.0/{p}/streaming/jobs/abc/stop'))).toBe('DLI.15001')
  })
})
