import type { ColumnDataType, CreateTableBuilder, Dialect, Expression, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Everything in which the databases differ, as named functions; stores and migrations never branch. */
export interface DialectQuirks {
  readonly name: 'sqlite' | 'postgres'
  /** Which database it is, for people; holds no password. */
  readonly place: string
  /** Takes the database for this service alone, before anything of it is read. */
  connect(watcher: DatabaseWatcher): Promise<Connection>
  /** The first thing in a transaction: returns when no other transaction of any service is writing. */
  takeTurn(transaction: Transaction<Schema>): Promise<void>
  /** The type of a text column: compared and sorted by bytes, whatever the language of the server. */
  readonly text: ColumnDataType | Expression<unknown>
  /** Adds an `id` that the database counts up and never uses twice. */
  withCountedId<T extends string>(table: CreateTableBuilder<T, never>): CreateTableBuilder<T, 'id'>
  isUniqueViolation(error: unknown): boolean
  /** The disk is full, the database is locked or away: ask again later. */
  isUnavailable(error: unknown): boolean
  /** Of these: the disk of the database is full. */
  isDiskFull(error: unknown): boolean
}

export interface Connection {
  readonly dialect: Dialect
  /** Lets the next service in. The dialect is closed before. */
  close(): Promise<void>
}

/** Told when the database stops being ours. */
export interface DatabaseWatcher {
  /** The database is away: reads and writes fail until it is back. */
  lost(error: Error): void
  regained(): void
  /** Another service has taken the database meanwhile: reads and writes fail for ever, this service must end. */
  taken(error: Error): void
}
