import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { messageOf } from '../../lib/errors.ts'
import type { Schema } from '../schema.ts'
import { readSchemaSight, type SchemaSight } from '../sight.ts'
import { configOf, postgres } from './postgres.ts'
import { readHolder } from './postgres-claim.ts'
import { DatabaseAway } from './postgres-errors.ts'

export type PostgresSight = Readonly<
  | { is: 'away'; place: string; reason: string }
  | {
      is: 'there'
      place: string
      /** As `server_version_num`: 15 is 150000 and more. */
      version: number
      /** Which service holds the database, in words; null when none does. */
      holder: string | null
      mayCreateTables: boolean
      /** The server's clock minus ours. */
      clockAheadMs: number
      schema: SchemaSight
    }
>

const ANSWER_MS = 3000

/** Looks at a database that a service may be using: takes no claim and changes nothing. */
export async function lookAtPostgres(url: string): Promise<PostgresSight> {
  const quirks = postgres({ url, connections: 1 })
  const { place } = quirks
  const limits = { connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS }
  const pool = new pg.Pool({ ...configOf({ url, connections: 1 }), ...limits })
  pool.on('error', () => undefined)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  try {
    const server = await lookAtServer(pool)
    return { is: 'there', place, ...server, schema: await readSchemaSight(db, quirks) }
  } catch (error) {
    const reason = error instanceof pg.DatabaseError ? error : new DatabaseAway(error)
    return { is: 'away', place, reason: messageOf(reason) }
  } finally {
    await db.destroy()
  }
}

async function lookAtServer(pool: pg.Pool) {
  const client = await pool.connect()
  try {
    const askedAt = Date.now()
    const { rows } = await client.query<{ version: number; now_ms: number; may_create: boolean | null }>(
      `select current_setting('server_version_num')::int as version,
         extract(epoch from clock_timestamp())::float8 * 1000 as now_ms,
         has_schema_privilege(current_schema(), 'create') as may_create`,
    )
    const ourMs = (askedAt + Date.now()) / 2
    const [row] = rows
    return {
      version: row?.version ?? 0,
      clockAheadMs: (row?.now_ms ?? ourMs) - ourMs,
      mayCreateTables: row?.may_create ?? false,
      holder: await readHolder(client),
    }
  } finally {
    client.release()
  }
}
