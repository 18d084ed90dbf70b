/**
 * The service killed (SIGKILL) at any moment, on real Flink: between record and act of every action, around the start of
 * every JVM, during savepoints, stops and deletes. After the next start: one cluster or none, and what was wanted is done.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutors, type ExecutorParts } from '../../src/reconciler/executors.ts'
import type { ActionName } from '../../src/reconciler/view.ts'
import { eventually, JOB_MANAGER, jvmsOf, portsOf, TASK_MANAGER, told } from '../support/clusters.ts'
import { type KillableService, startKillableService } from '../support/killable-service.ts'
import { type Answer, builtJar, dataIn, STARTED_MS } from '../support/real-service.ts'

let service: KillableService

beforeAll(async () => {
  service = await startKillableService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterEach(async () => {
  await service.deleteJobs()
})

afterAll(async () => {
  await service.end()
})

/** The JVMs of all jobs of this service, in the order of their pids. */
const jvms = async (...mainClasses: string[]) =>
  (await jvmsOf(service.folder, ...mainClasses)).sort((one, other) => one - other)

/** Sent again after a kill, a command may find itself done already; that is no error. */
async function command(method: string, path: string, body: unknown, alreadyDone: string): Promise<void> {
  const answer = await service.call(method, `/v1.0/${service.projectId}/streaming/${path}`, body)
  if (answer.status >= 300) expect(answer.body.error_code).toBe(alreadyDone)
}

const run = (id: number, resume = false) =>
  command('POST', 'jobs/run', { job_ids: [id], resume_savepoint: resume }, 'DLI.13006')
const stop = (id: number, withSavepoint = false) =>
  command('POST', 'jobs/stop', { job_ids: [id], trigger_savepoint: withSavepoint }, 'DLI.15002')
const savepoint = (id: number) => command('POST', `jobs/${id}/savepoint`, { action: 'TRIGGER' }, 'DLI.15002')
const remove = (id: number) => command('DELETE', `jobs/${id}`, undefined, 'DLI.16001')

async function isGone(id: number): Promise<void> {
  const { body } = await service.call('GET', `/v1.0/${service.projectId}/streaming/jobs/${id}`)
  expect(body.error_code).toBe('DLI.16001')
  await eventually(service.processes, (left) => left.length === 0)
}

const runFolders = () => readdir(dataIn(service.folder, 'runs'))

describe('killed between record and act of', () => {
  const actions = Object.keys(createExecutors({} as ExecutorParts)) as ActionName[]
  const faults = [...actions.map((moment) => ({ moment, time: 1 })), { moment: 'savepoint', time: 2 } as const]

  test.each(faults)('$moment (time $time), the service brings a whole life of a job to its end', async (fault) => {
    const killsBefore = service.kills()
    const file = join(service.folder, `life-${fault.moment}-${fault.time}`)
    const count = async () => Number((await told(file))?.first ?? 0)
    await service.startWith(fault)
    const id = await service.createJob({
      name: `life-${fault.moment}-${fault.time}`,
      entrypoint: 'jobs.jar',
      main_class: 'headgate.test.CountForever',
      entrypoint_args: `--tell ${file}`,
      ...{ checkpoint_enabled: true, checkpoint_interval: 1, restart_when_exception: true, resume_checkpoint: true },
      ...{ log_enabled: true, obs_bucket: 'logs' },
    })
    await run(id)
    await service.until(id, 'job_running')

    await eventually(
      () => service.attempts(id),
      ([attempt]) => attempt.timeline.some(({ step }: Answer) => step === 'firstCheckpoint'),
    )
    for (const pid of await jvms(TASK_MANAGER)) process.kill(pid, 'SIGKILL')
    const replaced = await eventually(
      () => service.detail(id),
      (job) => job.restart_times > 0 && job.status === 'job_running',
      STARTED_MS,
    )
    expect(replaced.restart_times).toBe(1)

    await savepoint(id)
    const saved = await eventually(
      () => service.detail(id),
      (job) => job.has_savepoint && job.status === 'job_running',
    )
    const counted = await count()
    await stop(id, true)
    const stopped = await service.until(id, 'job_cancel_success')
    expect(stopped.savepoint_path).not.toBe(saved.savepoint_path)
    await eventually(service.processes, (left) => left.length === 0)

    await run(id, true)
    await service.until(id, 'job_running')
    expect(await jvms(JOB_MANAGER)).toHaveLength(1)
    expect(await jvms(TASK_MANAGER)).toHaveLength(1)
    await eventually(count, (seen) => seen > counted)
    await stop(id)
    await service.until(id, 'job_cancel_success')
    const attempts = await service.attempts(id)
    expect(attempts).toHaveLength(2)
    await remove(id)
    // A deleted job is hidden at once and disposed of afterwards: that kill may come after the answer.
    await eventually(
      async () => service.kills(),
      (kills) => kills === killsBefore + 1,
    )
    await isGone(id)
    await eventually(runFolders, (left) => attempts.every((attempt) => !left.includes(attempt.attempt_id)))
  })
})

describe('killed around the start of a JVM', () => {
  const faults = (['beforeSpawn', 'afterSpawn'] as const).flatMap((moment) =>
    [1, 2, 3].map((time) => ({ moment, time })),
  )

  test.each(faults)('($moment, JVM $time of 3), the service finishes the start with one cluster', async (fault) => {
    const killsBefore = service.kills()
    await service.startWith(fault)
    const id = await service.createJob({
      name: `spawn-${fault.moment}-${fault.time}`,
      entrypoint: 'jobs.jar',
      main_class: 'headgate.test.CountForever',
      ...{ cu_number: 3, parallel_number: 2 },
    })
    await run(id)
    await service.until(id, 'job_running')
    expect(service.kills()).toBe(killsBefore + 1)
    expect(await service.attempts(id)).toHaveLength(1)
    expect(await jvms(JOB_MANAGER)).toHaveLength(1)
    expect(await jvms(TASK_MANAGER)).toHaveLength(2)
  })
})

describe('killed while', () => {
  const slowJob = async (name: string) => {
    const id = await service.createJob({
      name,
      entrypoint: 'jobs.jar',
      main_class: 'headgate.test.SlowSnapshot',
      entrypoint_args: '--snapshot 3000',
    })
    await run(id)
    await service.until(id, 'job_running')
    return id
  }

  test('a job runs, the service finds the same processes and nothing is restarted', async () => {
    const id = await slowJob('runs-on')
    const before = await jvms(JOB_MANAGER, TASK_MANAGER)
    await service.kill()
    await service.start()
    expect(await service.detail(id)).toMatchObject({ status: 'job_running', restart_times: 0 })
    expect(await jvms(JOB_MANAGER, TASK_MANAGER)).toEqual(before)
    expect(await service.attempts(id)).toHaveLength(1)
  })

  test('a savepoint is made, the service records it', async () => {
    const id = await slowJob('saves')
    await savepoint(id)
    expect(await service.detail(id)).toMatchObject({ status: 'job_savepointing' })
    await service.kill()
    await service.start()
    const job = await eventually(
      () => service.detail(id),
      (each) => each.status !== 'job_savepointing',
    )
    expect(job).toMatchObject({ status: 'job_running', has_savepoint: true })
  })

  test.each(['before', 'after'] as const)(
    'a stop with savepoint is under way, started again %s its end, the job is stopped with it',
    async (when) => {
      const id = await slowJob(`stops-${when}`)
      const [{ attempt_id: attemptId, flink_job_id: flinkJobId }] = await service.attempts(id)
      await stop(id, true)
      await eventually(
        () => flinkSays(attemptId, `/jobs/${flinkJobId}/checkpoints`),
        (checkpoints) => checkpoints.counts.in_progress === 1,
      )
      await service.kill()
      if (when === 'after') {
        await eventually(
          () => flinkSays(attemptId, `/jobs/${flinkJobId}`),
          (job) => job.state === 'FINISHED',
        )
      }
      await service.start()
      const job = await service.until(id, 'job_cancel_success')
      expect(job).toMatchObject({ has_savepoint: true, savepoint_path: expect.stringContaining('/savepoint-') })
      await eventually(service.processes, (left) => left.length === 0)
    },
  )

  test('a job is deleted, the service deletes it to the end', async () => {
    const id = await slowJob('goes')
    await remove(id)
    await service.kill()
    await service.start()
    await isGone(id)
  })
})

async function flinkSays(attemptId: string, path: string): Promise<Answer> {
  const ports = await portsOf(dataIn(service.folder), attemptId)
  return (await fetch(`http://127.0.0.1:${ports.at(-1)?.rest}${path}`)).json()
}
