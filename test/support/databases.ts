/** The databases that tests of stores and services run on. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, inject, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import type { DialectQuirks } from '../../src/db/dialect.ts'
import { postgres } from '../../src/db/dialects/postgres.ts'
import { sqlite } from '../../src/db/dialects/sqlite.ts'
import { TEMPLATE } from './postgres-setup.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The database under the whole service, where tests do not choose. */
    serviceDatabase: 'sqlite' | 'postgres'
  }
}

/** Opens an empty database with the schema, for the test that asks. */
export type OpenTestDatabase = () => Promise<Database>

/** Writes a group of tests once for each database. Without PostgreSQL its group is skipped. */
export function describeOnEachDatabase(tests: (open: OpenTestDatabase) => void): void {
  describe('on SQLite', () => tests(openOnSqlite))
  describe.skipIf(inject('postgres') === null)('on PostgreSQL', () => {
    const idle: string[] = []
    afterAll(() => dropPostgresDatabases(idle))
    tests(() => openOnPostgres(idle))
  })
}

export const openOnSqlite: OpenTestDatabase = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return openForTest(sqlite(join(folder, 'headgate.db')))
}

/** Takes a database of this file that no test uses, or a new one; emptied, it serves the next test. */
async function openOnPostgres(idle: string[]): Promise<Database> {
  const name = idle.pop() ?? (await createPostgresDatabase())
  onTestFinished(async () => {
    await emptyDatabase(name)
    idle.push(name)
  })
  return openForTest(postgres({ url: postgresUrl(name), connections: 5 }))
}

async function openForTest(quirks: DialectQuirks): Promise<Database> {
  const database = await openDatabase(quirks)
  onTestFinished(() => database.close())
  return database
}

export function postgresUrl(name: string): string {
  const url = new URL(inject('postgres') ?? '')
  url.pathname = name
  return url.href
}

export async function createPostgresDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await runOnPostgres('postgres', `create database ${name} template ${TEMPLATE}`)
  return name
}

export async function dropPostgresDatabases(names: readonly string[]): Promise<void> {
  for (const name of names) await runOnPostgres('postgres', `drop database if exists ${name} with (force)`)
}

async function emptyDatabase(name: string): Promise<void> {
  await runOnPostgres(
    name,
    `do $$ begin execute (
       select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity cascade'
       from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'
     ); end $$`,
  )
}

async function runOnPostgres(database: string, statement: string): Promise<void> {
  const client = new pg.Client(postgresUrl(database))
  await client.connect()
  await client.query(statement)
  await client.end()
}
