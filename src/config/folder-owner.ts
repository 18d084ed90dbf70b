import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../lib/errors.ts'
import { writeTextDurably } from '../lib/files.ts'

/**
 * A data folder belongs to one database. On another one the service would take every running job for an orphan and end
 * it, so it refuses to start: a forgotten HEADGATE_DATABASE_URL, or two databases over one folder.
 */
const FILE = 'database.id'

/** `databaseId` is null while the database is empty. @throws Error when the folder belongs to another database */
export async function assertOwnFolder(folder: string, databaseId: string | null): Promise<void> {
  const owner = await readOwner(folder)
  if (owner === null || owner === databaseId) return
  const file = join(folder, FILE)
  throw new Error(
    `The data folder ${folder} belongs to another database than the one of this start. Set HEADGATE_DATABASE_URL (or ` +
      `leave it out) as before, or take another HEADGATE_DATA. If that database is gone for good, end its jobs and remove ${file}.`,
  )
}

/** Says whose the folder is, unless that is written down already. */
export async function takeFolder(folder: string, databaseId: string | null): Promise<void> {
  if (databaseId === null || (await readOwner(folder)) !== null) return
  await writeTextDurably(join(folder, FILE), `${databaseId}\n`)
}

/** The id of the database that the folder belongs to; null while it belongs to none. */
export async function readOwner(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, FILE), 'utf8')).trim()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}
