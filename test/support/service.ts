import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type App, type Overrides, startApp } from '../../src/app.ts'
import { type Environment, toConfig } from '../../src/config/config.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { errorRecorder } from './answered-errors.ts'
import { createPostgresDatabase, dropPostgresDatabases, postgresUrl } from './databases.ts'
import { ROOT } from './source-files.ts'

export type Service = {
  baseUrl: string
  dataFolder: string
  /** Null: an SQLite file in the data folder. */
  databaseUrl: string | null
  projectId: string
  projectName: string
  domainName: string
  userName: string
  password: string
  accessKey: { ak: string; sk: string }
  app: App
  /** Hosts the service's pretended jobs, and takes orders about them. */
  simulator: SimulatorClient
  /** Stops it and removes its folder. */
  stop(): Promise<void>
}

export type ServiceOptions = Readonly<{
  environment?: Environment
  overrides?: Overrides
  /** Absent: what the project of the tests says. */
  database?: 'sqlite' | 'postgres'
}>

/** The whole service on a free port, with a folder of its own and jobs that are only pretended. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  const onPostgres = (options.database ?? inject('serviceDatabase')) === 'postgres'
  const database = onPostgres ? await createPostgresDatabase() : null
  const databaseUrl = database && postgresUrl(database)
  const { config, secrets } = toConfig(
    {
      HEADGATE_DATA: dataFolder,
      HEADGATE_PORT: '0',
      HEADGATE_LOG_LEVEL: 'silent',
      HEADGATE_RUNTIME: 'simulated',
      ...(databaseUrl && { HEADGATE_DATABASE_URL: databaseUrl }),
      ...options.environment,
    },
    ROOT,
  )
  const app = await startApp(config, secrets, errorRecorder(), options.overrides)
  const simulator = new SimulatorClient(config.folders.simulator)
  const first = app.firstCredentials
  if (!first) throw new Error('an empty folder gives first credentials')
  return {
    baseUrl: app.url,
    dataFolder,
    databaseUrl,
    projectId: first.projectId,
    projectName: first.projectName,
    domainName: first.domainName,
    userName: first.userName,
    password: first.password,
    accessKey: { ak: first.ak, sk: first.sk },
    app,
    simulator,
    async stop() {
      await app.stop()
      await simulator.end()
      if (database) await dropPostgresDatabases([database])
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
