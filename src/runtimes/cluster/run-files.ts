import { chmod, constants, copyFile, link, open, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { failed, isSystemError, Refusal } from '../../lib/errors.ts'
import { temporaryBeside } from '../../lib/files.ts'
import { quoted } from '../../lib/text.ts'
import type { LaunchFile, LaunchSpec } from '../runtime.ts'
import { exists } from './attempt.ts'
import type { RunFolder } from './run-folder.ts'
import { isAnotherUser, letRead, makeFolder, type Owner } from './run-owner.ts'
import type { SubmitLog } from './submit-log.ts'

/**
 * Copies what the program needs into the run, or links it. The copies are made beside and then get their name at
 * once, so an unfinished preparation begins anew, and of two at the same moment one wins.
 */
export async function prepareFiles(spec: LaunchSpec, folder: RunFolder, log: SubmitLog, signal: AbortSignal) {
  if (await exists(folder.user)) return
  checkNames(spec)
  const staging = temporaryBeside(folder.user)
  try {
    await copyAll(spec, folder, staging, log, signal)
    await rename(staging, folder.user)
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function copyAll(spec: LaunchSpec, folder: RunFolder, to: string, log: SubmitLog, signal: AbortSignal) {
  const staged = (path: string) => join(to, relative(folder.user, path))
  const userData = staged(join(folder.files, 'userData'))
  for (const path of [to, staged(folder.jars), staged(folder.files), userData])
    await makeFolder(path, spec.user, 'reads')
  const jars = jarPaths(spec, folder)
  for (const [index, jar] of spec.jars.entries()) {
    signal.throwIfAborted()
    const path = staged(jars[index] ?? '')
    await copyIn(jar, path, spec.user, log)
    await checkJar(jar, path)
  }
  for (const file of spec.files) {
    signal.throwIfAborted()
    await copyIn(file, join(userData, file.name), spec.user, log)
  }
}

/** Where each jar lies in the run: in order, under a name that needs no escaping in a URL and can still be recognised. */
export function jarPaths(spec: LaunchSpec, folder: RunFolder): string[] {
  return spec.jars.map((jar, index) => {
    const readable = jar.name
      .replace(/\.jar$/i, '')
      .replace(/[^A-Za-z0-9_.-]+/g, '_')
      .slice(0, 80)
    return join(folder.jars, `${String(index + 1).padStart(3, '0')}-${readable}.jar`)
  })
}

async function copyIn(file: LaunchFile, to: string, user: Owner, log: SubmitLog): Promise<void> {
  await log(`copying ${file.name}`)
  try {
    if (isAnotherUser(user) && (await linked(file.path, to))) return
    await copyFile(file.path, to, constants.COPYFILE_FICLONE)
    await letRead(to, user)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw missing(file)
    throw failed(`The file ${file.name} could not be copied for the job`, error)
  }
}

/**
 * A second name for a file of ours costs nothing, however large it is. It is the same file, so only for a user who cannot
 * write to it; everybody may read it, and reaches it through the run only.
 */
async function linked(path: string, to: string): Promise<boolean> {
  try {
    await link(path, to)
  } catch (error) {
    if (isSystemError(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) return false
    throw error
  }
  await chmod(to, 0o444)
  return true
}

/** A local file header, or that of an archive without entries (APPNOTE.TXT 4.3.6); Java would only say so in a log. */
async function checkJar(jar: LaunchFile, path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const head = buffer.subarray(0, bytesRead).toString('latin1')
    if (head === 'PK\x03\x04' || head === 'PK\x05\x06') return
  } finally {
    await file.close()
  }
  throw new Refusal('runtime.notAJar', {
    en: `${jar.name} is no jar file: it is not a zip archive. Build it again and upload it under the same name.`,
    zh: `${jar.name} 不是 jar 文件（不是 zip 压缩包）。请重新构建并以相同名称上传。`,
  })
}

function missing(file: LaunchFile): Refusal {
  return new Refusal('runtime.fileMissing', {
    en: `The file ${file.name} that the job needs is not there any more. Upload it again.`,
    zh: `作业需要的文件 ${file.name} 已不存在，请重新上传。`,
  })
}

function checkNames(spec: LaunchSpec): void {
  const seen = new Set<string>()
  for (const { name } of spec.files) {
    const unusable = name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || Buffer.byteLength(name) > 255
    if (unusable || seen.has(name)) throw badName(name)
    seen.add(name)
  }
}

function badName(name: string): Refusal {
  const shown = quoted(name, 100)
  return new Refusal('runtime.badFileName', {
    en: `The job cannot read a file under the name ${shown} (userData/): the name is used twice, too long, or holds "/". Give every file a name of its own.`,
    zh: `作业无法以名称 ${shown} 读取文件（userData/）：名称重复、过长或包含“/”。请为每个文件使用不同的名称。`,
  })
}
