import { open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import type { CheckpointView } from '../runtime.ts'
import { statePath, stateUrl } from '../state-url.ts'
import { namesIn } from './disk.ts'

/**
 * Checkpoints and savepoints as they lie on disk: `<directory>/<flink job id>/chk-N/_metadata`, and
 * `<directory>/savepoint-<6 of the job id>-<12 random>/_metadata` (Flink docs, "Checkpoints", "Savepoints").
 * `_metadata` is written last and by rename, so its presence means "complete"; what does not begin as Flink's does was
 * damaged later.
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

async function checkpointsOf(jobDirectory: string): Promise<CheckpointView[]> {
  const found = await Promise.all(
    (await namesIn(jobDirectory)).map(async (name): Promise<CheckpointView[]> => {
      const number = /^chk-(\d+)$/.exec(name)?.[1]
      if (number === undefined) return []
      const completedAt = await completionOf(join(jobDirectory, name))
      const url = stateUrl(join(jobDirectory, name))
      return completedAt === null ? [] : [{ url, completedAt, id: Number(number) }]
    }),
  )
  return found.flat()
}

/**
 * The checkpoints of one Flink job wherever they lie below a place: the id of the job, which no other has, names the folder.
 * Reads every folder there, about a second for a million objects: for when no place is known.
 */
export async function searchCheckpoints(placeUrl: string, flinkJobId: string): Promise<CheckpointView[]> {
  const place = statePath(placeUrl)
  const folders = place === null ? [] : await foldersNamed(flinkJobId, place)
  return (await Promise.all(folders.map(checkpointsOf))).flat()
}

/** Follows no links. */
async function foldersNamed(name: string, folder: string): Promise<string[]> {
  const found: string[] = []
  for (const inside of await foldersIn(folder)) {
    const path = join(folder, inside)
    found.push(...(inside === name ? [path] : await foldersNamed(name, path)))
  }
  return found
}

/** None where the folder is gone meanwhile, or closed to the service: a program may do that to its own. */
async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      if (entry.isDirectory()) names.push(entry.name)
    }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
  }
  return names
}

/** The newest savepoint in a directory that was completed at `since` or later. */
export async function findSavepoint(directoryUrl: string, since: Date): Promise<string | null> {
  const directory = localPath(directoryUrl)
  let newest: { url: string; at: number } | null = null
  for (const name of await namesIn(directory)) {
    if (!name.startsWith('savepoint-')) continue
    const at = (await completionOf(join(directory, name)))?.getTime() ?? null
    if (at === null || at < since.getTime() || (newest !== null && at <= newest.at)) continue
    newest = { url: stateUrl(join(directory, name)), at }
  }
  return newest?.url ?? null
}

export async function holdsState(url: string): Promise<boolean> {
  const path = localPath(url)
  return (await writtenAt(path.endsWith(`/${METADATA}`) ? path : join(path, METADATA))) !== null
}

function completionOf(directory: string): Promise<Date | null> {
  return writtenAt(join(directory, METADATA))
}

/** When a metadata file was written; null when there is none, or it is none of Flink's. */
async function writtenAt(path: string): Promise<Date | null> {
  try {
    await using file = await open(path, 'r')
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt32BE() === MAGIC ? (await file.stat()).mtime : null
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return null
    throw error
  }
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
