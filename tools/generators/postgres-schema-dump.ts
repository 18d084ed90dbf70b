import { type Kysely, sql } from 'kysely'
import { openDatabase } from '../../src/db/database.ts'
import { postgres } from '../../src/db/dialects/postgres.ts'
import type { Schema } from '../../src/db/schema.ts'
import { HOW_TO_INSTALL, startPostgres } from '../../test/support/postgres.ts'
import { NotHere } from './not-here.ts'

/**
 * src/db/schema.postgres.sql: what the migrations add up to. Read from the catalogue rather than made by pg_dump, whose
 * output differs between its versions.
 */
export async function postgresSchemaDump(): Promise<string> {
  const server = await startPostgres()
  if (server === null) throw new NotHere(HOW_TO_INSTALL)
  try {
    const database = await openDatabase(postgres({ url: server.urlOf('postgres'), connections: 1 }))
    const dump = await dumpOf(database.db).finally(() => database.close())
    return `-- Generated: what the migrations add up to on PostgreSQL.\n\n${dump}`
  } finally {
    await server.stop()
  }
}

type Part = Readonly<{ owner: string; definition: string }>

async function dumpOf(db: Kysely<Schema>): Promise<string> {
  const { rows: columns } = await COLUMNS.execute(db)
  const { rows: constraints } = await CONSTRAINTS.execute(db)
  const { rows: indexes } = await INDEXES.execute(db)
  const parts = Map.groupBy([...columns, ...constraints], ({ owner }) => owner)
  const tables = [...parts].map(
    ([name, lines]) => `CREATE TABLE ${name} (\n  ${lines.map((line) => line.definition).join(',\n  ')});\n`,
  )
  return [...tables, ...indexes.map(({ definition }) => `${definition};\n`)].join('\n')
}

const TABLES = sql`from pg_class t where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace
  and t.relname not like 'kysely%'`

const COLUMNS = sql<Part>`
  select t.relname as owner,
    concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), 'collate ' || quote_ident(c.collname),
      case when a.attnotnull then 'not null' end,
      case a.attidentity when 'a' then 'generated always as identity' end) as definition
  from pg_attribute a left join pg_collation c on c.oid = a.attcollation
    join (select oid, relname ${TABLES}) t on t.oid = a.attrelid
  where a.attnum > 0 and not a.attisdropped order by t.relname collate "C", a.attnum`

const CONSTRAINTS = sql<Part>`
  select t.relname as owner, concat('constraint ', quote_ident(k.conname), ' ', pg_get_constraintdef(k.oid)) as definition
  from pg_constraint k join (select oid, relname ${TABLES}) t on t.oid = k.conrelid
  where k.contype in ('p', 'u', 'f', 'c') order by k.contype, k.conname collate "C"`

/** Those that no constraint brought along. */
const INDEXES = sql<Part>`
  select t.relname as owner, pg_get_indexdef(i.indexrelid) as definition
  from pg_index i join (select oid, relname ${TABLES}) t on t.oid = i.indrelid join pg_class c on c.oid = i.indexrelid
  where not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
  order by c.relname collate "C"`
