import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../../lib/errors.ts'

/**
 * Walking a tree in which others write, without ever leaving it. Jobs write checkpoints into the object folder, so any
 * part of a path may become a symbolic link at any time, and a check before the use would come too early. So every
 * folder is opened below its opened parent and without following links, and names are resolved relative to the open
 * folder (Linux: `/proc/self/fd/<n>/<name>`). Elsewhere the same walk goes by path: links are still not followed, only
 * the moment between two steps is open.
 */
export type OpenFolder = Readonly<{ file: FileHandle; at(name: string): string }>

/** Something that is no folder stands where one is needed: a file, or a link. */
export class NoFolder extends Error {
  override readonly name = 'NoFolder'
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY
const NO_LINK = constants.O_NOFOLLOW
/** NONBLOCK: opening a pipe that a job planted must not wait for a writer. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Opens `names` below `root` one after the other and hands the last to `work`; null when one is missing.
 * With `create` missing ones are made, durably. @throws NoFolder
 */
export async function inFolder<T>(
  root: string,
  names: readonly string[],
  work: (folder: OpenFolder) => Promise<T>,
  { create = false } = {},
): Promise<T | null> {
  let folder = await openFolder(root, FOLDER)
  try {
    for (const name of names) {
      const child = await openChild(folder, name, create)
      if (!child) return null
      await folder.file.close()
      folder = child
    }
    return await work(folder)
  } finally {
    await folder.file.close()
  }
}

/** Opens a folder inside an open one; null when it is missing. @throws NoFolder */
export async function openChild(parent: OpenFolder, name: string, create = false): Promise<OpenFolder | null> {
  if (create) await makeChild(parent, name)
  try {
    return await openFolder(parent.at(name), FOLDER | NO_LINK)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    if (isSystemError(error, 'ENOTDIR', 'ELOOP')) throw new NoFolder(name)
    throw error
  }
}

/** Opens a file for reading; null when there is none, or what is there is no regular file. The caller closes it. */
export async function openFile(folder: OpenFolder, name: string): Promise<{ file: FileHandle; stats: Stats } | null> {
  let file: FileHandle
  try {
    file = await open(folder.at(name), FILE)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'ENXIO')) return null
    throw error
  }
  const stats = await file.stat().catch(async (error: unknown) => {
    await file.close()
    throw error
  })
  if (stats.isFile()) return { file, stats }
  await file.close()
  return null
}

/** What stands there, itself and not what it links to; null when there is nothing. */
export async function look(folder: OpenFolder, name: string): Promise<Stats | null> {
  try {
    return await lstat(folder.at(name))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}

async function makeChild(parent: OpenFolder, name: string): Promise<void> {
  try {
    await mkdir(parent.at(name), 0o700)
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return
    throw error
  }
  await parent.file.sync()
}

async function openFolder(path: string, flags: number): Promise<OpenFolder> {
  const file = await open(path, flags)
  const base = process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : path
  return { file, at: (name) => join(base, name) }
}
