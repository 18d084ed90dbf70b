import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isSystemError } from '../lib/errors.ts'
import { writeDurably } from '../lib/files.ts'

export const KEY_BYTES = 32

/**
 * The key that seals secrets which must be kept in clear for signatures; made when there is none. It lies outside the
 * database, so that a copy of the database alone opens nothing.
 */
export async function readSealingKey(file: string): Promise<Buffer> {
  const there = await findSealingKey(file)
  if (there !== null) return there
  const key = randomBytes(KEY_BYTES)
  await writeDurably(file, async (handle) => void (await handle.writeFile(key)))
  return key
}

/** Null when there is none. */
export async function findSealingKey(file: string): Promise<Buffer | null> {
  try {
    const key = await readFile(file)
    if (key.length === KEY_BYTES) return key
    throw new Error(`${file} is not a key of ${KEY_BYTES} bytes. Restore it from a backup.`)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}
