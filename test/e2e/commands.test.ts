/** Commands that meet each other, on real Flink: one cluster or none, whatever the order. */
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/clusters.ts'
import { type Answer, builtJar, dataIn, type RealService, startRealService } from '../support/real-service.ts'

let service: RealService

beforeAll(async () => {
  service = await startRealService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterEach(async () => {
  await service.deleteJobs()
  expect(await service.processes()).toEqual([])
})

afterAll(async () => {
  await service.end()
})

const STREAMING = () => `/v1.0/${service.projectId}/streaming`
const createCounter = (name: string) =>
  service.createJob({ name, entrypoint: 'jobs.jar', main_class: 'headgate.test.CountForever' })
const run = (id: number) => service.call('POST', `${STREAMING()}/jobs/run`, { job_ids: [id] })
const stop = (id: number, withSavepoint = false) =>
  service.call('POST', `${STREAMING()}/jobs/stop`, { job_ids: [id], trigger_savepoint: withSavepoint })
const remove = (id: number) => service.call('DELETE', `${STREAMING()}/jobs/${id}`)
const runFolders = () => readdir(dataIn(service.folder, 'runs'))
const jvms = async () => (await service.processes()).filter((line) => /^\d+ \S+\/java\0/u.test(String(line)))
const isGone = async (id: number) => {
  expect(await service.call('GET', `${STREAMING()}/jobs/${id}`)).toMatchObject({
    status: 400,
    body: { error_code: 'DLI.16001' },
  })
  await eventually(service.processes, (left) => left.length === 0)
  await eventually(runFolders, (left) => left.length === 0)
}

test('of two run calls at the same moment one starts a cluster and the other is refused, 50 times', async () => {
  const id = await createCounter('twice')
  for (let round = 1; round <= 50; round++) {
    const answers = await Promise.all([run(id), run(id)])
    const [ok, refused] = answers.sort((a, b) => a.status - b.status)
    expect(ok).toMatchObject({ status: 200, body: [{ is_success: 'true' }] })
    expect(refused).toMatchObject({ status: 400, body: { error_code: 'DLI.13006' } })
    const started = await eventually(
      () => service.attempts(id),
      (all) => all.length >= round && all[0].timeline.some(({ step }: Answer) => step === 'jvmsSpawned'),
    )
    expect(started).toHaveLength(round)
    await eventually(jvms, (some) => some.length === 2)
    expect(await stop(id)).toMatchObject({ status: 200 })
    await service.until(id, 'job_cancel_success')
    expect(await service.processes()).toEqual([])
    expect(await runFolders()).toHaveLength(round)
  }
})

test('a run while the job stops is refused and changes nothing; afterwards it starts again', async () => {
  const id = await createCounter('run-while-stopping')
  await run(id)
  await service.until(id, 'job_running')
  expect(await stop(id)).toMatchObject({ status: 200 })
  expect(await run(id)).toMatchObject({ status: 400, body: { error_code: 'DLI.13006' } })
  await service.until(id, 'job_cancel_success')
  expect(await service.attempts(id)).toHaveLength(1)
  expect(await run(id)).toMatchObject({ status: 200 })
  await service.until(id, 'job_running')
})

test('a stop ends a start wherever it is', async () => {
  const id = await createCounter('stop-while-starting')
  for (const step of [undefined, 'filesReady', 'jvmsSpawned', 'jobManagerUp', 'taskManagersRegistered']) {
    const before = (await service.attempts(id)).length
    await run(id)
    const reached = ([attempt]: Answer[]) => attempt.timeline.some((each: Answer) => each.step === step)
    if (step) {
      await eventually(
        () => service.attempts(id),
        (all) => all.length > before && reached(all),
      )
    }
    expect(await stop(id)).toMatchObject({ status: 200 })
    await service.until(id, 'job_cancel_success')
    expect(await service.processes()).toEqual([])
  }
})

test('a job deleted while it starts is gone at once and leaves nothing', async () => {
  const id = await createCounter('delete-starting')
  await run(id)
  await eventually(service.processes, (some) => some.length > 0)
  expect(await remove(id)).toMatchObject({ status: 200 })
  await isGone(id)
})

test('a job deleted while it runs is gone at once and leaves nothing', async () => {
  const id = await createCounter('delete-running')
  await run(id)
  await service.until(id, 'job_running')
  expect(await remove(id)).toMatchObject({ status: 200 })
  await isGone(id)
})

test('a job deleted during a savepoint is gone at once and leaves nothing', async () => {
  const id = await createCounter('delete-savepointing')
  await run(id)
  await service.until(id, 'job_running')
  await service.dli('POST', `jobs/${id}/savepoint`, { action: 'TRIGGER' })
  expect(await remove(id)).toMatchObject({ status: 200 })
  await isGone(id)
})
