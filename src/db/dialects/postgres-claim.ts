import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { DatabaseWatcher } from '../dialect.ts'
import { DatabaseAway } from './postgres-errors.ts'

/**
 * One service per database. A session of its own holds an advisory lock for as long as the service lives; PostgreSQL
 * drops the lock with the session, so nothing is left behind by a `kill -9`, and a second service is refused.
 *
 * The session can also be lost while the service lives: the server restarts, somebody ends it, the network is cut. From
 * then on another service may hold the lock, so no connection is given out (`assertHeld`) until the lock is ours again;
 * if another service has it, this one must end. Since every pass over a job begins by reading it, a service without the
 * lock starts nothing. What keeps this safe when a cable is pulled: our side probes a silent session after 10 s and gives
 * it up within 20 s (Node's keep-alive), the server's side waits 45 s, so we know before the lock is free.
 */
export interface Claim {
  /** @throws DatabaseAway */
  assertHeld(): void
  release(): Promise<void>
}

/** Advisory locks of a database: "HEAD" in ASCII, and what is locked. */
const ROOM = 0x48454144
export const LOCKS = { service: [ROOM, 1], writer: [ROOM, 2] } as const

const RETRY_MS = 1000
const LOCK_NOT_AVAILABLE = '55P03'
const SERVER_KEEPALIVE =
  'set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 6; set idle_session_timeout = 0'

/** Another service holds the database. */
class Taken extends Error {}

export async function takeClaim(
  newClient: () => pg.Client,
  watcher: DatabaseWatcher,
  waits: { claimMs: number; reclaimMs: number },
): Promise<Claim> {
  const ending = new AbortController()
  /** Why no connection is given out; null while the lock is ours. */
  let refusal: DatabaseAway | null = new DatabaseAway('it is being opened')
  let session: pg.Client

  async function open(waitMs: number): Promise<void> {
    const client = newClient()
    session = client
    client.on('error', (error) => {
      if (client === session && refusal === null && !ending.signal.aborted) void regain(error)
    })
    await lockWith(client, waitMs)
    refusal = null
  }

  /** Tries until the lock is ours, or known to be another's. */
  async function regain(error: Error): Promise<void> {
    refusal = new DatabaseAway(error)
    watcher.lost(refusal)
    while (!ending.signal.aborted) {
      try {
        await open(waits.reclaimMs)
        return watcher.regained()
      } catch (failure) {
        if (failure instanceof Taken) {
          refusal = new DatabaseAway(failure)
          return watcher.taken(failure)
        }
      }
      await delay(RETRY_MS, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }

  await open(waits.claimMs)
  return {
    assertHeld: () => {
      if (refusal) throw refusal
    },
    release: async () => {
      ending.abort()
      await session.end()
    },
  }
}

/** Connects and takes the lock, or ends the session. @throws Taken, DatabaseAway */
async function lockWith(client: pg.Client, waitMs: number): Promise<void> {
  try {
    await client.connect()
    await client.query(`${SERVER_KEEPALIVE}; set lock_timeout = ${waitMs}`)
    await lock(client)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error instanceof pg.DatabaseError || error instanceof Taken ? error : new DatabaseAway(error)
  }
}

async function lock(client: pg.Client): Promise<void> {
  try {
    await client.query('select pg_advisory_lock($1, $2)', [...LOCKS.service])
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error
    const text = `Another Headgate is using it: ${(await readHolder(client)) ?? 'it has just ended'}. Stop that one, or give this one a database of its own.`
    throw new Taken(`${text} A service whose machine died holds its database for up to a minute.`)
  }
}

/** Which service holds the database, in words; null when none does. */
export async function readHolder(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ name: string; address: string | null }>(
    `select application_name as name, host(client_addr) as address
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and classid = $1 and objid = $2
       and pg_locks.database = (select oid from pg_database where datname = current_database())`,
    [...LOCKS.service],
  )
  const [holder] = rows
  if (!holder) return null
  return `${holder.name || 'a program without a name'}${holder.address ? `, from ${holder.address}` : ''}`
}
