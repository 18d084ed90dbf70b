/**
 * Installs one exact Flink version below a home folder: complete, checked and all at once.
 *
 * Everything is made in a staging folder beside the target, hashed, compared with the lock where there is one, made
 * durable, described by a manifest, and renamed into place: whoever dies half-way leaves a staging folder that nobody
 * uses. The home lock allows one installer at a time, so whoever holds it knows that every staging folder it finds
 * belongs to a dead one, and clears it away together with programs the dead one left running.
 *
 * An installation that is there is trusted by names and sizes (milliseconds, no network, no lock, no program);
 * `verify` reads every byte. What is found broken is installed again and takes the place of the broken one.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { assert, isSystemError, messageOf, Refusal } from '../lib/errors.ts'
import { syncFolder } from '../lib/files.ts'
import { withHomeLock } from './home-lock.ts'
import { type InstalledFlink, inspect } from './installation.ts'
import { assertLocked, type FlinkLock, isLocked, LOCK_FOLDER, readLock } from './lock-file.ts'
import { classPathOf, findCorruption, readManifest, recordJars, writeManifest } from './manifest.ts'
import { folderSource } from './sources/folder.ts'
import { maven } from './sources/maven.ts'
import { pypi } from './sources/pypi.ts'
import { type FlinkSource, SourceFailed } from './sources/source.ts'
import { versionToInstall } from './versions.ts'

export type InstallOptions = Readonly<{
  home: string
  /** Exact, such as `1.20.0`. */
  version: string
  /** `maven`, `pypi` or the folder of an unpacked distribution; absent: Maven, then PyPI. */
  from?: string | undefined
  /** Read every byte of what is installed, and install it again when it is not what it was. */
  verify?: boolean
  onProgress?: (line: string) => void
  signal?: AbortSignal
  /** Where the lock files are; tests give their own. Null: compare with none (to make a lock). */
  lockFolder?: string | null
}>

export type InstallResult = Readonly<{ installation: InstalledFlink; did: 'nothing' | 'installed' | 'repaired' }>

type Job = Readonly<{
  home: string
  version: string
  from: string | undefined
  verify: boolean
  onProgress: (line: string) => void
  signal: AbortSignal
  lockFolder: string | null
}>

/**
 * Makes sure that a Flink version is installed and sound. Safe to call from many processes at once.
 * @throws Refusal `flink.versionUnknown`, `flink.notResolved`, `flink.lockMismatch`, `flink.noDistribution`
 */
export async function installFlink(options: InstallOptions): Promise<InstallResult> {
  const job: Job = {
    home: resolve(options.home),
    version: versionToInstall(options.version),
    from: options.from,
    verify: options.verify ?? false,
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
    lockFolder: options.lockFolder === undefined ? LOCK_FOLDER : options.lockFolder,
  }
  const present = await usable(job, () => undefined)
  if (present !== null) return { installation: present, did: 'nothing' }
  const onWait = (): void => job.onProgress(`Another installation into ${job.home} is under way; waiting for it.`)
  return withHomeLock(job.home, { signal: job.signal, onWait }, () => installAlone(job))
}

async function installAlone(job: Job): Promise<InstallResult> {
  await clearLeftovers(job.home)
  let repairing = false
  const present = await usable(job, (problem) => {
    repairing = true
    job.onProgress(`The installed Flink ${job.version} is damaged (${problem}); installing it again.`)
  })
  if (present !== null) return { installation: present, did: 'nothing' }
  const staging = join(job.home, `${STAGING_PREFIX}${job.version}-${randomBytes(6).toString('hex')}`)
  try {
    const tree = await buildTree(job, staging)
    await putInPlace(tree, join(job.home, job.version), join(staging, 'replaced'))
  } finally {
    await removeTree(staging)
  }
  const installation = await inspect(join(job.home, job.version), job.version)
  assert(installation !== null && 'classPath' in installation, `Flink ${job.version} is not sound after installing it`)
  return { installation, did: repairing ? 'repaired' : 'installed' }
}

/** The installation when it can be used as it is; tells `onDamage` why it cannot when it is there. */
async function usable(job: Job, onDamage: (problem: string) => void): Promise<InstalledFlink | null> {
  const folder = join(job.home, job.version)
  const found = await inspect(folder, job.version)
  if (found === null) return null
  if ('problem' in found) {
    onDamage(found.problem)
    return null
  }
  const problem = job.verify ? await verify(job, folder) : null
  if (problem === null) return found
  onDamage(problem)
  return null
}

/** Reads every byte; what came from Maven must also be what the lock of this release of Headgate says. */
async function verify(job: Job, folder: string): Promise<string | null> {
  const manifest = await readManifest(folder)
  if (manifest === null) return 'its manifest is gone'
  const corruption = await findCorruption(folder, manifest)
  if (corruption !== null || manifest.source !== 'maven') return corruption
  const lock = await lockOf(job)
  return lock === null || isLocked(lock, manifest.files) ? null : 'it is not what the lock file of this Headgate says'
}

function lockOf(job: Job): Promise<FlinkLock | null> {
  return job.lockFolder === null ? Promise.resolve(null) : readLock(job.lockFolder, job.version)
}

/** Fetches, checks and describes the version; returns the finished folder, ready to be renamed. */
async function buildTree(job: Job, staging: string): Promise<string> {
  const tree = join(staging, 'tree')
  const lock = await lockOf(job)
  const source = await fetchFromFirst(job, { staging, tree, lock })
  job.onProgress(`Flink ${job.version}: checking every jar`)
  const files = await recordJars(tree)
  const locked = lock !== null && source.name === 'maven'
  if (locked) assertLocked(lock, files)
  const classPath = classPathOf(Object.keys(files))
  assert(classPath.length > 0, `${source.name} gave no jar for Flink ${job.version}`)
  job.signal.throwIfAborted()
  await writeManifest(tree, {
    format: 1,
    version: job.version,
    source: source.name,
    lockVerified: locked,
    installedAt: new Date().toISOString(),
    classPath,
    files,
  })
  return tree
}

async function fetchFromFirst(
  job: Job,
  { staging, tree, lock }: { staging: string; tree: string; lock: FlinkLock | null },
): Promise<FlinkSource> {
  const failures: { source: string; reason: string }[] = []
  for (const source of await sourcesFor(job)) {
    await removeTree(staging)
    for (const part of ['lib', 'opt', 'plugins']) await mkdir(join(tree, part), { recursive: true })
    job.onProgress(`Flink ${job.version}: fetching from ${source.name}`)
    try {
      await source.fetch({
        version: job.version,
        target: tree,
        scratch: join(staging, 'work'),
        expectedJars: lock === null || source.name !== 'maven' ? null : Object.keys(lock.files).length,
        onProgress: job.onProgress,
        signal: job.signal,
      })
      return source
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error
      failures.push({ source: source.name, reason: messageOf(error) })
      job.onProgress(`Flink ${job.version}: ${source.name} does not give it (${messageOf(error)})`)
    }
  }
  throw notResolved(job.version, failures)
}

async function putInPlace(tree: string, target: string, replaced: string): Promise<void> {
  try {
    await rename(target, replaced)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  await rename(tree, target)
  await syncFolder(join(target, '..'))
}

const STAGING_PREFIX = '.staging-'

/** Only to be called by the holder of the home lock: whoever made these folders is gone. */
async function clearLeftovers(home: string): Promise<void> {
  const leftovers = (await readdir(home)).filter((name) => name.startsWith(STAGING_PREFIX))
  for (const name of leftovers) {
    await killProgramsOf(join(home, name))
    await removeTree(join(home, name))
  }
}

/** Ends programs (Maven, pip) that a killed installer left behind; its unique staging folder is in their arguments. */
async function killProgramsOf(staging: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (pid === process.pid || !command.includes(staging)) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!isSystemError(error, 'ESRCH', 'EPERM')) throw error
    }
  }
}

async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** What was asked for; else Maven, then PyPI, beginning with the source of what is to be replaced. */
async function sourcesFor({ from, home, version }: Job): Promise<FlinkSource[]> {
  if (from === 'maven') return [maven]
  if (from === 'pypi') return [pypi]
  if (from !== undefined) return [folderSource(resolve(from))]
  const replaced = await readManifest(join(home, version))
  return replaced?.source === 'pypi' ? [pypi, maven] : [maven, pypi]
}

function notResolved(version: string, failures: readonly { source: string; reason: string }[]): Refusal {
  const list = failures.map(({ source, reason }) => `\n  ${source}: ${reason}`).join('')
  return new Refusal('flink.notResolved', {
    en: `Flink ${version} could not be had. Sources tried:${list}\nCheck that this version exists and that the sources can be reached (Maven uses your settings.xml, pip your pip.conf), or unpack a Flink distribution and name its folder: headgate flink install ${version} --from <folder>`,
    zh: `无法获取Flink ${version}。已尝试的来源：${list}\n请确认该版本存在且来源可访问（Maven使用您的settings.xml，pip使用pip.conf），或解压Flink发行包并指定目录：headgate flink install ${version} --from <目录>`,
  })
}
