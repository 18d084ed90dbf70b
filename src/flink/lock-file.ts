/**
 * The lock files of the default versions: `lock/<version>.json` holds the sha256 of every jar as Maven gives it.
 * `tools/lock-flink.ts` writes them anew.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, Refusal } from '../lib/errors.ts'
import type { FileRecord } from './manifest.ts'

export type FlinkLock = Readonly<{ version: string; files: Readonly<Record<string, FileRecord>> }>

export const LOCK_FOLDER = join(import.meta.dirname, 'lock')

/** The lock of a version, or null for a version that has none. */
export async function readLock(lockFolder: string, version: string): Promise<FlinkLock | null> {
  try {
    return JSON.parse(await readFile(join(lockFolder, `${version}.json`), 'utf8')) as FlinkLock
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}

/** True when the files are exactly those of the lock. */
export function isLocked(lock: FlinkLock, found: Readonly<Record<string, FileRecord>>): boolean {
  return differencesFrom(lock, found).length === 0
}

/** @throws Refusal `flink.lockMismatch` naming the jars that are not what the lock says */
export function assertLocked(lock: FlinkLock, found: Readonly<Record<string, FileRecord>>): void {
  const differences = differencesFrom(lock, found)
  if (differences.length === 0) return
  const more = differences.length > 3 ? ` (and ${differences.length - 3} more)` : ''
  const list = `${differences.slice(0, 3).join('; ')}${more}`
  throw new Refusal('flink.lockMismatch', {
    en: `Flink ${lock.version} from Maven is not what Headgate's lock file says, so it is not installed: ${list}. A damaged download in Maven's local repository is the usual cause: delete the folder of that artifact there and install again. If it stays, do not trust the mirror.`,
    zh: `来自Maven的Flink ${lock.version} 与Headgate的锁文件不一致，未安装：${list}。通常是Maven本地仓库中的文件损坏：请删除其中该构件的目录后重新安装。若仍不一致，请勿信任该镜像。`,
  })
}

function differencesFrom(lock: FlinkLock, found: Readonly<Record<string, FileRecord>>): string[] {
  const wanted = Object.entries(lock.files).flatMap(([path, { sha256 }]) => {
    const actual = found[path]?.sha256
    if (actual === sha256) return []
    return [actual === undefined ? `${path} is missing` : `${path} has sha256 ${actual}, expected ${sha256}`]
  })
  const unknown = Object.keys(found).filter((path) => !(path in lock.files))
  return [...wanted, ...unknown.map((path) => `${path} is not in the lock`)]
}
