import { Kysely, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import { failed } from '../lib/errors.ts'
import type { Connection, DatabaseWatcher, DialectQuirks } from './dialect.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/** What reads take: the database or an open transaction. */
export type Reader = Kysely<Schema> | Transaction<Schema>

/**
 * What writes take. Only `transact` makes one. Never await the network inside, nor `database.db`: SQLite has one
 * connection, and on PostgreSQL every other writer waits for the end of this one.
 */
export type Tx = Readonly<{
  db: Transaction<Schema>
  /** Work for after the commit (waking the reconciler); forgotten on a rollback. */
  afterCommit(work: () => void): void
}>

export interface Database {
  readonly db: Kysely<Schema>
  readonly quirks: DialectQuirks
  /**
   * One transaction at a time, whatever the database: what is read inside stays true until its end, so a rule between
   * rows is kept by reading and then writing (docs/decisions/0004-one-writer-at-a-time.md).
   */
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const NOBODY: DatabaseWatcher = { lost: () => undefined, regained: () => undefined, taken: () => undefined }

/** Takes the database for this service and brings its schema up to date. */
export async function openDatabase(quirks: DialectQuirks, watcher: DatabaseWatcher = NOBODY): Promise<Database> {
  const connection = await quirks.connect(watcher).catch((error: unknown) => {
    throw failed(`Opening the database ${quirks.place}`, error)
  })
  const db = new Kysely<Schema>({ dialect: connection.dialect })
  try {
    await migrate(db, quirks)
  } catch (error) {
    await close(db, connection).catch(() => undefined)
    throw failed(`Opening the database ${quirks.place}`, error)
  }
  return {
    db,
    quirks,
    transact: (work) => transact(db, quirks, work),
    close: () => close(db, connection),
  }
}

async function transact<T>(db: Kysely<Schema>, quirks: DialectQuirks, work: (tx: Tx) => Promise<T>): Promise<T> {
  const after: (() => void)[] = []
  // Each statement sees what was committed before it, so also all that was written before our turn.
  const transaction = db.transaction().setIsolationLevel('read committed')
  const result = await transaction.execute(async (trx) => {
    await quirks.takeTurn(trx)
    return work({ db: trx, afterCommit: (afterWork) => void after.push(afterWork) })
  })
  for (const afterWork of after) afterWork()
  return result
}

async function migrate(db: Kysely<Schema>, quirks: DialectQuirks): Promise<void> {
  const provider = { getMigrations: async () => MIGRATIONS(quirks) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}

async function close(db: Kysely<Schema>, connection: Connection): Promise<void> {
  try {
    await db.destroy()
  } finally {
    await connection.close()
  }
}
