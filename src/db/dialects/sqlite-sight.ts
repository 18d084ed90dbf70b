import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { isSystemError, messageOf } from '../../lib/errors.ts'
import type { Schema } from '../schema.ts'
import { readSchemaSight, type SchemaSight } from '../sight.ts'
import { hasSqliteCode, sqlite, toKyselyDatabase } from './sqlite.ts'

export type SqliteSight = Readonly<
  | { is: 'absent' }
  | { is: 'inUse'; pid: number }
  /** Too large to be read within a moment. */
  | { is: 'large'; sizeBytes: number }
  | { is: 'damaged'; problem: string }
  | { is: 'sound'; schema: SchemaSight }
>

const READ_BYTES_MAX = 256 * 1024 ** 2
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/**
 * Looks at a database file that may be in use. Opening it would take its lock, so that a service that starts at this
 * moment fails, and would replay a log that a killed service left; so the lock is looked up at the kernel's, and a copy
 * is read.
 */
export async function lookAtSqlite(file: string): Promise<SqliteSight> {
  const stats = await statOrNull(file)
  if (stats === null) return { is: 'absent' }
  const holder = await findHolder(stats.ino)
  if (holder !== null) return { is: 'inUse', pid: holder }
  if (stats.size > READ_BYTES_MAX) return { is: 'large', sizeBytes: Number(stats.size) }
  const sight = await readCopy(file)
  const taker = sight.is === 'damaged' ? await findHolder(stats.ino) : null
  return taker === null ? sight : { is: 'inUse', pid: taker } // what was copied while it was written is no damage
}

async function statOrNull(file: string) {
  try {
    return await stat(file, { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * The process that has locked the first of SQLite's lock bytes (at 1 GiB), by proc(5), /proc/locks:
 * `1: POSIX  ADVISORY  WRITE 5629 fe:00:9978052 1073741824 1073742335`
 */
async function findHolder(inode: bigint): Promise<number | null> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '')
  const [, pid] = new RegExp(` (\\d+) [0-9a-f]+:[0-9a-f]+:${inode} 107374182[4-6] `, 'u').exec(locks) ?? []
  return pid === undefined ? null : Number(pid)
}

async function readCopy(file: string): Promise<SqliteSight> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-doctor-'))
  try {
    const copy = join(folder, 'headgate.db')
    await copyFile(file, copy)
    await copyFile(`${file}-wal`, `${copy}-wal`).catch((error: unknown) => {
      if (!isSystemError(error, 'ENOENT')) throw error
    })
    return await read(copy)
  } catch (error) {
    if (hasSqliteCode(error, SQLITE_CORRUPT, SQLITE_NOTADB)) return { is: 'damaged', problem: messageOf(error) }
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function read(file: string): Promise<SqliteSight> {
  const database = new DatabaseSync(file)
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: toKyselyDatabase(database) }) })
  try {
    const result = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0])
    if (result !== 'ok') return { is: 'damaged', problem: result }
    return { is: 'sound', schema: await readSchemaSight(db, sqlite(file)) }
  } finally {
    await db.destroy()
    if (database.isOpen) database.close()
  }
}
