/** Starts one PostgreSQL server for all tests of a run, with a template that has the schema. */
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/db/database.ts'
import { postgres } from '../../src/db/dialects/postgres.ts'
import { HOW_TO_INSTALL, type PostgresServer, startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's first database; null where PostgreSQL is not installed. */
    postgres: string | null
  }
}

export const TEMPLATE = 'headgate_template'

/** Shared by the projects of one run. */
let server: Promise<PostgresServer | null> | null = null
let users = 0

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1
  server ??= start()
  const started = await server
  project.provide('postgres', started?.urlOf('postgres') ?? null)
  return async () => {
    users -= 1
    if (users === 0) await started?.stop()
  }
}

async function start(): Promise<PostgresServer | null> {
  const started = await startPostgres()
  if (started) await makeTemplate(started)
  else if (process.env.CI === 'true') throw new Error(`${HOW_TO_INSTALL}, and in CI its tests must run.`)
  else process.stderr.write(`${HOW_TO_INSTALL}: the tests on it are SKIPPED.\n`)
  return started
}

async function makeTemplate({ urlOf }: PostgresServer): Promise<void> {
  const client = new pg.Client(urlOf('postgres'))
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  const database = await openDatabase(postgres({ url: urlOf(TEMPLATE), connections: 1 }))
  await database.close()
}
