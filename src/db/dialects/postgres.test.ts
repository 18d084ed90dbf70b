import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createPostgresDatabase, dropPostgresDatabases, postgresUrl } from '../../../test/support/databases.ts'
import { type Database, openDatabase } from '../database.ts'
import type { DatabaseWatcher } from '../dialect.ts'
import { postgres } from './postgres.ts'
import { LOCKS } from './postgres-claim.ts'
import { lookAtPostgres } from './postgres-sight.ts'

const PASSWORD = 'correct-horse'

/** What the watcher was told, to be waited for. */
function notices() {
  const lost = Promise.withResolvers<Error>()
  const regained = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<Error>()
  const watcher: DatabaseWatcher = { lost: lost.resolve, regained: regained.resolve, taken: taken.resolve }
  return { watcher, lost: lost.promise, regained: regained.promise, taken: taken.promise }
}

/** Ways to one database that close with the test. */
async function setup() {
  const name = await createPostgresDatabase()
  onTestFinished(() => dropPostgresDatabases([name]))
  const url = postgresUrl(name).replace('headgate@', `headgate:${PASSWORD}@`)
  const open = async (watcher?: DatabaseWatcher, reclaimMs = 200) => {
    const quirks = postgres({ url, connections: 3, claimMs: 50, reclaimMs })
    const database = await openDatabase(quirks, watcher)
    onTestFinished(() => database.close())
    return database
  }
  const connect = async () => {
    const client = new pg.Client(url)
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  return { name, url, open, connect }
}

/** Ends the sessions that hold the lock of a service, as an administrator can. */
const END_CLAIM = `select pg_terminate_backend(pid) from pg_locks
  where locktype = 'advisory' and granted and classid = ${LOCKS.service[0]} and objid = ${LOCKS.service[1]}
    and database = (select oid from pg_database where datname = current_database())`

/** Sessions that wait for that lock. */
const WAITING = `select pid from pg_locks
  where locktype = 'advisory' and not granted and classid = ${LOCKS.service[0]} and objid = ${LOCKS.service[1]}
    and database = (select oid from pg_database where datname = current_database())`

const read = ({ db }: Database) => db.selectFrom('domains').select('id').execute()

const errorOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it went well'),
    (error: Error) => error,
  )

describe.skipIf(inject('postgres') === null)('a PostgreSQL database', () => {
  test('serves one Headgate: a second is refused and told by whom, and is let in afterwards', async () => {
    const { name, open } = await setup()
    const first = await open()
    const refused = await errorOf(open())
    expect(refused.message).toContain(`Opening the database ${name} on `)
    expect(refused.message).toMatch(/Another Headgate is using it: headgate on \S+, process \d+\. Stop that one/u)
    expect(refused.message).not.toContain(PASSWORD)
    await first.close()
    expect(await read(await open())).toEqual([])
  })

  test('that does not answer is named, with its host and without the password', async () => {
    const quirks = postgres({ url: `postgres://someone:${PASSWORD}@127.0.0.1:1/jobs`, connections: 1 })
    const error = await errorOf(openDatabase(quirks))
    expect(error.message).toBe(
      'Opening the database jobs on 127.0.0.1:1 (PostgreSQL, user someone): The database does not answer: ' +
        'connect ECONNREFUSED 127.0.0.1:1. Start the database server, or correct the URL of the database.',
    )
  })

  test('that does not exist is named in the words of the server', async () => {
    const error = await errorOf(openDatabase(postgres({ url: postgresUrl('nowhere'), connections: 1 })))
    expect(error.message).toContain('database "nowhere" does not exist')
  })

  test('whose claim was lost is claimed again, and then serves as before', async () => {
    const { open, connect } = await setup()
    const { watcher, lost, regained } = notices()
    const database = await open(watcher, 30_000) // the server lets go of the lock only after it has told us
    await (await connect()).query(END_CLAIM)
    expect((await lost).message).toContain('terminating connection due to administrator command')
    await regained
    expect(await read(database)).toEqual([])
    expect((await errorOf(open())).message).toContain('Another Headgate')
  })

  test('taken by another meanwhile gives nothing more, neither reads nor writes, and says so', async () => {
    const { open, connect } = await setup()
    const { watcher, taken } = notices()
    const database = await open(watcher)
    const [other, administrator] = [await connect(), await connect()]
    const waiting = other.query('select pg_advisory_lock($1, $2)', [...LOCKS.service])
    await expect.poll(async () => (await administrator.query(WAITING)).rows).toHaveLength(1)
    await administrator.query(END_CLAIM)
    await waiting
    expect((await taken).message).toContain('Another Headgate is using it')
    for (const refused of [await errorOf(read(database)), await errorOf(database.transact(async () => undefined))]) {
      expect(database.quirks.isUnavailable(refused)).toBe(true)
    }
  })

  test('whose connection breaks in a transaction fails that one as unavailable, and the next goes well', async () => {
    const { open, connect } = await setup()
    const database = await open()
    const administrator = await connect()
    const broken = await errorOf(
      database.transact(async (tx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.db)
        await administrator.query('select pg_terminate_backend($1)', [rows[0]?.pid])
        await tx.db.insertInto('domains').values({ id: 'a', name: 'a', created_at: 1 }).execute()
      }),
    )
    expect(database.quirks.isUnavailable(broken)).toBe(true)
    expect(await database.transact((tx) => tx.db.selectFrom('domains').select('id').execute())).toEqual([])
  })

  test('prepares a query once, and keeps only so many of those that come in many lengths', async () => {
    const { open } = await setup()
    const database = await open()
    const prepared = await database.transact(async ({ db }) => {
      const read = (ids: readonly string[]) =>
        db
          .selectFrom('domains')
          .select('id')
          .where('id', 'in', [...ids])
          .execute()
      for (let count = 1; count <= 600; count++) await read(Array.from({ length: count }, () => 'a'))
      await read(['a'])
      return sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)
    })
    const statements = prepared.rows.map(({ statement }) => statement)
    expect(statements.filter((text) => text.endsWith('where "id" in ($1)'))).toHaveLength(1)
    expect(statements.length).toBeGreaterThan(400)
    expect(statements.length).toBeLessThanOrEqual(500)
  })

  test('can be looked at while a service holds it, and is not taken by that', async () => {
    const { url, name, open } = await setup()
    const free = { is: 'there', place: expect.stringContaining(`${name} on `), holder: null, mayCreateTables: true }
    expect(await lookAtPostgres(url)).toMatchObject({ ...free, schema: { pending: [], unknown: [], databaseId: null } })
    const database = await open()
    await database.transact((tx) => tx.db.insertInto('domains').values({ id: 'a', name: 'a', created_at: 1 }).execute())
    const seen = await lookAtPostgres(url)
    expect(seen).toMatchObject({ holder: expect.stringMatching(/^headgate on /u), schema: { databaseId: 'a' } })
    if (seen.is === 'there') expect(Math.abs(seen.clockAheadMs)).toBeLessThan(1000)
    expect(JSON.stringify(seen)).not.toContain(PASSWORD)
  })

  test('that is away or does not exist is told as that', async () => {
    expect(await lookAtPostgres(postgresUrl('nowhere'))).toMatchObject({
      is: 'away',
      reason: expect.stringContaining('"nowhere" does not exist'),
    })
    const away = await lookAtPostgres(`postgres://someone:${PASSWORD}@127.0.0.1:1/jobs`)
    expect(away).toMatchObject({ is: 'away', reason: expect.stringContaining('ECONNREFUSED') })
    expect(JSON.stringify(away)).not.toContain(PASSWORD)
  })
})
