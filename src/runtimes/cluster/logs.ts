import { constants } from 'node:fs'
import { type FileHandle, open, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import { notSeen, openRegular } from '../../lib/open-folder.ts'
import type { LogFile, LogPage } from '../runtime.ts'
import type { RunFolder } from './run-folder.ts'

/**
 * The logs of a run: `submit.log`, which is ours, and the files in `logs/`, where the program of the job can put whatever
 * it likes, at any moment. So there files are opened without following links or waiting for pipes, and what is read, cut
 * or copied is what was opened. What the job has closed to us counts as not there.
 */

/** Names that log4j and the driver make: `jobmanager.log`, `taskmanager-1.log.2`, `submit.log`. Never a path. */
const LOG_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/
const LARGEST_PAGE = 1024 * 1024
/** A program may make any number of files; so many are looked at. */
const FILES_MAX = 1000

type Places = Pick<RunFolder, 'logs' | 'submitLog'>

export async function listLogs(folder: Places): Promise<LogFile[]> {
  const names = new Set(['submit.log', ...(await logNames(folder.logs))])
  const files: LogFile[] = []
  for (const name of [...names].sort()) {
    const opened = await openLog(folder, name)
    if (opened === null) continue
    await using _file = opened.file
    files.push({ name, sizeBytes: opened.stats.size, modifiedAt: opened.stats.mtime })
  }
  return files
}

async function logNames(folder: string): Promise<string[]> {
  const names: string[] = []
  try {
    let left = FILES_MAX
    for await (const { name } of await opendir(folder)) {
      if (left-- === 0) break
      if (LOG_NAME.test(name)) names.push(name)
    }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
  }
  return names
}

function openLog(folder: Places, name: string, flags?: number): ReturnType<typeof openRegular> {
  return openRegular(pathOf(folder, name), flags).catch(notSeen)
}

function pathOf(folder: Places, name: string): string {
  return name === 'submit.log' ? folder.submitLog : join(folder.logs, name)
}

/**
 * Bytes from an offset; behind the end there are none. A page ends at a character's border where it can (bytes of one
 * UTF-8 character are not torn), so pages can be shown as they come.
 * @throws Refusal `runtime.logNotFound`
 */
export async function readLog(folder: Places, name: string, offset: number, limit: number): Promise<LogPage> {
  const opened = LOG_NAME.test(name) ? await openLog(folder, name) : null
  if (opened === null) throw notFound(name)
  await using file = opened.file
  return await pageOf(file, opened.stats.size, offset, limit)
}

async function pageOf(file: FileHandle, size: number, offset: number, limit: number): Promise<LogPage> {
  const start = Math.min(Math.max(0, Math.floor(offset)), size)
  const wanted = Math.min(Math.max(1, Math.floor(limit)), LARGEST_PAGE, size - start)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, start)
  const bytes = wholeCharacters(buffer.subarray(0, bytesRead))
  const next = start + bytes.length
  return { bytes, nextOffsetBytes: next, sizeBytes: size, endOfFile: next >= size }
}

/** The last bytes of a log, none before `from` unless it was rolled since; an empty text when there is none to read. */
export async function logTail(folder: Places, name: string, bytes: number, from = 0): Promise<string> {
  const opened = await openLog(folder, name)
  if (opened === null) return ''
  await using file = opened.file
  const { size } = opened.stats
  const page = await pageOf(file, size, Math.max(from < size ? from : 0, size - bytes), bytes)
  return Buffer.from(page.bytes).toString('utf8')
}

const OUTPUT_LARGEST = 64 * 1024 * 1024

/**
 * log4j rolls its own files; what a program prints goes to a file that a process holds open, so its end is copied aside
 * and it is emptied (the process appends, hence goes on at the new end). A few lines may be lost in between.
 */
export async function rollOutput(folder: Places, name: string, largest = OUTPUT_LARGEST): Promise<void> {
  const opened = await openLog(folder, name, constants.O_RDWR)
  if (opened === null) return
  await using file = opened.file
  if (opened.stats.size <= largest) return
  const copy = `${pathOf(folder, name)}.1`
  // On a full disk, or where the job lets nothing be made, there is no copy, and all the more reason to empty the file.
  await copyTail(file, opened.stats, copy, largest).catch(() => rm(copy, { force: true }).catch(() => undefined))
  await file.truncate()
}

/** The copy belongs to whom the file belongs. */
async function copyTail(
  from: FileHandle,
  { size, uid, gid }: { size: number; uid: number; gid: number },
  to: string,
  bytes: number,
): Promise<void> {
  await rm(to, { force: true })
  const copy = await open(to, 'wx', 0o600)
  try {
    await copy.chown(uid, gid)
    await copy.writeFile(from.createReadStream({ start: size - bytes, end: size - 1, autoClose: false }))
  } finally {
    await copy.close()
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

function notFound(name: string): Refusal {
  const shown = JSON.stringify(name.slice(0, 100))
  return new Refusal('runtime.logNotFound', {
    en: `There is no log file ${shown} that the service can read. Ask for the list of log files first.`,
    zh: `日志文件 ${shown} 不存在或服务无法读取，请先查询日志文件列表。`,
  })
}
