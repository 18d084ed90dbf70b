/** What the restart settings of a job do when its processes or its program die, on real Flink with real SIGKILL. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually, JOB_MANAGER, jvmsOf, pathsBelow, TASK_MANAGER, told } from '../support/clusters.ts'
import {
  type Answer,
  builtJar,
  checkpointNumber,
  type RealService,
  STARTED_MS,
  startRealService,
} from '../support/real-service.ts'

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

const CHECKPOINTS = { checkpoint_enabled: true, checkpoint_interval: 1, obs_bucket: 'state' }

async function runCounter(name: string, settings: Record<string, unknown>): Promise<{ id: number; file: string }> {
  const file = join(service.folder, name)
  const id = await service.createJob({
    name,
    entrypoint: 'jobs.jar',
    main_class: 'headgate.test.CountForever',
    entrypoint_args: `--tell ${file}`,
    ...settings,
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  await service.until(id, 'job_running')
  return { id, file }
}

const count = async (file: string) => Number((await told(file))?.first ?? 0)

/** Kills JVMs of the job's newest attempt, all at once; answers when that was. */
async function killJvms(id: number, ...mainClasses: string[]): Promise<number> {
  const [attempt] = await service.attempts(id)
  const pids = await jvmsOf(attempt.attempt_id, ...mainClasses)
  expect(pids).toHaveLength(mainClasses.length)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  return performance.now()
}

/** Waits for a checkpoint that was begun after this call; the next one may be under way already. */
async function checkpointed(id: number): Promise<void> {
  const [known] = await service.checkpoints(id)
  await eventually(
    () => service.checkpoints(id),
    ([newest]) => checkpointNumber(newest) > checkpointNumber(known) + 1,
  )
}

/** Waits until it runs and nothing stands out: a JobManager that has just started may be too busy to answer. */
const runsWell = (id: number): Promise<Answer> =>
  eventually(
    () => service.detail(id),
    (job) => job.status === 'job_running' && job.status_desc === '',
    STARTED_MS,
  )

/** The numbers in the files that a checkpoint covers, sorted. */
async function numbersIn(folder: string): Promise<number[]> {
  const names = await pathsBelow(folder)
  const finished = names.filter((name) => /(^|\/)part-[^/]+$/u.test(name))
  const texts = await Promise.all(finished.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.trimEnd().split('\n').map(Number)).sort((a, b) => a - b)
}

test('a dead JobManager is seen within 2 s and followed by an attempt that goes on from the newest checkpoint', async () => {
  const { id, file } = await runCounter('goes-on', {
    ...CHECKPOINTS,
    restart_when_exception: true,
    resume_checkpoint: true,
  })
  const counted = await eventually(
    () => count(file),
    (seen) => seen > 500,
  )
  await checkpointed(id)
  const killedAt = await killJvms(id, JOB_MANAGER)
  const dead = await eventually(
    () => service.detail(id),
    (job) => job.status !== 'job_running',
  )
  expect(performance.now() - killedAt).toBeLessThan(2000)
  expect(dead).toMatchObject({
    status: 'job_submitting',
    status_desc: expect.stringMatching(/^The JobManager was killed \(SIGKILL\)\. .*being started again/),
  })
  expect(await runsWell(id)).toMatchObject({ restart_times: 1 })
  const [second, first] = await service.attempts(id)
  expect(second.restore_from).toContain(first.flink_job_id)
  expect(second.flink_job_id).not.toBe(first.flink_job_id)
  // Nothing of the first attempt is left that could tell: what is told now is of the second.
  const before = await count(file)
  const after = await eventually(
    () => count(file),
    (seen) => seen !== before,
  )
  expect(after).toBeGreaterThan(counted)
  expect((await service.processes()).filter((line) => /^\d+ \S+\/java\0/u.test(String(line)))).toHaveLength(2)
})

test.each([
  ['jobmanager', [JOB_MANAGER]],
  ['taskmanager', [TASK_MANAGER]],
  ['both', [JOB_MANAGER, TASK_MANAGER]],
])('after a death (%s) every record is written exactly once', async (name, victims) => {
  const out = join(service.folder, `numbers-${name}`)
  const id = await service.createJob({
    name: `exactly-once-${name}`,
    entrypoint: 'jobs.jar',
    main_class: 'headgate.test.CountIntoFiles',
    entrypoint_args: `--out file://${out}`,
    restart_when_exception: true,
    resume_checkpoint: true,
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  await service.until(id, 'job_running')
  const before = await eventually(
    () => numbersIn(out),
    (numbers) => numbers.length > 500,
  )
  await killJvms(id, ...victims)
  await eventually(
    () => service.detail(id),
    (job) => job.restart_times > 0 && job.status === 'job_running',
    STARTED_MS,
  )
  await eventually(
    () => numbersIn(out),
    (numbers) => numbers.length > before.length + 500,
  )
  await service.dli('POST', 'jobs/stop', { job_ids: [id], trigger_savepoint: true })
  await service.until(id, 'job_cancel_success')
  const numbers = await numbersIn(out)
  expect(numbers).toEqual(numbers.map((_number, index) => index + 1))
})

test('without restart_when_exception the death of the JobManager is the end, with its reason', async () => {
  const { id } = await runCounter('ends-with-jobmanager', CHECKPOINTS)
  const killedAt = await killJvms(id, JOB_MANAGER)
  const job = await service.until(id, 'job_running_exception')
  expect(performance.now() - killedAt).toBeLessThan(2000)
  expect(job.status_desc).toMatch(/^The JobManager was killed \(SIGKILL\)\./)
  await eventually(service.processes, (left) => left.length === 0)
})

test('without resume_checkpoint the next attempt begins anew', async () => {
  const { id, file } = await runCounter('anew', { ...CHECKPOINTS, restart_when_exception: true })
  await eventually(
    () => count(file),
    (seen) => seen > 2000,
  )
  await killJvms(id, JOB_MANAGER)
  await eventually(
    () => count(file),
    (seen) => seen > 0 && seen < 1000,
    STARTED_MS,
  )
  expect((await service.attempts(id))[0]).toMatchObject({
    restore_from: null,
    restore_because: expect.stringContaining('begins anew'),
  })
})

test('without restart_when_exception the death of a TaskManager is the end, with its reason', async () => {
  const { id } = await runCounter('ends', CHECKPOINTS)
  const killedAt = await killJvms(id, TASK_MANAGER)
  const job = await service.until(id, 'job_running_exception')
  expect(performance.now() - killedAt).toBeLessThan(2000)
  expect(job.status_desc).toMatch(/TaskManager 1 ended with exit code 137/)
  await eventually(service.processes, (left) => left.length === 0)
})

test('a dead TaskManager is replaced inside the attempt when Flink goes on from its checkpoint', async () => {
  const { id, file } = await runCounter('replaced', {
    ...CHECKPOINTS,
    restart_when_exception: true,
    resume_checkpoint: true,
  })
  await checkpointed(id)
  const killedAt = await killJvms(id, TASK_MANAGER)
  const down = await eventually(
    () => service.detail(id),
    (job) => job.status !== 'job_running',
  )
  expect(performance.now() - killedAt).toBeLessThan(2000)
  expect(down).toMatchObject({
    status: 'job_submitting',
    status_desc: expect.stringContaining('TaskManager 1 ended and is being replaced'),
  })
  const before = await count(file)
  await runsWell(id)
  await eventually(
    () => count(file),
    (seen) => seen > before,
  )
  await eventually(
    () => service.detail(id),
    (job) => job.restart_times === 1,
  )
  expect(await service.attempts(id)).toHaveLength(1)
})

test('resume_max_num is a budget: with 2 the third failure within the hour ends the job', async () => {
  const id = await service.createJob({
    name: 'budget',
    entrypoint: 'jobs.jar',
    main_class: 'headgate.test.ThrowInTask',
    entrypoint_args: '--after 2000',
    restart_when_exception: true,
    resume_max_num: 2,
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  for (const launches of [2, 3]) {
    await eventually(
      () => service.attempts(id),
      (attempts) => attempts.length >= launches,
      STARTED_MS,
    )
  }
  const job = await service.until(id, 'job_running_exception')
  expect(job).toMatchObject({ restart_times: 2 })
  expect(job.status_desc).toMatch(/record 2000 was one too many.*restarts per hour/s)
  expect(await service.attempts(id)).toHaveLength(3)
})
