import { link, mkdir, open, opendir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError } from '../../lib/errors.ts'
import { syncFolder, temporaryBeside, writeTextDurably } from '../../lib/files.ts'

/** A program can fill a folder that it may write to without end; so many names are looked at. */
const NAMES_MAX = 100_000

/** Names in a folder; none when it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 512 })) {
      if (names.push(name) >= NAMES_MAX) break
    }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  return names
}

export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/**
 * A file of the driver's own, whose form is known. A file that a power cut left empty or torn counts as absent; those
 * that must not be lost are written durably.
 */
export async function readJsonOrNull<T>(path: string): Promise<T | null> {
  const text = await readTextOrNull(path)
  try {
    return text === null ? null : (JSON.parse(text) as T)
  } catch {
    return null
  }
}

export async function writeJsonDurably(path: string, value: unknown): Promise<void> {
  await writeTextDurably(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** `writeTextLightly` for a value. */
export async function writeJsonLightly(path: string, value: unknown): Promise<void> {
  await writeTextLightly(path, `${JSON.stringify(value)}\n`)
}

/** Whole or not at all for readers, but perhaps lost in a power cut: for what can be observed or made again. */
export async function writeTextLightly(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = temporaryBeside(path)
  try {
    await writeFile(temporary, text, { mode: 0o600 })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Writes a file durably unless there is one: of two writers at the same moment one wins, and readers see it whole.
 * Returns whether it was us.
 */
export async function writeJsonOnce(path: string, value: unknown): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = temporaryBeside(path)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path)
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(temporary, { force: true })
    await syncFolder(dirname(path))
  }
}

/** For what must go on while nothing can be written down, because it can be written down later. */
export async function unlessDiskFull(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isSystemError(error, 'ENOSPC', 'EDQUOT', 'EROFS')) throw error
  }
}
