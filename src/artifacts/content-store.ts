import { createHash, randomBytes } from 'node:crypto'
import { statSync, unlinkSync, utimesSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { isSystemError } from '../lib/errors.ts'
import { syncFolder } from '../lib/files.ts'

/**
 * Files named by the SHA-256 of their content, `<folder>/<first 2 hex>/<sha256>`: never changed, shared by whoever has
 * the same content.
 *
 * A file's time says when it was last used. `sweep` removes only what nobody refers to and nobody used for an hour, so
 * a file may be stored or found first and be referred to a little later. Marking a file as used and removing it are
 * synchronous for that reason: inside one process they cannot run into each other.
 */
const TEMPORARY = '.tmp'
const GRACE_MS = 3_600_000

export type Content = Readonly<{ sha256: string; sizeBytes: number; path: string }>

export interface ContentStore {
  /** Stores the stream, or finds that its content is there already. */
  add(stream: Readable): Promise<Content>
  /** Marks the content as used; null when it is gone. */
  find(sha256: string): Content | null
  /** Asks which of some contents are needed, and removes the others that nobody used lately; answers how many. */
  sweep(now: Date, needed: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>
  /** Removes what an interrupted `add` left behind. */
  removeLeftovers(): Promise<void>
}

export function createContentStore(folder: string, clock: Clock): ContentStore {
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256)

  /** One turn of the event loop, so that no sweep comes between. */
  const find = (sha256: string): Content | null => {
    const path = pathOf(sha256)
    try {
      const { size: sizeBytes } = statSync(path)
      utimesSync(path, clock.now(), clock.now())
      return { sha256, sizeBytes, path }
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return null
      throw error
    }
  }

  const settle = async (temporary: string, written: { sha256: string; sizeBytes: number }): Promise<Content> => {
    const existing = find(written.sha256)
    if (existing?.sizeBytes === written.sizeBytes) return existing // a damaged file is replaced
    const content = { ...written, path: pathOf(written.sha256) }
    const home = join(folder, written.sha256.slice(0, 2))
    await mkdir(home, { recursive: true, mode: 0o700 })
    utimesSync(temporary, clock.now(), clock.now())
    await rename(temporary, content.path)
    await syncFolder(home)
    await syncFolder(folder)
    return content
  }

  return {
    add: async (stream) => {
      const temporary = join(folder, TEMPORARY, randomBytes(12).toString('hex'))
      try {
        await mkdir(join(folder, TEMPORARY), { recursive: true, mode: 0o700 })
        return await settle(temporary, await write(temporary, stream))
      } finally {
        stream.destroy()
        await rm(temporary, { force: true })
      }
    },
    find,
    sweep: (now, needed) => sweep(folder, now.getTime() - GRACE_MS, needed),
    removeLeftovers: () => removeOlder(join(folder, TEMPORARY), clock.now().getTime() - GRACE_MS),
  }
}

async function write(path: string, stream: Readable): Promise<{ sha256: string; sizeBytes: number }> {
  const file = await open(path, 'wx', 0o444)
  try {
    const written = await writeHashed(file, stream)
    await file.sync()
    return written
  } finally {
    await file.close()
  }
}

async function writeHashed(file: FileHandle, stream: Readable): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const hashed = async function* () {
    for await (const chunk of stream) {
      hash.update(chunk)
      sizeBytes += chunk.length
      yield chunk
    }
  }
  await file.writeFile(hashed())
  return { sha256: hash.digest('hex'), sizeBytes }
}

async function sweep(
  folder: string,
  usedBeforeMs: number,
  needed: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  let removed = 0
  for (const prefix of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue
    const names = (await namesIn(join(folder, prefix))).filter((name) => /^[0-9a-f]{64}$/.test(name))
    const kept = names.length === 0 ? new Set() : await needed(names)
    for (const name of names) if (!kept.has(name) && removeUnused(join(folder, prefix, name), usedBeforeMs)) removed++
  }
  return removed
}

/** One turn of the event loop: nobody can begin to use the file between the look and the removal. */
function removeUnused(path: string, usedBeforeMs: number): boolean {
  try {
    if (statSync(path).mtimeMs >= usedBeforeMs) return false
    unlinkSync(path)
    return true
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

async function removeOlder(folder: string, oldestMs: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (mtimeMs < oldestMs) await rm(path, { force: true })
  }
}
