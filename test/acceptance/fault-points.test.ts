/** The service killed between what it records and what it does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { createPostgresDatabase, dropPostgresDatabases, postgresUrl } from '../support/databases.ts'
import { type ServiceProcessOptions, startServiceProcess } from '../support/service-process.ts'
import { createJob, prepareJobs, RUNNABLE, signedIn, waitForStatus } from './world.ts'

/** A place for services that follow each other, each in a process of its own. */
async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-fault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  onTestFinished(() => new SimulatorClient(join(folder, 'simulator')).end())
  const database = inject('serviceDatabase') === 'postgres' ? await createPostgresDatabase() : null
  if (database) onTestFinished(() => dropPostgresDatabases([database]))
  const environment = {
    HEADGATE_DATA: folder,
    HEADGATE_RUNTIME: 'simulated',
    ...(database && { HEADGATE_DATABASE_URL: postgresUrl(database) }),
  }
  return (dieAt?: ServiceProcessOptions['dieAt']) => {
    const service = startServiceProcess({ environment, ...(dieAt && { dieAt }) })
    onTestFinished(() => service.kill())
    return service
  }
}

test('a service that dies between record and launch launches that same attempt when it is started again', async () => {
  const start = await setup()
  const first = start({ moment: 'launch', time: 2 })
  const { url, firstCredentials } = await first.ready
  if (!firstCredentials) throw new Error('an empty folder gives first credentials')
  const before = await signedIn(url, firstCredentials)
  await prepareJobs(before)
  const [harmless, deadly] = [
    await createJob(before, { ...RUNNABLE, name: 'harmless' }),
    await createJob(before, { ...RUNNABLE, name: 'deadly' }),
  ]
  await before.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [harmless] })
  await waitForStatus(before, harmless, 'job_running')
  await before.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [deadly] }).catch(() => undefined)
  expect(await first.ended).toBe('SIGKILL')

  const after = await signedIn((await start().ready).url, firstCredentials)
  await waitForStatus(after, deadly, 'job_running')
  const { attempts } = (await after.send('GET', `/api/v1/{p}/jobs/${deadly}/attempts`)).body as {
    attempts: Record<string, unknown>[]
  }
  expect(attempts).toMatchObject([{ number: 1, live: true, outcome: null }])
})
