/** States that Flink cannot read, damaged on real disks, on both Flink lines: the next older is tried, never an empty start. */
import { readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually, JOB_MANAGER, jvmOf, standStill, TASK_MANAGER, told } from '../support/clusters.ts'
import { type Answer, builtJar, type RealService, STARTED_MS, startRealService } from '../support/real-service.ts'

let service: RealService

beforeAll(async () => {
  service = await startRealService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterEach(async () => {
  await service.deleteJobs()
})

afterAll(async () => {
  await service.end()
})

const native = async (id: number, what: string): Promise<Answer> =>
  (await service.call('GET', `/api/v1/${service.projectId}/jobs/${id}/${what}`)).body
const attempts = async (id: number): Promise<Answer[]> => (await native(id, 'attempts')).attempts

const run = (id: number, options: Record<string, unknown> = {}) =>
  service.dli('POST', 'jobs/run', { job_ids: [id], ...options })

const counterOf = (name: string) => join(service.folder, name)
const count = async (name: string) => Number((await told(counterOf(name)))?.first ?? 0)

/** A counter whose state lies in files of its own beside the metadata, with three checkpoints at least. */
async function runCounter(name: string, settings: Record<string, unknown>): Promise<number> {
  const id = await service.createJob({
    ...{ name, entrypoint: 'jobs.jar', main_class: 'headgate.test.CountForever' },
    ...{ entrypoint_args: `--tell ${counterOf(name)}`, resume_checkpoint: true },
    ...{ checkpoint_enabled: true, checkpoint_interval: 1, obs_bucket: 'state' },
    runtime_config: JSON.stringify({ 'state.storage.fs.memory-threshold': '0 b' }),
    ...settings,
  })
  await run(id)
  await service.until(id, 'job_running')
  await eventually(
    () => service.checkpoints(id),
    (found) => found.length === 3,
  )
  return id
}

async function cutMetadata(folder: string): Promise<void> {
  const metadata = join(folder, '_metadata')
  await truncate(metadata, Math.floor((await stat(metadata)).size / 2))
}

async function removeState(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name !== '_metadata') await rm(join(folder, name))
}

async function stop(id: number): Promise<void> {
  await service.dli('POST', 'jobs/stop', { job_ids: [id] })
  await service.until(id, 'job_cancel_success')
}

test('a run that is to resume goes on from the next older state, and says so; with two damaged it ends', async () => {
  const id = await runCounter('resumed', { flink_version: '1.20' })
  await stop(id)
  const [newest = '', older = ''] = await service.checkpoints(id)
  await cutMetadata(newest)
  await run(id, { resume_savepoint: true })
  const job = await service.until(id, 'job_running')
  expect(job.status_desc).toMatch(new RegExp(`older state, for Flink could not read .*${newest}`, 'u'))
  const [second, first] = await attempts(id)
  expect(first).toMatchObject({ outcome: 'failed', restore_from: expect.stringContaining(newest) })
  expect(second).toMatchObject({ restore_from: expect.stringContaining(older) })
  expect(second.restore_because).toContain(newest)
  const { events } = await native(id, 'events')
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'unreadable', because: expect.stringContaining(newest) }),
  )

  await eventually(
    () => service.checkpoints(id),
    (found) => found.length === 3,
  )
  await stop(id)
  for (const folder of await service.checkpoints(id)) await cutMetadata(folder)
  await run(id, { resume_savepoint: true })
  const ended = await service.until(id, 'job_submit_fail')
  expect(ended.status_desc).toMatch(/neither .* nor the next older, .*, can be read/u)
  expect(await attempts(id)).toHaveLength(5)
})

test('an automatic restart does the same, though Flink itself would try the damaged state for ever', async () => {
  const id = await runCounter('restarted', { flink_version: '2.3', restart_when_exception: true, resume_max_num: 1 })
  const [attempt] = await attempts(id)
  const jobManager = await jvmOf(attempt.attempt_id, JOB_MANAGER)
  // Both stand still, so that no checkpoint is made after the one that is damaged.
  for (const pid of [jobManager, await jvmOf(attempt.attempt_id, TASK_MANAGER)]) await standStill(pid)
  const [newest = '', older = ''] = await service.checkpoints(id)
  await removeState(newest)
  const before = await count('restarted')
  process.kill(jobManager, 'SIGKILL')
  await eventually(
    () => attempts(id),
    (list) => list.length === 3,
    STARTED_MS,
  )
  const job = await service.until(id, 'job_running')
  expect(job).toMatchObject({ restart_times: 1, status_desc: expect.stringContaining(newest) })
  const [third, second] = await attempts(id)
  expect(second.restore_from).toContain(newest)
  expect(third.restore_from).toContain(older)
  await eventually(
    () => count('restarted'),
    (seen) => seen > before,
  )
})
