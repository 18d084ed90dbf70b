import { hostname } from 'node:os'
import { type ColumnDefinitionBuilder, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'
import { isSystemError } from '../../lib/errors.ts'
import type { DialectQuirks } from '../dialect.ts'
import { type Claim, LOCKS, takeClaim } from './postgres-claim.ts'
import { DatabaseAway } from './postgres-errors.ts'

export type PostgresOptions = Readonly<{
  /** `postgres://user:password@host:port/database`, with the parameters that node-postgres knows. */
  url: string
  /** Connections for reads and writes; one more holds the claim. */
  connections: number
  /** How long the claim is waited for: at the start, and when it was lost (our own session may not be dead yet). */
  claimMs?: number
  reclaimMs?: number
}>

const CONNECT_MS = 10_000
const LOCK_MS = 10_000
const IDLE_IN_TRANSACTION_MS = 60_000
const CLAIM_MS = 3000
const RECLAIM_MS = 60_000

const UNIQUE_VIOLATION = '23505'
const INT8 = 20
const NUMERIC = 1700

/**
 * Ask again later: connection lost (08), resources (53), input and output (58), server stopping or starting (57P…),
 * waited too long for a lock (55P03), transaction ended for idling (25P03), transactions that ran into each other (40…).
 */
const LATER = /^(?:08|53|58)|^(?:57P01|57P02|57P03|57P05|55P03|25P03|40001|40P01)$/u

/** `disk_full` (PostgreSQL, Appendix A). */
const DISK_FULL = '53100'

/**
 * PostgreSQL. One service per database (postgres-claim.ts) and one writing transaction at a time (`takeTurn`), as SQLite
 * has it by nature. Needs sessions of its own: a pooler between must not share them out per transaction.
 */
export function postgres(options: PostgresOptions): DialectQuirks {
  const config = configOf(options)
  const place = placeOf(config)
  return {
    name: 'postgres',
    place,
    connect: async (watcher) => {
      const { claimMs = CLAIM_MS, reclaimMs = RECLAIM_MS } = options
      const waits = { claimMs, reclaimMs }
      const claim = await takeClaim(() => new pg.Client(config), watcher, waits).catch(withAdvice)
      return {
        dialect: new PostgresDialect({ pool: claimedPool(new pg.Pool(config), claim) }),
        close: () => claim.release(),
      }
    },
    takeTurn: async (transaction) => {
      const [room, writer] = LOCKS.writer
      await sql`select pg_advisory_xact_lock(${sql.lit(room)}, ${sql.lit(writer)})`.execute(transaction)
    },
    // "C" is the order of bytes. It also keeps indexes right when an update of the system changes a language's order.
    text: sql`text collate "C"`,
    withCountedId: (table) =>
      table.addColumn('id', 'bigint', (c: ColumnDefinitionBuilder) => c.generatedAlwaysAsIdentity().primaryKey()),
    isUniqueViolation: (error) => isSystemError(error, UNIQUE_VIOLATION),
    isUnavailable: (error) =>
      error instanceof DatabaseAway || (error instanceof pg.DatabaseError && LATER.test(error.code ?? '')),
    isDiskFull: (error) => isSystemError(error, DISK_FULL),
  }
}

export function configOf({ url, connections }: PostgresOptions): pg.PoolConfig {
  return {
    connectionString: url,
    max: connections,
    fallback_application_name: `headgate on ${hostname().slice(0, 30)}, process ${process.pid}`,
    connectionTimeoutMillis: CONNECT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format),
    } as pg.CustomTypesConfig,
  }
}

function withAdvice(error: unknown): never {
  if (!(error instanceof DatabaseAway)) throw error
  throw new Error(`${error.message}. Start the database server, or correct the URL of the database.`, { cause: error })
}

/** As the driver understands the URL, without the password. */
function placeOf(config: pg.PoolConfig): string {
  const { user, host, port, database } = new pg.Client(config)
  return `${database ?? ''} on ${host}:${port} (PostgreSQL, user ${user ?? ''})`
}

/** A pool that gives no connection while the claim is not held. */
function claimedPool(pool: pg.Pool, claim: Claim): PostgresPool {
  // Without a listener a connection that breaks would end the process; its queries fail, and the pool drops it.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const nameOf = statementNames()
  return {
    options: pool.options,
    connect: async () => {
      claim.assertHeld()
      return toKyselyClient(await pool.connect().catch(asAway), nameOf)
    },
    end: () => pool.end(),
  }
}

/** Lists of values make texts of many lengths; the rest of the service has fewer than this. */
const STATEMENTS_KEPT = 500

type NameOf = (text: string, values: readonly unknown[]) => { name?: string }

/** What has a name is parsed once for each connection, and planned a few times; that takes longer than to run it. */
function statementNames(): NameOf {
  const names = new Map<string, string>()
  return (text, values) => {
    if (values.length === 0) return {}
    const name = names.get(text) ?? (names.size < STATEMENTS_KEPT ? `headgate_${names.size}` : null)
    if (name === null) return {}
    names.set(text, name)
    return { name }
  }
}

/** Kysely asks for whole results only, not for cursors. */
function toKyselyClient(client: pg.PoolClient, nameOf: NameOf): PostgresPoolClient {
  const query = (text: string, values: readonly unknown[]): unknown =>
    client.query({ ...nameOf(text, values), text, values: values.map(withoutNul) }).catch(asAway)
  return { query: query as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) }
}

/** PostgreSQL's text cannot hold the character NUL; JSON in our columns has it escaped. */
function withoutNul(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value
}

/** What the server did not say itself, the way to it did. */
function asAway(error: unknown): never {
  throw error instanceof pg.DatabaseError ? error : new DatabaseAway(error)
}
