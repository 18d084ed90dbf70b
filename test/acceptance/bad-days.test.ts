/** Days on which something outside does not work. */

import { mkdtemp, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { startApp } from '../../src/app.ts'
import { toConfig } from '../../src/config/config.ts'
import { openDatabase } from '../../src/db/database.ts'
import { sqlite } from '../../src/db/dialects/sqlite.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { ROOT } from '../support/source-files.ts'
import { codeOf, startWorld } from './world.ts'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bad-day-'))
  try {
    await work(folder)
  } finally {
    await new SimulatorClient(join(folder, 'simulator')).end()
    await rm(folder, { recursive: true, force: true })
  }
}

function start(folder: string, port: number) {
  const environment = { HEADGATE_DATA: folder, HEADGATE_PORT: String(port), HEADGATE_RUNTIME: 'simulated' }
  const { config, secrets } = toConfig(environment, ROOT)
  return startApp(config, secrets, createLogger('silent'))
}

test('a start whose port is taken fails whole, and the next one still shows the first credentials', () =>
  inFolder(async (folder) => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(start(folder, port)).rejects.toThrow(/EADDRINUSE/)
    other.close()
    const app = await start(folder, 0)
    expect(app.firstCredentials).toMatchObject({ password: expect.any(String), sk: expect.any(String) })
    await app.stop()
  }))

test('a second service on the same folder is told who is there and what to do', () =>
  inFolder(async (folder) => {
    const first = await start(folder, 0)
    await expect(start(folder, 0)).rejects.toThrow(/Another Headgate is using .*HEADGATE_DATA/)
    await first.stop()
  }))

test('a start on another database than the folder belongs to is refused, before it takes running jobs for orphans', () =>
  inFolder(async (folder) => {
    const first = await start(folder, 0)
    await first.stop()
    for (const name of ['headgate.db', 'headgate.db-wal'])
      await rename(join(folder, name), join(folder, `${name}.away`)).catch(() => undefined)
    await expect(start(folder, 0)).rejects.toThrow(/belongs to another database.*HEADGATE_DATABASE_URL/)
    await rm(join(folder, 'headgate.db'))
    await rename(join(folder, 'headgate.db.away'), join(folder, 'headgate.db'))
    const again = await start(folder, 0)
    expect(again.firstCredentials).toBeNull()
    await again.stop()
  }))

test('a full disk is told as such, not as a rollback that failed, and passes', () =>
  inFolder(async (folder) => {
    const database = await openDatabase(sqlite(join(folder, 'headgate.db')))
    const pages = await sql<{ page_count: number }>`pragma page_count`.execute(database.db)
    await sql.raw(`pragma max_page_count = ${(pages.rows[0]?.page_count ?? 0) + 2}`).execute(database.db)
    const insert = (size: number) =>
      database.transact((tx) =>
        tx.db
          .insertInto('domains')
          .values({ id: `d${size}`, name: 'x'.repeat(size), created_at: 0 })
          .execute(),
      )
    const error = await insert(100_000).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringMatching(/full/) })
    expect(database.quirks.isUnavailable(error)).toBe(true)
    expect(database.quirks.isDiskFull(error)).toBe(true)
    await insert(10)
    await database.close()
  }))

test('a request that meets a full disk is refused with 503, and may be sent again', async () => {
  let isFull = true
  const uuid = () => {
    if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
    return randomIds.uuid()
  }
  const world = await startWorld({ database: 'sqlite', overrides: { ids: { ...randomIds, uuid } } })
  const createQueue = () => world.send('POST', '/v1.0/{p}/queues', { queue_name: 'q', cu_count: 16 })
  const refused = await createQueue()
  expect(codeOf(refused, 503)).toBe('DLI.0012')
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  isFull = false
  expect((await createQueue()).status).toBe(200)
  await world.stop()
})
