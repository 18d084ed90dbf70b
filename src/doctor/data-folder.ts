import { access, constants, open, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DISK_BYTES_MIN, freeBytesOf } from '../lib/disk.ts'
import { isSystemError, messageOf } from '../lib/errors.ts'
import { temporaryBeside } from '../lib/files.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import { quoted, size } from './words.ts'

/** Room for a Flink installation (up to 330 MB), and then some logs and checkpoints. */
const DISK_BYTES_LOW = 2 * 1024 ** 3

/** By their numbers in statfs(2), `f_type`. */
const FILE_SYSTEMS = [
  { type: 0x01021994, name: 'tmpfs', kind: 'memory' },
  { type: 0x858458f6, name: 'ramfs', kind: 'memory' },
  { type: 0x6969, name: 'NFS', kind: 'network' },
  { type: 0x517b, name: 'SMB', kind: 'network' },
  { type: 0xfe534d42, name: 'SMB', kind: 'network' },
  { type: 0xff534d42, name: 'SMB', kind: 'network' },
  { type: 0x00c36400, name: 'Ceph', kind: 'network' },
  { type: 0x01021997, name: '9P', kind: 'network' },
]

export const dataFolder: Check = {
  name: 'data-folder',
  run: async ({ config }) => {
    const folder = config.folders.data
    const standing = await nearestThere(folder)
    const error = standing === folder ? await tryWriting(folder) : await tryAccess(standing)
    if (error !== null) return [notWritable(folder, error)]
    const { type } = await statfs(standing)
    return judgeDataFolder({ folder, freeBytes: await freeBytesOf(standing), type })
  },
}

export type FolderFacts = Readonly<{
  folder: string
  freeBytes: number
  /** Of the file system, as statfs(2) numbers it. */
  type: number
}>

export function judgeDataFolder({ folder, freeBytes, type }: FolderFacts): Finding[] {
  return [judgeSpace(folder, freeBytes), ...judgeFileSystem(folder, type)]
}

function judgeSpace(folder: string, freeBytes: number): Finding {
  const [free, low] = [size(freeBytes), size(DISK_BYTES_LOW)]
  if (freeBytes >= DISK_BYTES_LOW) return ok(`${folder}, ${free} free`, `${folder}，空闲 ${free}`)
  const say = freeBytes < DISK_BYTES_MIN ? problem : warning
  return say(
    `Only ${free} are free in ${folder}. Make room for at least ${low}, or set HEADGATE_DATA to a folder on a larger disk.`,
    `${folder} 仅剩 ${free} 空闲空间。请至少腾出 ${low}，或将 HEADGATE_DATA 设为更大磁盘上的目录。`,
  )
}

function judgeFileSystem(folder: string, type: number): Finding[] {
  const system = FILE_SYSTEMS.find((each) => each.type === type)
  if (!system) return []
  const { name } = system
  if (system.kind === 'memory') {
    return [
      warning(
        `${folder} lies in memory (${name}): a restart of the machine loses every job. Set HEADGATE_DATA to a folder on a disk.`,
        `${folder} 位于内存文件系统（${name}），主机重启后所有作业都会丢失。请将 HEADGATE_DATA 设为磁盘上的目录。`,
      ),
    ]
  }
  return [
    warning(
      `${folder} lies on a network file system (${name}), whose locks and syncs cannot be relied on. Set HEADGATE_DATA to a folder on a local disk.`,
      `${folder} 位于网络文件系统（${name}），其锁与同步不可靠。请将 HEADGATE_DATA 设为本地磁盘上的目录。`,
    ),
  ]
}

export const objects: Check = {
  name: 'objects',
  run: async ({ config }) => {
    const folder = config.folders.objects
    const error = await tryWriting(folder)
    if (error === null) return [ok(folder, folder)]
    if (!isSystemError(error, 'ENOENT')) return [notWritable(folder, error)]
    return [ok(`${folder}, made by the first start`, `${folder}，首次启动时创建`)]
  },
}

/** `error`: what a try to write there came to. */
export function notWritable(folder: string, error: unknown): Finding {
  const isForbidden = isSystemError(error, 'EACCES', 'EPERM')
  const command = `sudo chown -R "$(id -un)" ${quoted(folder)}`
  const mend = isForbidden
    ? {
        en: `Run as its owner, give it to this user (${command}), or set`,
        zh: `请以其所有者运行，或将其归属当前用户（${command}），或将`,
      }
    : { en: 'Set', zh: '请将' }
  return problem(
    `${folder} cannot be written: ${messageOf(error)}. ${mend.en} HEADGATE_DATA to a folder that can be.`,
    `${folder} 无法写入：${messageOf(error)}。${mend.zh} HEADGATE_DATA 设为可写的目录。`,
  )
}

/** The folder, or the one above it in which it would be made. */
export async function nearestThere(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    (error: unknown) => !isSystemError(error, 'ENOENT'),
  )
  return isThere || folder === dirname(folder) ? folder : nearestThere(dirname(folder))
}

/** Makes a file and removes it: only that tells a read-only disk, and root has leave for everything. Null: it went well. */
async function tryWriting(folder: string): Promise<unknown> {
  const path = temporaryBeside(join(folder, 'doctor'))
  try {
    const file = await open(path, 'wx', 0o600)
    await file.close()
    return null
  } catch (error) {
    return error
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}

function tryAccess(folder: string): Promise<unknown> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: unknown) => error,
  )
}
