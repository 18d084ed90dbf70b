import { opendir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import { inPlace, notSeen, type OpenFolder, openChild, openFile } from '../../lib/open-folder.ts'
import type { CheckpointView } from '../runtime.ts'
import { statePath, stateUrl } from '../state-url.ts'
import { namesIn } from './disk.ts'

/**
 * Checkpoints and savepoints as they lie on disk: `<directory>/<flink job id>/chk-N/_metadata`, and
 * `<directory>/savepoint-<6 of the job id>-<12 random>/_metadata` (Flink docs, "Checkpoints", "Savepoints").
 * `_metadata` is written last and by rename, so its presence means "complete"; what does not begin as Flink's does was
 * damaged later. The job's program can write there too: no link of its making is followed.
 */
const METADATA = '_metadata'
/** Flink, MetadataSerializer: HEADER_MAGIC_NUMBER. */
const MAGIC = 0x4960672d

/** Newest first. Within one job the higher number is newer; between jobs the later moment. */
export async function findCheckpoints(directoryUrl: string, flinkJobIds: readonly string[]): Promise<CheckpointView[]> {
  const directory = localPath(directoryUrl)
  const perJob = await Promise.all(flinkJobIds.map((id) => checkpointsOf(join(directory, id))))
  return perJob.flat().sort((a, b) => b.completedAt.getTime() - a.completedAt.getTime() || b.id - a.id)
}

/** Flink keeps a few; a program can make folders of that name without end. */
const NEWEST_MAX = 100

async function checkpointsOf(jobDirectory: string): Promise<CheckpointView[]> {
  return (await inPlace(jobDirectory, (folder) => checkpointsIn(folder, jobDirectory))) ?? []
}

async function checkpointsIn(folder: OpenFolder, path: string): Promise<CheckpointView[]> {
  const numbers = (await namesIn(folder.at('.'))).flatMap((name) => /^chk-(\d{1,15})$/.exec(name)?.[1] ?? [])
  const newest = numbers.map(Number).sort((a, b) => b - a)
  const found = newest.slice(0, NEWEST_MAX).map(async (id): Promise<CheckpointView[]> => {
    const completedAt = await completionOf(folder, `chk-${id}`)
    return completedAt === null ? [] : [{ url: stateUrl(join(path, `chk-${id}`)), completedAt, id }]
  })
  return (await Promise.all(found)).flat()
}

/**
 * The checkpoints of one Flink job wherever they lie below a place: the id of the job, which no other has, names the folder.
 * Reads every folder there, about a second for a million objects: for when no place is known.
 */
export async function searchCheckpoints(placeUrl: string, flinkJobId: string): Promise<CheckpointView[]> {
  const place = statePath(placeUrl)
  if (place === null) return []
  const left = { folders: FOLDERS_MAX, depth: DEPTH_MAX }
  return (await inPlace(place, (folder) => searchIn(folder, place, flinkJobId, left))) ?? []
}

/** A program can make folders without end, and as deep as it likes. */
const FOLDERS_MAX = 1_000_000
const DEPTH_MAX = 100

async function searchIn(
  folder: OpenFolder,
  path: string,
  flinkJobId: string,
  left: { folders: number; depth: number },
): Promise<CheckpointView[]> {
  const found: CheckpointView[] = []
  if (left.depth === 0) return found
  left.depth--
  for (const name of await foldersIn(folder)) {
    if (left.folders-- <= 0) break
    const child = await openChild(folder, name).catch(notSeen)
    if (child === null) continue
    await using _file = child.file
    const there = join(path, name)
    found.push(
      ...(name === flinkJobId ? await checkpointsIn(child, there) : await searchIn(child, there, flinkJobId, left)),
    )
  }
  left.depth++
  return found
}

/** None where the folder is gone meanwhile, or closed to the service: a program may do that to its own. */
async function foldersIn(folder: OpenFolder): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(folder.at('.'), { bufferSize: 1024 })) {
      if (entry.isDirectory() && names.push(entry.name) >= FOLDERS_MAX) break
    }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
  }
  return names
}

/** The newest savepoint in a directory that was completed at `since` or later. */
export async function findSavepoint(directoryUrl: string, since: Date): Promise<string | null> {
  const directory = localPath(directoryUrl)
  return inPlace(directory, async (folder) => {
    let newest: { url: string; at: number } | null = null
    for (const name of await namesIn(folder.at('.'))) {
      if (!name.startsWith('savepoint-')) continue
      const at = (await completionOf(folder, name))?.getTime() ?? null
      if (at === null || at < since.getTime() || (newest !== null && at <= newest.at)) continue
      newest = { url: stateUrl(join(directory, name)), at }
    }
    return newest?.url ?? null
  })
}

export async function holdsState(url: string): Promise<boolean> {
  const path = localPath(url)
  const directory = path.endsWith(`/${METADATA}`) ? dirname(path) : path
  return (await inPlace(directory, writtenAt)) !== null
}

async function completionOf(parent: OpenFolder, name: string): Promise<Date | null> {
  const directory = await openChild(parent, name).catch(notSeen)
  if (directory === null) return null
  await using _file = directory.file
  // Awaited here: a returned promise would go on after the folder is closed, and its number may be another's by then.
  return await writtenAt(directory).catch(notSeen)
}

/** When the metadata in a directory was written; null when there is none, or it is none of Flink's. */
async function writtenAt(directory: OpenFolder): Promise<Date | null> {
  const opened = await openFile(directory, METADATA)
  if (opened === null) return null
  await using file = opened.file
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
  return bytesRead === 4 && buffer.readUInt32BE() === MAGIC ? opened.stats.mtime : null
}

/**
 * Refuses rather than finding nothing: "no checkpoint" must never be a guess.
 * @throws Refusal `runtime.stateElsewhere`
 */
function localPath(url: string): string {
  const path = statePath(url)
  if (path !== null) return path
  throw new Refusal('runtime.stateElsewhere', {
    en: `${url} is not on this machine's disk, so the state in it cannot be looked at. Use a path in the object folder.`,
    zh: `${url} 不在本机磁盘上，无法检查其中的状态，请使用对象目录中的路径。`,
  })
}
