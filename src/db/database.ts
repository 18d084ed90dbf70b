import { Kysely, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import { failed } from '../lib/errors.ts'
import type { DialectQuirks } from './dialect.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/** What reads take: the database or an open transaction. */
export type Reader = Kysely<Schema> | Transaction<Schema>

/** What writes take. Only `transact` makes one. Never await the network inside: SQLite has one connection. */
export type Tx = Readonly<{
  db: Transaction<Schema>
  /** Work for after the commit (waking the reconciler); forgotten on a rollback. */
  afterCommit(work: () => void): void
}>

export interface Database {
  readonly db: Kysely<Schema>
  readonly quirks: DialectQuirks
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(quirks: DialectQuirks): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: quirks.dialect() })
  try {
    await migrate(db, quirks)
  } catch (error) {
    await db.destroy().catch(() => undefined)
    throw failed('Opening the database', error)
  }
  return {
    db,
    quirks,
    transact: async (work) => {
      const after: (() => void)[] = []
      const result = await db
        .transaction()
        .execute((trx) => work({ db: trx, afterCommit: (afterWork) => void after.push(afterWork) }))
      for (const afterWork of after) afterWork()
      return result
    },
    close: () => db.destroy(),
  }
}

async function migrate(db: Kysely<Schema>, quirks: DialectQuirks): Promise<void> {
  const provider = { getMigrations: async () => MIGRATIONS(quirks) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}
