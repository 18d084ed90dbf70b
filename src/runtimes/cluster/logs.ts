import { constants } from 'node:fs'
import { copyFile, type FileHandle, lstat, open, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import type { LogFile, LogPage } from '../runtime.ts'
import { namesIn } from './disk.ts'

/** Names that log4j and the driver make: `jobmanager.log`, `taskmanager-1.log.2`, `submit.log`. Never a path. */
const LOG_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/
const LARGEST_PAGE = 1024 * 1024

/** All, or those whose names end so. */
export async function listLogs(folder: string, ending = ''): Promise<LogFile[]> {
  const files: LogFile[] = []
  const names = (await namesIn(folder)).filter((name) => LOG_NAME.test(name) && name.endsWith(ending))
  for (const name of names.sort()) {
    const status = await lstat(join(folder, name)).catch(() => null)
    if (status?.isFile()) files.push({ name, sizeBytes: status.size, modifiedAt: status.mtime })
  }
  return files
}

/**
 * Bytes from an offset; behind the end there are none. A page ends at a character's border where it can (bytes of one
 * UTF-8 character are not torn), so pages can be shown as they come.
 * @throws Refusal `runtime.logNotFound`
 */
export async function readLog(folder: string, name: string, offset: number, limit: number): Promise<LogPage> {
  if (!LOG_NAME.test(name)) throw notFound(name)
  const file = await openOrRefuse(join(folder, name), name)
  try {
    const { size } = await file.stat()
    const start = Math.min(Math.max(0, Math.floor(offset)), size)
    const wanted = Math.min(Math.max(1, Math.floor(limit)), LARGEST_PAGE, size - start)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, start)
    const bytes = wholeCharacters(buffer.subarray(0, bytesRead))
    const next = start + bytes.length
    return { bytes, nextOffsetBytes: next, sizeBytes: size, endOfFile: next >= size }
  } finally {
    await file.close()
  }
}

/** The last bytes of a log, or an empty text when there is none. */
export async function logTail(folder: string, name: string, bytes: number): Promise<string> {
  try {
    const { size } = await lstat(join(folder, name))
    const page = await readLog(folder, name, Math.max(0, size - bytes), bytes)
    return Buffer.from(page.bytes).toString('utf8')
  } catch (error) {
    if (error instanceof Refusal || isSystemError(error, 'ENOENT')) return ''
    throw error
  }
}

const OUTPUT_LARGEST = 64 * 1024 * 1024

/**
 * log4j rolls its own files; what a program prints goes to a file that a process holds open, so it is copied aside and
 * emptied (the process appends, hence goes on at the new end). A few lines may be lost in between.
 */
export async function rollOutputs(folder: string, largest = OUTPUT_LARGEST): Promise<void> {
  for (const { name, sizeBytes } of await listLogs(folder, '.out')) {
    if (sizeBytes <= largest) continue
    const path = join(folder, name)
    await rm(`${path}.1`, { force: true })
    // On a full disk there is no copy, and all the more reason to empty the file.
    await copyFile(path, `${path}.1`, constants.COPYFILE_EXCL).catch(() => rm(`${path}.1`, { force: true }))
    await truncate(path)
  }
}

/** Cuts an incomplete UTF-8 sequence off the end, unless nothing would be left. */
function wholeCharacters(bytes: Buffer): Buffer {
  let lead = bytes.length - 1
  while (lead > 0 && bytes.length - lead < 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead--
  const first = bytes[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return lead > 0 && lead + length > bytes.length ? bytes.subarray(0, lead) : bytes
}

/** The program of the job can write into this folder: links and pipes it may have put there are not opened. */
async function openOrRefuse(path: string, name: string): Promise<FileHandle> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EISDIR', 'ENOTDIR', 'ELOOP')) throw error
  }
  throw notFound(name)
}

function notFound(name: string): Refusal {
  const shown = JSON.stringify(name.slice(0, 100))
  return new Refusal('runtime.logNotFound', {
    en: `There is no log file ${shown}. Ask for the list of log files first.`,
    zh: `日志文件 ${shown} 不存在，请先查询日志文件列表。`,
  })
}
