import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { chmod, type FileHandle, lstat, mkdir, open, opendir, readlink, rename, rmdir, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isSystemError } from './errors.ts'

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
/** O_PATH of Linux: to pass through, which needs no right to read. */
const PASSAGE = (process.platform === 'linux' ? 0o10000000 : constants.O_RDONLY) | constants.O_DIRECTORY
const NO_LINK = constants.O_NOFOLLOW
/** NONBLOCK: opening a pipe that a job planted must not wait for a writer. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK
const REMOVAL_TRIES = 1000

/**
 * Opens `names` below `root` one after the other and hands the last to `work`; null when one is missing.
 * With `create` missing ones are made, durably, and given to `owner` (a user id). @throws NoFolder
 */
export async function inFolder<T>(
  root: string,
  names: readonly string[],
  work: (folder: OpenFolder) => Promise<T>,
  { create = false, owner = null, flags = FOLDER }: { create?: boolean; owner?: number | null; flags?: number } = {},
): Promise<T | null> {
  let folder = await openFolder(root, flags)
  try {
    for (const [depth, name] of names.entries()) {
      const made = create && (await makeChild(folder, name))
      const child = await openChild(folder, name, flags)
      if (!child) return null
      await folder.file.close()
      folder = child
      // Below the first, a folder that is not the owner's was left by a crash in the moment after it was made.
      if (create && owner !== null && (made || depth > 0)) await give(folder, owner)
    }
    return await work(folder)
  } finally {
    await folder.file.close()
  }
}

/**
 * Looks at the folder of an absolute path that others may have a hand in: of all links on the way only our own are followed.
 * Null when there is no such folder, or it is not ours to see.
 */
export async function inPlace<T>(path: string, work: (folder: OpenFolder) => Promise<T>): Promise<T | null> {
  try {
    const names = (await withoutOwnLinks(path)).split('/').filter((name) => name !== '')
    return await inFolder('/', names, work, { flags: PASSAGE })
  } catch (error) {
    return notSeen(error)
  }
}

/** For `catch`: what is no folder, or closed to us, counts as not there. */
export function notSeen(error: unknown): null {
  if (error instanceof NoFolder || isSystemError(error, 'EACCES')) return null
  throw error
}

const LINKS_MAX = 40

/** A data folder may have been moved with a link in its old place. */
async function withoutOwnLinks(path: string, linksLeft = LINKS_MAX): Promise<string> {
  for (const each of prefixesOf(path)) {
    const stats = await lstat(each).catch(() => null)
    if (!stats?.isSymbolicLink() || stats.uid !== process.getuid?.() || linksLeft === 0) continue
    return withoutOwnLinks(resolve(dirname(each), await readlink(each), path.slice(each.length + 1)), linksLeft - 1)
  }
  return path
}

/** Shortest first, and the path itself last. */
function prefixesOf(path: string): string[] {
  return path === dirname(path) ? [] : [...prefixesOf(dirname(path)), path]
}

/** Opens the folder where a walk begins, whose parent is ours; null when it is missing. The caller closes it. @throws NoFolder */
export async function openTop(path: string): Promise<OpenFolder | null> {
  try {
    return await openFolder(path, FOLDER | NO_LINK)
  } catch (error) {
    return missing(error, path)
  }
}

async function give({ file }: OpenFolder, owner: number): Promise<void> {
  if ((await file.stat()).uid !== owner) await file.chown(owner, owner)
}

/** Opens a folder inside an open one; null when it is missing. @throws NoFolder */
export async function openChild(parent: OpenFolder, name: string, flags = FOLDER): Promise<OpenFolder | null> {
  try {
    return await openFolder(parent.at(name), flags | NO_LINK)
  } catch (error) {
    return missing(error, name)
  }
}

/** For `catch` around the opening of a folder. @throws NoFolder */
function missing(error: unknown, name: string): null {
  if (isSystemError(error, 'ENOENT')) return null
  if (isSystemError(error, 'ENOTDIR', 'ELOOP')) throw new NoFolder(name)
  throw error
}

/** Opens a file for reading; null when there is none, or what is there is no regular file. The caller closes it. */
export function openFile(folder: OpenFolder, name: string): Promise<{ file: FileHandle; stats: Stats } | null> {
  return openRegular(folder.at(name))
}

/**
 * `openFile` by path, for a folder that nobody but us can move away. `flags` may ask for more than reading.
 * A link, a pipe or a device under that name counts as no file.
 */
export async function openRegular(
  path: string,
  flags = constants.O_RDONLY,
): Promise<{ file: FileHandle; stats: Stats } | null> {
  let file: FileHandle
  try {
    file = await open(path, flags | SAFELY)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO')) return null
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

/** False: there was one. */
async function makeChild(parent: OpenFolder, name: string): Promise<boolean> {
  try {
    await mkdir(parent.at(name), 0o700)
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  }
  await parent.file.sync()
  return true
}

async function openFolder(path: string, flags: number): Promise<OpenFolder> {
  const file = await open(path, flags)
  const base = process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : path
  return { file, at: (name) => join(base, name) }
}

/**
 * Removes a folder with all that is in it, while others may still write there: links are removed and never followed, and
 * whatever stands where a folder was is removed itself. Folders that hold something are moved up before they are emptied,
 * so that no tree is too deep. Its parent must be ours. What of it is ours and was closed is opened first. Success when
 * there is nothing.
 */
export async function removeTree(path: string): Promise<void> {
  if (await removeUnlessFull(path)) return
  await reopen(path)
  const top = await openFolder(path, FOLDER | NO_LINK)
  try {
    await emptyFolder(top)
  } finally {
    await top.file.close()
  }
  await rmdir(path)
}

async function emptyFolder(top: OpenFolder): Promise<void> {
  const full = await removeEntries(top)
  let triesLeft = REMOVAL_TRIES
  for (let name = full.pop(); name !== undefined; name = full.pop()) {
    full.push(...(await emptyInto(top, name)))
    if (await removeUnlessFull(top.at(name))) continue
    if (triesLeft-- === 0) throw new Error(`The folder ${name} is written to while it is being removed`)
    full.push(name)
  }
}

/** Removes what a child holds; the folders that are not empty get new names in its parent, which are returned. */
async function emptyInto(parent: OpenFolder, name: string): Promise<string[]> {
  const child = await openChild(parent, name).catch((error: unknown) => {
    if (error instanceof NoFolder) return null
    throw error
  })
  if (child === null) return []
  try {
    return await Promise.all((await removeEntries(child)).map((inner) => moveUp(child, inner, parent)))
  } finally {
    await child.file.close()
  }
}

async function moveUp(from: OpenFolder, name: string, to: OpenFolder): Promise<string> {
  const fresh = `.${randomBytes(12).toString('hex')}`
  await rename(from.at(name), to.at(fresh))
  return fresh
}

/** Removes what can be removed at once; returns the names of folders that hold something. */
async function removeEntries(folder: OpenFolder): Promise<string[]> {
  const full: string[] = []
  for await (const { name } of await opendir(folder.at('.'))) {
    if (await removeUnlessFull(folder.at(name))) continue
    await reopen(folder.at(name))
    full.push(name)
  }
  return full
}

const MINE = 0o700

/** Lets us into a folder of ours that was closed to us too; needed to empty it and to move it. Follows no link. */
async function reopen(path: string): Promise<void> {
  try {
    await using file = await open(path, PASSAGE | NO_LINK)
    const { uid, mode } = await file.stat()
    if (uid !== process.geteuid?.() || (mode & MINE) === MINE) return
    // What was opened only to pass through can be changed by its number alone (open(2), O_PATH).
    await (process.platform === 'linux' ? chmod(`/proc/self/fd/${file.fd}`, MINE) : file.chmod(MINE))
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) throw error
  }
}

/** False: it is a folder that holds something, or was one a moment ago. */
async function removeUnlessFull(path: string): Promise<boolean> {
  try {
    await unlink(path)
  } catch (error) {
    if (isSystemError(error, 'EISDIR', 'EPERM')) return removeIfEmpty(path)
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  return true
}

async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path)
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) return false
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  return true
}
