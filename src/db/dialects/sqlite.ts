import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type ColumnDefinitionBuilder, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { isSystemError } from '../../lib/errors.ts'
import type { DialectQuirks } from '../dialect.ts'

const SQLITE_CONSTRAINT_UNIQUE = 2067
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

/**
 * SQLite as built into Node. WAL with synchronous FULL: a committed transaction survives a power cut. EXCLUSIVE: one
 * server per file, a second process is told "database is locked", and the lock goes with a `kill -9`. One connection, so
 * transactions take turns by themselves.
 */
export function sqlite(file: string): DialectQuirks {
  return {
    name: 'sqlite',
    place: file,
    connect: async () => {
      const database = openSqlite(file)
      return { dialect: new SqliteDialect({ database }), close: async () => undefined }
    },
    takeTurn: async () => undefined,
    text: 'text',
    withCountedId: (table) =>
      table.addColumn('id', 'integer', (c: ColumnDefinitionBuilder) => c.primaryKey().autoIncrement()),
    isUniqueViolation: (error) => hasSqliteCode(error, SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY),
    isUnavailable: (error) => hasSqliteCode(error, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL),
    isDiskFull: (error) => hasSqliteCode(error, SQLITE_FULL),
  }
}

function openSqlite(file: string): SqliteDatabase {
  // SQLite would make it readable to all; its log and index files take over the mode of the database.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL')
    database.exec('PRAGMA foreign_keys = ON')
    database.exec('BEGIN IMMEDIATE; COMMIT') // takes the lock now, so that a second server fails at start and not later
  } catch (error) {
    database.close()
    if (!hasSqliteCode(error, SQLITE_BUSY, SQLITE_LOCKED)) throw error
    throw new Error(
      'Another Headgate is using it. Stop that one, or set HEADGATE_DATA to another folder for this one.',
      {
        cause: error,
      },
    )
  }
  return toKyselyDatabase(database)
}

/** Lists of values make texts of many lengths; the rest of the service has fewer than this. */
const STATEMENTS_KEPT = 500

/** Node's SQLite as Kysely wants it. Statements are kept: to prepare one takes longer than to run it. */
export function toKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  const prepare = (sql: string) => {
    const statement = kept.get(sql) ?? toKyselyStatement(database.prepare(sql))
    if (kept.size >= STATEMENTS_KEPT) kept.clear()
    kept.set(sql, statement)
    return statement
  }
  return {
    close: () => database.close(),
    // SQLite ends a transaction by itself when the disk is full; a rollback after that would hide the reason.
    prepare: (sql) => prepare(sql === 'rollback' && !database.isTransaction ? 'select 1 where false' : sql),
  }
}

function toKyselyStatement(statement: StatementSync): SqliteStatement {
  const withValues = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...withValues(parameters)),
    run: (parameters) => statement.run(...withValues(parameters)),
    iterate: (parameters) => statement.iterate(...withValues(parameters)),
  }
}

/** SQLite keeps the primary code in the low byte of an extended one. */
export function hasSqliteCode(error: unknown, ...codes: number[]): boolean {
  if (!isSystemError(error, 'ERR_SQLITE_ERROR') || !('errcode' in error)) return false
  const code = Number(error.errcode)
  return codes.includes(code) || codes.includes(code & 0xff)
}
