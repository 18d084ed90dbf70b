import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, opendir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { assert, isSystemError } from '../../lib/errors.ts'
import { inFolder, look, NoFolder, notSeen, type OpenFolder, openFile } from '../../lib/open-folder.ts'
import { OBJECT_ERRORS } from '../object-errors.ts'
import { checkBucketName, checkKey, formatObsUrl, isBucketName, isKeySegment } from '../object-names.ts'
import type { ByteRange, ObjectPage, ObjectRef, ObjectStat, ObjectStore } from '../object-store.ts'
import { handOver, markMixed } from './hand-over.ts'
import { listKeys } from './list-keys.ts'

/**
 * Objects as plain files, `<folder>/<project>/<bucket>/<key>`: Flink reads and writes checkpoints in the same tree, and
 * a person can look into it.
 *
 * - A key is written whole or not at all: into `<folder>/<project>/.headgate-tmp`, fsync, rename, fsync of the folder.
 *   No bucket can have that name, so no list ever shows it.
 * - No symbolic link inside the tree is followed (lib/open-folder.ts); links and other specials are no objects.
 * - In a folder a name is a file or a folder: where `a` is an object, `a/b` cannot be, and the reverse (`object.conflict`).
 * - Folders that a delete leaves empty go with it, up to the bucket.
 * - What a program has closed to the service (mode bits) is left out of lists and refused when it is named (`object.closed`).
 * - A project's folder and all in it belong to the user of its jobs, when it has one (hand-over.ts).
 */
const TEMPORARY = '.headgate-tmp'
/** An upload that is under way touches its file all the time; what is older was left by a crash. */
const LEFTOVER_MS = 3_600_000
const LIST_LIMIT_DEFAULT = 1000
const LIST_LIMIT_MAX = 10_000
const RENAME_TRIES = 100

type Place = ObjectRef & Readonly<{ folders: readonly string[]; name: string }>
type Bucket = Readonly<{ projectId: string; bucket: string }>

/** The user id to whom what is stored belongs; null: the service's own. */
export type OwnerOf = (projectId: string) => number | null

export interface FolderObjectStore extends ObjectStore {
  /** Gives what a project has stored so far to its owner. Cheap when that is done; safe to repeat. */
  handOver(projectId: string): Promise<void>
}

/** Opens the store over a folder (made when missing) and removes what an interrupted `put` left behind. */
export async function openFolderObjectStore({
  folder,
  clock = systemClock,
  ownerOf = null,
}: {
  folder: string
  clock?: Clock
  ownerOf?: OwnerOf | null
}): Promise<FolderObjectStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await realpath(folder)
  await removeLeftovers(root, clock)
  if (ownerOf === null) await markMixed(root)
  const owner: OwnerOf = ownerOf ?? (() => null)
  return {
    put: (ref, content) => put(root, placeOf(ref), content, owner),
    get: (ref, range) => get(root, placeOf(ref), range),
    stat: (ref) => statObject(root, placeOf(ref)),
    list: (bucket, query) => list(root, checkedBucket(bucket), query),
    delete: (ref) => deleteObject(root, placeOf(ref)),
    ensureBucket: (bucket) => ensureBucket(root, checkedBucket(bucket), owner),
    listBuckets: (projectId) => listBuckets(root, projectId),
    flinkUrl: (ref) => flinkUrl(root, ref),
    flinkRootUrl: (projectId) => flinkRootUrl(root, projectId),
    fromFlinkUrl: (projectId, url) => fromFlinkUrl(root, projectId, url),
    sweep: () => removeLeftovers(root, clock),
    handOver: async (projectId) => {
      const user = owner(projectId)
      assertProjectId(projectId)
      if (user !== null) await handOver(root, projectId, user)
    },
  }
}

async function put(root: string, place: Place, content: Readable, ownerOf: OwnerOf): Promise<ObjectStat> {
  try {
    await assertFree(root, place)
    const via = (folder: OpenFolder) => putVia(folder, root, place, content, ownerOf)
    const making = { create: true, owner: ownerOf(place.projectId) }
    const stat = await inFolder(root, [place.projectId, TEMPORARY], via, making)
    assert(stat, 'A folder that is made when missing is never missing.')
    return stat
  } catch (error) {
    content.destroy()
    throw refusalFor(error, place)
  }
}

async function putVia(
  temporaries: OpenFolder,
  root: string,
  place: Place,
  content: Readable,
  ownerOf: OwnerOf,
): Promise<ObjectStat> {
  const temporary = temporaries.at(randomBytes(12).toString('hex'))
  try {
    const written = await write(temporary, content, () => ownerOf(place.projectId))
    await moveIntoPlace(root, place, temporary, ownerOf(place.projectId))
    return { key: place.key, ...written }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Refuses before the content is read, where that is possible. */
async function assertFree(root: string, place: Place): Promise<void> {
  const there = await inFolder(root, place.folders, (folder) => look(folder, place.name))
  if (there?.isDirectory()) throw OBJECT_ERRORS.conflict(place)
}

/** The owner is asked for at the end: a long upload may begin before there is one. */
async function write(path: string, content: Readable, owner: () => number | null): Promise<Omit<ObjectStat, 'key'>> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
    const user = owner()
    if (user !== null) await file.chown(user, user)
    const { size, mtime } = await file.stat()
    return { sizeBytes: size, modifiedAt: mtime }
  } finally {
    await file.close()
  }
}

/** A delete of a neighbour may take a folder away between its making and the rename; then it is made again. */
async function moveIntoPlace(root: string, place: Place, temporary: string, owner: number | null): Promise<void> {
  for (let triesLeft = RENAME_TRIES; triesLeft > 0; triesLeft--) {
    if (await moveOnce(root, place, temporary, owner)) return
  }
  throw new Error(`The folder of ${place.bucket}/${place.key} was taken away ${RENAME_TRIES} times while it was made.`)
}

/** False when a folder on the way was taken away. */
async function moveOnce(root: string, place: Place, temporary: string, owner: number | null): Promise<boolean> {
  const move = async (folder: OpenFolder): Promise<true> => {
    await rename(temporary, folder.at(place.name))
    await folder.file.sync()
    return true
  }
  try {
    return (await inFolder(root, place.folders, move, { create: true, owner })) ?? false
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false
    throw error
  }
}

async function get(
  root: string,
  place: Place,
  range: ByteRange = { startByte: 0 },
): Promise<{ stat: ObjectStat; content: Readable }> {
  const opened = await inFolder(root, place.folders, (folder) => openFile(folder, place.name)).catch(nothingAt(place))
  if (!opened) throw OBJECT_ERRORS.notFound(place)
  const { size: sizeBytes, mtime: modifiedAt } = opened.stats
  return { stat: { key: place.key, sizeBytes, modifiedAt }, content: await readRange(opened.file, range, sizeBytes) }
}

/** The part of the range that the object has. */
async function readRange(file: FileHandle, { startByte, endByte }: ByteRange, sizeBytes: number): Promise<Readable> {
  const end = Math.min(endByte ?? sizeBytes, sizeBytes)
  if (startByte < end) return file.createReadStream({ start: Math.max(0, startByte), end: end - 1 })
  await file.close()
  return Readable.from([])
}

async function statObject(root: string, place: Place): Promise<ObjectStat | null> {
  const stats = await inFolder(root, place.folders, (folder) => look(folder, place.name)).catch(nothingAt(place))
  return stats?.isFile() ? { key: place.key, sizeBytes: stats.size, modifiedAt: stats.mtime } : null
}

async function list(
  root: string,
  { projectId, bucket }: Bucket,
  { prefix = '', after = '', limit = LIST_LIMIT_DEFAULT }: { prefix?: string; after?: string; limit?: number },
): Promise<ObjectPage> {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const folders = base === '' ? [] : base.slice(0, -1).split('/')
  if (!folders.every(isKeySegment)) return { objects: [], nextAfter: null }
  const max = Math.min(Math.max(1, Math.trunc(limit)), LIST_LIMIT_MAX)
  const page = await inFolder(root, [projectId, bucket, ...folders], async (folder) => {
    const objects: ObjectStat[] = []
    for await (const object of listKeys(folder, base, { prefix, after })) {
      if (objects.length === max) return { objects, nextAfter: objects.at(-1)?.key ?? null }
      objects.push(object)
    }
    return { objects, nextAfter: null }
  }).catch(nothingAt({ projectId, bucket, key: base }))
  return page ?? { objects: [], nextAfter: null }
}

async function deleteObject(root: string, place: Place): Promise<void> {
  const isDeleted = await inFolder(root, place.folders, async (folder) => {
    const stats = await look(folder, place.name)
    if (!stats?.isFile()) return false
    await unlink(folder.at(place.name)).catch(ignoring('ENOENT'))
    await folder.file.sync()
    return true
  }).catch(nothingAt(place))
  if (isDeleted) await pruneEmptyFolders(root, place.folders)
}

/** Removes folders from the innermost outwards until one is in use; project and bucket stay. */
async function pruneEmptyFolders(root: string, folders: readonly string[]): Promise<void> {
  const parents = folders.slice(0, -1)
  const name = folders.at(-1)
  if (name === undefined || parents.length < 2) return
  const isGone = await inFolder(root, parents, async (parent) => {
    try {
      await rmdir(parent.at(name))
      return true
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EACCES')) return false
      throw error
    }
  }).catch(notSeen)
  if (isGone) await pruneEmptyFolders(root, parents)
}

async function ensureBucket(root: string, bucket: Bucket, ownerOf: OwnerOf): Promise<void> {
  try {
    await inFolder(root, [bucket.projectId, bucket.bucket], async () => undefined, {
      create: true,
      owner: ownerOf(bucket.projectId),
    })
  } catch (error) {
    throw refusalFor(error, { ...bucket, key: '' })
  }
}

async function listBuckets(root: string, projectId: string): Promise<string[]> {
  assertProjectId(projectId)
  const names = await inFolder(root, [projectId], async (folder) => {
    const found: string[] = []
    for await (const item of await opendir(folder.at('.'))) {
      if (item.isDirectory() && isBucketName(item.name)) found.push(item.name)
    }
    return found
  }).catch((error: unknown) => {
    throw isSystemError(error, 'EACCES') ? OBJECT_ERRORS.closed('obs://') : error
  })
  return (names ?? []).sort()
}

/** Flink takes the path of a `file:` URL as it stands: it is not percent-encoded. */
function flinkUrl(root: string, { projectId, bucket, key }: ObjectRef): string {
  checkBucketName(bucket)
  if (key !== '') checkKey(key)
  return [flinkRootUrl(root, projectId), bucket, ...(key === '' ? [] : [key])].join('/')
}

function flinkRootUrl(root: string, projectId: string): string {
  assertProjectId(projectId)
  return `file://${root}/${projectId}`
}

function fromFlinkUrl(root: string, projectId: string, url: string): ObjectRef | null {
  const path = /^file:(?:\/\/(?:localhost)?)?(\/[^/].*)$/s.exec(url)?.[1]
  const start = `${root}/${projectId}/`
  if (!path?.startsWith(start)) return null
  const [bucket = '', ...segments] = path.slice(start.length).replace(/\/+$/, '').split(/\/+/)
  if (!isBucketName(bucket) || !segments.every(isKeySegment)) return null
  return { projectId, bucket, key: segments.join('/') }
}

async function removeLeftovers(root: string, clock: Clock): Promise<void> {
  const oldestMs = clock.now().getTime() - LEFTOVER_MS
  for await (const { name } of await opendir(root)) {
    await inFolder(root, [name, TEMPORARY], (folder) => removeFilesBefore(folder, oldestMs)).catch(notSeen)
  }
}

async function removeFilesBefore(folder: OpenFolder, oldestMs: number): Promise<void> {
  for await (const { name } of await opendir(folder.at('.'))) {
    const stats = await look(folder, name)
    if (stats?.isFile() && stats.mtimeMs < oldestMs) await rm(folder.at(name), { force: true })
  }
}

function placeOf(ref: ObjectRef): Place {
  checkedBucket(ref)
  checkKey(ref.key)
  const segments = ref.key.split('/')
  const name = segments.pop() ?? ''
  return { ...ref, folders: [ref.projectId, ref.bucket, ...segments], name }
}

function checkedBucket<T extends Bucket>(bucket: T): T {
  assertProjectId(bucket.projectId)
  checkBucketName(bucket.bucket)
  return bucket
}

function assertProjectId(projectId: string): void {
  assert(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(projectId), 'A project id names a folder.')
}

function refusalFor(error: unknown, place: ObjectRef): unknown {
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) return OBJECT_ERRORS.storeFull(place)
  const isInTheWay = error instanceof NoFolder || isSystemError(error, 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST')
  return isInTheWay ? OBJECT_ERRORS.conflict(place) : refusalWhenClosed(error, place)
}

function refusalWhenClosed(error: unknown, place: ObjectRef): unknown {
  return isSystemError(error, 'EACCES') ? OBJECT_ERRORS.closed(formatObsUrl(place)) : error
}

/** For `catch`: below something that is no folder there is nothing. */
const nothingAt =
  (place: ObjectRef) =>
  (error: unknown): null => {
    if (error instanceof NoFolder) return null
    throw refusalWhenClosed(error, place)
  }

const ignoring =
  (code: string) =>
  (error: unknown): void => {
    if (!isSystemError(error, code)) throw error
  }
