import { type Kysely, sql } from 'kysely'
import type { DialectQuirks } from './dialect.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/** What can be seen of a database's content without taking it or changing it. */
export type SchemaSight = Readonly<{
  /** Steps that an earlier or this version has made, and that this version would still make. */
  applied: readonly string[]
  pending: readonly string[]
  /** Steps that only a newer Headgate knows; it made them. */
  unknown: readonly string[]
  databaseId: string | null
}>

export async function readSchemaSight(db: Kysely<Schema>, quirks: DialectQuirks): Promise<SchemaSight> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  const has = (name: string) => tables.some((table) => table.name === name)
  const applied = has('kysely_migration') ? await readApplied(db) : []
  const known = Object.keys(MIGRATIONS(quirks))
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
    databaseId: has('domains') ? await readDatabaseId(db) : null,
  }
}

/** The account is made once, with a random id: it tells one database from another. Null: the database is empty. */
export async function readDatabaseId(db: Kysely<Schema>): Promise<string | null> {
  const row = await db.selectFrom('domains').select('id').orderBy('created_at').limit(1).executeTakeFirst()
  return row?.id ?? null
}

async function readApplied(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}
