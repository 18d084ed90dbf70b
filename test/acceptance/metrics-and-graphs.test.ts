import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  RUNNABLE,
  readJob,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World
let running: number
let draft: number

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  running = await runJob(world, { name: 'running' })
  draft = await createJob(world, { name: 'draft' })
})

afterAll(() => world.stop())

type Counter = { name: string; records: number; corrupted_records: number }
type Metrics = { sources: Counter[]; sinks: Counter[]; total_read_rate: number; total_write_rate: number }
type Answer = { metrics: { jobs: { job_id: number; metrics: Metrics }[] } }

const PATH = '/v1.0/{p}/streaming/jobs/metrics'
const metricsOf = async (...job_ids: unknown[]) =>
  (await world.call<Answer>('showFlinkMetric', 'POST', PATH, { job_ids })).metrics.jobs
type Attempt = { attempt_id: string; live: boolean }
const attemptsOf = async (id: number) =>
  ((await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)).body as { attempts: Attempt[] }).attempts
const attemptOf = async (id: number) => (await attemptsOf(id))[0]?.attempt_id ?? ''
const none = { sources: [], sinks: [], total_read_rate: 0, total_write_rate: 0 }

describe('the counters of jobs', () => {
  it('are those of sources and sinks of a job that runs, and grow', async () => {
    const [first] = await metricsOf(running)
    expect(first).toMatchObject({
      job_id: running,
      metrics: {
        sources: [{ name: 'Source: Pretended', corrupted_records: 0 }],
        sinks: [{ name: 'Sink: Pretended', corrupted_records: 0 }],
        ...{ total_read_rate: 1000, total_write_rate: 1000 },
      },
    })
    const records = async () => (await metricsOf(running))[0]?.metrics.sources[0]?.records ?? 0
    await expect.poll(records).toBeGreaterThan(first?.metrics.sources[0]?.records ?? 0)
  })

  it('are empty of a job that does not run, and come once for each job, in the order of the ids', async () => {
    const jobs = await metricsOf(draft, String(running), draft)
    expect(jobs.map(({ job_id }) => job_id)).toEqual([draft, running])
    expect(jobs[0]?.metrics).toEqual(none)
  })

  it('are refused for a job that is not there', async () => {
    for (const job_ids of [[999_999], [running, 999_999], ['abc'], [-1]]) {
      expect(codeOf(await world.send('POST', PATH, { job_ids }))).toBe('DLI.16001')
    }
    const empty = await world.send('POST', PATH, { job_ids: [] })
    expect([codeOf(empty), messageOf(empty)]).toEqual(['DLI.0001', expect.stringContaining('job_ids')])
  })

  it('of a job whose Flink does not answer are empty in good time, and keep none of the others waiting', async () => {
    const silent = await runJob(world, { name: 'silent' })
    await world.service.simulator.order(await attemptOf(silent), 'simulator.jobmanager', 'silent')
    const startedAt = performance.now()
    const jobs = await metricsOf(silent, running)
    expect(performance.now() - startedAt).toBeLessThan(4_000)
    expect(jobs.map(({ metrics }) => metrics.sources.length)).toEqual([0, 1])
    await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${silent}`)
  })
})

describe('the execution graph', () => {
  const graphOf = (id: number) => world.send('GET', `/v1.0/{p}/streaming/jobs/${id}/execute-graph`)
  const stateOf = async (id: number) =>
    ((await graphOf(id)).body as { execute_graph?: { state: string } }).execute_graph?.state ?? null

  it.each([
    ['finished', 'finishes', 'job_finish', 'FINISHED'],
    ['failed', 'fails', 'job_running_exception', 'FAILED'],
    ['stopped', null, 'job_cancel_success', 'CANCELED'],
  ])('of a run that %s is its last, also when nothing is left of the run', async (name, order, status, state) => {
    const id = await runJob(world, { name })
    const attempt = await attemptOf(id)
    if (order) await world.service.simulator.order(attempt, 'simulator.job', order)
    else await world.send('POST', `/v1.0/{p}/streaming/jobs/${id}/stop`)
    await waitForStatus(world, id, status)
    await expect.poll(() => stateOf(id)).toBe(state)
    const folder = join(world.service.dataFolder, 'runs', attempt)
    await expect.poll(() => readdir(folder)).not.toContain('user') // tidied: the last thing that is done
    await rm(folder, { recursive: true })
    expect(await stateOf(id)).toBe(state)
    expect(JSON.parse(String((await readJob(world, id)).execution_graph))).toHaveProperty('nodes')
  })

  it('is that of the newest run, and goes with the job', async () => {
    const run = (job: number) => world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [job] })
    const fields = { ...RUNNABLE, name: 'twice', runtime_config: 'simulator.job=finishes:100ms' }
    const id = await createJob(world, fields)
    await run(id)
    await waitForStatus(world, id, 'job_finish')
    await world.send('PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, { runtime_config: 'simulator.start=throws' })
    await run(id)
    await waitForStatus(world, id, 'job_submit_fail')
    await expect.poll(() => stateOf(id)).toBe('FAILED')
    await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${id}`)
    expect(codeOf(await graphOf(id))).toBe('DLI.16001')
  })
})
