/** A JobManager that lives and does not answer (SIGSTOP), on real Flink. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually, JOB_MANAGER, jvmOf, told } from '../support/clusters.ts'
import { type Answer, builtJar, type RealService, startRealService } from '../support/real-service.ts'

/** Long enough for a restart of the service while it lasts. */
const PATIENCE_SECONDS = 30

let service: RealService

beforeAll(async () => {
  service = await startRealService({ HEADGATE_SILENT_SECONDS: String(PATIENCE_SECONDS) })
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterEach(async () => {
  await service.deleteJobs()
})

afterAll(async () => {
  await service.end()
})

const attempts = async (id: number): Promise<Answer[]> =>
  (await service.call('GET', `/api/v1/${service.projectId}/jobs/${id}/attempts`)).body.attempts

/** A counter that runs and has made a checkpoint, and the pid of its JobManager. */
async function runCounter(name: string): Promise<{ id: number; jobManager: number; count: () => Promise<number> }> {
  const file = join(service.folder, name)
  const id = await service.createJob({
    ...{ name, entrypoint: 'jobs.jar', main_class: 'headgate.test.CountForever', entrypoint_args: `--tell ${file}` },
    ...{ checkpoint_enabled: true, checkpoint_interval: 1, obs_bucket: 'state' },
    ...{ restart_when_exception: true, resume_checkpoint: true },
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  await service.until(id, 'job_running')
  const [attempt] = await eventually(
    () => attempts(id),
    ([newest]) => newest.timeline.some(({ step }: Answer) => step === 'firstCheckpoint'),
  )
  const jobManager = await jvmOf(attempt.attempt_id, JOB_MANAGER)
  return { id, jobManager, count: async () => Number((await told(file))?.first ?? 0) }
}

const shown = (id: number, text: RegExp) =>
  eventually(
    () => service.detail(id),
    (job) => text.test(job.status_desc),
  )

test('it is shown as not reachable, also after a restart of the service, and goes on when it answers again', async () => {
  const { id, jobManager, count } = await runCounter('goes-on')
  const stoppedAt = performance.now()
  process.kill(jobManager, 'SIGSTOP')
  const silent = await shown(id, /^Not reachable: .* has not answered since/u)
  expect(performance.now() - stoppedAt).toBeLessThan(3000)
  expect(silent.status).toBe('job_running')
  await service.restart()
  expect(await service.detail(id)).toMatchObject({ status: 'job_running', status_desc: silent.status_desc })
  process.kill(jobManager, 'SIGCONT')
  await shown(id, /^$/u)
  const before = await count()
  await eventually(count, (now) => now > before)
  expect(await attempts(id)).toMatchObject([{ number: 1, live: true }])
  expect(await service.detail(id)).toMatchObject({ status: 'job_running', restart_times: 0 })
})

test('it counts as dead when its patience ends, and the job is started again as its policy says', async () => {
  const { id, jobManager } = await runCounter('dies')
  const stoppedAt = performance.now()
  process.kill(jobManager, 'SIGSTOP')
  const [second, first] = await eventually(
    () => attempts(id),
    (list) => list.length === 2,
    PATIENCE_SECONDS * 1000 + 60_000,
  )
  expect(performance.now() - stoppedAt).toBeGreaterThan(PATIENCE_SECONDS * 1000)
  expect(first).toMatchObject({
    outcome: 'failed',
    failure: { cause: expect.stringMatching(/not answered for \d+ s/u) },
  })
  expect(second.restore_from).toContain(first.flink_job_id)
  await service.until(id, 'job_running')
  expect(await shown(id, /^$/u)).toMatchObject({ status: 'job_running', restart_times: 1 })
})

test('its job can be stopped all the same, and nothing of it is left', async () => {
  const { id, jobManager } = await runCounter('stopped')
  process.kill(jobManager, 'SIGSTOP')
  await shown(id, /^Not reachable/u)
  await service.dli('POST', 'jobs/stop', { job_ids: [id] })
  await service.until(id, 'job_cancel_success')
  await eventually(service.processes, (left) => left.length === 0)
})
