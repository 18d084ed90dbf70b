import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, createJob, prepareJobs, putObject, RUNNABLE, runJob, startWorld, type World } from './world.ts'

/** Codes that no other test meets on its way. test/support/errors-met.ts sees that every error is answered somewhere. */
let world: World

beforeAll(async () => {
  world = await startWorld({ environment: { HEADGATE_MAX_DRAFTS: '6' } })
  await prepareJobs(world)
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/flink-jobs'
const run = (id: number) => world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })
const authorize = (obs_buckets: string[]) => world.send('POST', '/v1.0/{p}/dli/obs-authorize', { obs_buckets })

describe('a run is refused', () => {
  it('with DLI.13002 when it needs more CUs than its queue has in all', async () => {
    const id = await createJob(world, { ...RUNNABLE, name: 'large', cu_number: 65 })
    expect(codeOf(await run(id))).toBe('DLI.13002')
  })

  it('with DLI.13009 on a shared queue', async () => {
    await world.send('POST', '/v1.0/{p}/queues', { queue_name: 'shared', cu_count: 16, resource_mode: 0 })
    expect(codeOf(await run(await createJob(world, { ...RUNNABLE, name: 'shared', queue_name: 'shared' })))).toBe(
      'DLI.13009',
    )
  })

  it('with DLI.13013 when its jar is gone', async () => {
    await putObject(world, 'b1/gone.jar', 'x')
    const id = await createJob(world, { ...RUNNABLE, name: 'gone', entrypoint: 'obs://b1/gone.jar' })
    await world.send('DELETE', '/api/v1/{p}/objects/b1/gone.jar')
    expect(codeOf(await run(id))).toBe('DLI.13013')
  })
})

it('an update is refused with DLI.12005 while the job is being stopped', async () => {
  const id = await runJob(world, { name: 'stopping' })
  await world.service.simulator.order(null, 'simulator.jobmanager', 'silent')
  await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
  expect(codeOf(await world.send('PUT', `${JOBS}/${id}`, { desc: 'x' }))).toBe('DLI.12005')
  await world.service.simulator.order(null, 'simulator.jobmanager', 'answers')
})

it('a draft too many is refused with DLI.11003', async () => {
  const codes: string[] = []
  for (let index = 0; index < 6; index += 1) {
    const reply = await world.send('POST', JOBS, { name: `draft${index}` })
    codes.push(reply.status === 200 ? 'fine' : codeOf(reply))
  }
  expect(codes.at(-1)).toBe('DLI.11003')
})

it('a body is refused with DLI.0001 and HTTP 415 when its type cannot be read', async () => {
  const reply = await world.send('POST', '/v1.0/{p}/queues', {}, { 'content-type': 'json' })
  expect(codeOf(reply, 415)).toBe('DLI.0001')
})

it('buckets are refused with DLI.19004 when none is named, and DLI.19003 when the name is none', async () => {
  expect(codeOf(await authorize([]))).toBe('DLI.19004')
  expect(codeOf(await authorize(['../up']))).toBe('DLI.19003')
})
