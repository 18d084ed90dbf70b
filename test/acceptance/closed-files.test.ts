/** What a job does to its own files must not keep the service from judging and ending it: for a service that is not root. */
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { becomeOrdinaryUser } from '../support/ordinary-user.ts'
import { codeOf, prepareJobs, putObject, runJob, startWorld, type World, waitForStatus } from './world.ts'

let world: World
let becomeAgain: () => void

beforeAll(async () => {
  becomeAgain = becomeOrdinaryUser()
  world = await startWorld({ database: 'sqlite' })
  await prepareJobs(world)
})

afterAll(async () => {
  await world.stop()
  becomeAgain()
})

const runs = () => join(world.service.dataFolder, 'runs')

/** A job that runs, and has closed its logs. */
async function runClosed(name: string) {
  const id = await runJob(world, { name })
  const { attempts } = (await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)).body as {
    attempts: { attempt_id: string }[]
  }
  const attemptId = attempts[0]?.attempt_id ?? ''
  for (const each of ['logs', 'archive', 'tmp']) await chmod(join(runs(), attemptId, each), 0)
  return { id, attemptId }
}

async function deleteJob(id: number): Promise<void> {
  expect((await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${id}`)).status).toBe(200)
  await expect.poll(() => readdir(runs())).toEqual([])
}

test('a job that closed its logs is judged when its JobManager dies, and can be deleted', async () => {
  const { id, attemptId } = await runClosed('dies')
  const jobManager = (await world.service.simulator.processesOf(attemptId)).find(({ key }) => key.role === 'jobmanager')
  await world.service.simulator.signal(jobManager?.pid ?? 0, 'SIGKILL')
  await waitForStatus(world, id, 'job_running_exception')
  await deleteJob(id)
})

test('a job that closed its logs can be stopped, and its logs that are left are told', async () => {
  const { id, attemptId } = await runClosed('stops')
  await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
  await waitForStatus(world, id, 'job_cancel_success')
  const logs = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts/${attemptId}/logs`)
  expect(logs.body).toMatchObject({ logs: [{ name: 'submit.log' }] })
  const log = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts/${attemptId}/logs/jobmanager.log`)
  expect(codeOf(log, 404)).toBe('DLI.0002')
  await deleteJob(id)
})

test('objects that a job closed are refused by name and left out of lists', async () => {
  for (const key of ['shut/a', 'z']) await putObject(world, `closed/${key}`, 'x')
  const shut = join(world.service.dataFolder, 'objects', world.projectId, 'closed', 'shut')
  await chmod(shut, 0)
  const list = await world.send('GET', '/api/v1/{p}/objects/closed')
  expect(list.body).toMatchObject({ objects: [{ key: 'z' }], next_after: null })
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const refused = await world.send(method, '/api/v1/{p}/objects/closed/shut/a', method === 'PUT' ? 'x' : undefined)
    expect(codeOf(refused, 409), method).toBe('DLI.0011')
  }
  const upload = { paths: ['obs://closed/shut/a'], kind: 'file' }
  expect(codeOf(await world.send('POST', '/v2.0/{p}/resources', upload))).toBe('DLI.0011')
  await chmod(shut, 0o700)
})
