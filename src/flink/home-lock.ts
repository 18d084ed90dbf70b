/**
 * One installation at a time per Flink home. The lock is SQLite's own on an empty database file: the kernel holds it
 * for the process, so it ends with the process however that dies, and there is no stale lock to judge. It also holds
 * between two calls in one process.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../lib/errors.ts'

const POLL_MS = 100

/** Runs `work` while nobody else installs into `home`; waits for its turn, telling `onWait` once when it must. */
export async function withHomeLock<T>(
  home: string,
  options: { signal: AbortSignal; onWait: () => void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(home, { recursive: true })
  const database = new DatabaseSync(join(home, '.install.lock'))
  try {
    for (let attempt = 0; !tryLock(database); attempt++) {
      if (attempt === 0) options.onWait()
      await delay(POLL_MS, undefined, { signal: options.signal })
    }
    return await work()
  } finally {
    database.close()
  }
}

/** IMMEDIATE is one lock, so one of many gets it; EXCLUSIVE takes several, and of two at the same moment neither may get all. */
function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (/locked|busy/i.test(messageOf(error))) return false
    throw error
  }
}
