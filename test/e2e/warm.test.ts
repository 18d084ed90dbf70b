/** Warm JVMs of real Flink, and a service that is killed around them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, processesAbout, WARM_UP_MS } from '../support/clusters.ts'
import { type KillableService, startKillableService } from '../support/killable-service.ts'
import { type Answer, builtJar, STARTED_MS, waitingSlots } from '../support/real-service.ts'
import type { Fault } from '../support/service-process.ts'

let service: KillableService

beforeAll(async () => {
  service = await startKillableService({ HEADGATE_WARM_SLOTS: '1' })
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterAll(async () => {
  await service.end()
  expect(await processesAbout(service.folder)).toEqual([])
})

const FOREVER = { entrypoint: 'jobs.jar', main_class: 'headgate.test.CountForever', flink_version: '1.20' }
const run = (...ids: number[]) => service.dli('POST', 'jobs/run', { job_ids: ids })
const stop = (id: number) => service.dli('POST', 'jobs/stop', { job_ids: [id] })

async function slotIsReady(version = '2.3.0'): Promise<void> {
  await eventually(
    async () => (await service.call('GET', '/api/v1/health')).body.checks.warmSlots.text,
    (text) => text.startsWith(`1 of 1 ready (Flink ${version})`),
    WARM_UP_MS,
  )
}

/** How the newest attempt's JVMs came to be, and milliseconds from the wish until the job showed as running. */
async function startOf(
  id: number,
): Promise<{ jvms: string; because: string | null; tookMs: number; attempts: number }> {
  const attempts = await service.attempts(id)
  const [{ jvms, cold_because: because, timeline }] = attempts
  const shown = timeline.findIndex(({ step }: Answer) => step === 'shown')
  const tookMs = timeline.slice(0, shown + 1).reduce((sum: number, { took_ms: ms }: Answer) => sum + ms, 0)
  return { jvms, because, tookMs, attempts: attempts.length }
}

async function started(job: Record<string, unknown>): Promise<number> {
  const id = await service.createJob({ ...FOREVER, ...job })
  await run(id)
  await service.until(id, 'job_running')
  return id
}

async function stopped(id: number): Promise<void> {
  await stop(id)
  await service.until(id, 'job_cancel_success')
}

/** What waits is what there is besides the jobs. */
const slots = () => waitingSlots(service.folder)

test.each([
  ['1.20', '1.20.0'],
  ['2.3', '2.3.0'],
])('on Flink %s a warm start is faster than a cold one', async (line, version) => {
  const options = JSON.stringify({ 'env.java.opts': '-Dnever.warm=1' })
  const name = (what: string) => `${what}-${line.replace('.', '-')}`
  const cold = await started({ name: name('cold'), flink_version: line, runtime_config: options })
  const coldStart = await startOf(cold)
  expect(coldStart).toMatchObject({ jvms: 'cold', because: 'ownJvmOptions' })
  await stopped(cold)
  const first = await started({ name: name('first'), flink_version: line })
  await stopped(first)
  await slotIsReady(version)
  const warm = await started({ name: name('warm'), flink_version: line })
  const warmStart = await startOf(warm)
  expect(warmStart).toMatchObject({ jvms: 'warm', because: null })
  expect(warmStart.tookMs).toBeLessThan(coldStart.tookMs)
  await stopped(warm)
})

test('a program that ends the JVM is refused that, as in a cold one', async () => {
  await slotIsReady()
  const id = await service.createJob({
    ...FOREVER,
    name: 'exits',
    flink_version: '2.3',
    main_class: 'headgate.test.ExitInMain',
  })
  await run(id)
  const job = await service.until(id, 'job_submit_fail')
  expect(await startOf(id)).toMatchObject({ jvms: 'warm' })
  expect(job.status_desc).toContain('System.exit')
})

test('a job that leaks threads and fills the heap harms neither its neighbour nor what waits', async () => {
  await slotIsReady()
  const neighbour = await started({ name: 'neighbour', flink_version: '2.3' })
  await slotIsReady()
  const spoils = { ...FOREVER, name: 'fills', flink_version: '2.3', main_class: 'headgate.test.FillHeap' }
  const id = await service.createJob(spoils)
  await run(id)
  const job = await service.until(id, 'job_running_exception')
  expect(job.status_desc).toContain('Java heap space')
  expect(await startOf(id)).toMatchObject({ jvms: 'warm', attempts: 1 })
  await slotIsReady()
  const next = await started({ name: 'after', flink_version: '2.3' })
  expect(await startOf(next)).toMatchObject({ jvms: 'warm' })
  expect(await service.detail(neighbour)).toMatchObject({ status: 'job_running', restart_times: 0 })
  await stopped(neighbour)
  await stopped(next)
})

test('a job whose JobManager dies goes on in warm JVMs', async () => {
  const policy = {
    obs_bucket: 'states',
    checkpoint_enabled: true,
    checkpoint_interval: 1,
    restart_when_exception: true,
    resume_checkpoint: true,
  }
  const id = await started({ name: 'dies', flink_version: '2.3', ...policy })
  await eventually(
    () => service.attempts(id),
    ([attempt]) => attempt.last_checkpoint !== null,
  )
  await slotIsReady()
  const { view } = (await service.call('GET', `/api/v1/${service.projectId}/jobs/${id}/decision`)).body
  process.kill(view.observation.job_manager.pid, 'SIGKILL')
  await eventually(
    () => service.detail(id),
    (job) => job.restart_times === 1 && job.status === 'job_running',
    STARTED_MS,
  )
  expect(await startOf(id)).toMatchObject({ jvms: 'warm', attempts: 2 })
  expect((await service.attempts(id))[0].restore_from).toContain('/chk-')
  await stopped(id)
})

test('ten starts at once: one is warm, all get there', async () => {
  await slotIsReady()
  const jobs = Array.from({ length: 10 }, (_, n) => ({
    ...{ ...FOREVER, name: `many-${n}`, flink_version: '2.3' },
    main_class: 'headgate.test.BoundedStream',
  }))
  const ids = await Promise.all(jobs.map((job) => service.createJob(job)))
  await run(...ids)
  for (const id of ids) await service.until(id, 'job_finish')
  const ways = (await Promise.all(ids.map(startOf))).map(({ jvms }) => jvms)
  expect(ways.filter((jvms) => jvms === 'warm').length).toBeGreaterThanOrEqual(1)
  await slotIsReady()
})

describe('killed', () => {
  test('while JVMs wait, the service leaves none of them, and warms others up', async () => {
    await slotIsReady()
    const [before = ''] = await slots()
    await service.kill()
    await eventually(
      () => processesAbout(before),
      (left) => left.length === 0,
    )
    await service.start()
    await slotIsReady()
    expect(await slots()).toHaveLength(1)
    expect(await slots()).not.toContain(before)
  })

  const faults: Fault[] = [
    { moment: 'afterReserve', time: 1 },
    { moment: 'launch', time: 1 },
    ...([1, 2] as const).flatMap((time): Fault[] => [
      { moment: 'beforeSpawn', time },
      { moment: 'afterSpawn', time },
    ]),
  ]

  test.each(faults)('$moment ($time), the service finishes the start with one cluster', async (fault) => {
    const killsBefore = service.kills()
    await service.startWith(fault)
    await slotIsReady()
    const id = await started({ name: `${fault.moment}-${fault.time}`, flink_version: '2.3' })
    expect(service.kills()).toBe(killsBefore + 1)
    expect(await service.attempts(id)).toHaveLength(1)
    const [{ attempt_id: attemptId }] = await service.attempts(id)
    const javas = (await processesAbout(attemptId)).filter((line) => line.includes('/bin/java'))
    expect(javas).toHaveLength(2)
    await stopped(id)
    await eventually(service.processes, (left) => left.length === 0)
    expect((await slots()).length).toBeLessThanOrEqual(1)
  })
})
