import { createHash } from 'node:crypto'
import { mkdir, rename, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FlinkInstallation } from '../../flink/installation.ts'
import { openRegular } from '../../lib/open-folder.ts'
import { removeOld } from '../../lib/remove-old.ts'
import { exists } from '../cluster/attempt.ts'
import { readTextOrNull } from '../cluster/disk.ts'
import type { ClassSharing, Java, JvmRole } from './command-line.ts'

/**
 * Class data archives (Java's AppCDS): the classes of Flink as a JVM has them in memory, written once and mapped by every
 * later JVM, which starts about a third faster. There is one archive per JDK, Flink version, role and class path: Java
 * itself ignores an archive whose jars have other paths, order, sizes or times, so all of these are in its name.
 *
 * An archive is a help, never a need: without one, or with one that does not fit, a JVM starts as it would anyway.
 */
const ROLES: readonly JvmRole[] = ['jobmanager', 'taskmanager']

export type ArchiveNames = Readonly<{ folder: string; java: Java }>

/** For a launch: use the archive when it is there. */
export async function archiveToUse(
  names: ArchiveNames,
  installation: FlinkInstallation,
  role: JvmRole,
): Promise<ClassSharing> {
  const path = await archivePath(names, installation, role)
  return (await exists(path)) ? { use: path } : null
}

export async function archivePath(
  names: ArchiveNames,
  installation: FlinkInstallation,
  role: JvmRole,
): Promise<string> {
  const hash = createHash('sha256').update(`${names.java.home}\n`)
  hash.update((await readTextOrNull(join(names.java.home, 'release'))) ?? '')
  for (const jar of installation.classPath) {
    const { size, mtimeMs } = await stat(jar)
    hash.update(`${jar} ${size} ${mtimeMs}\n`)
  }
  return join(names.folder, `flink-${installation.version}-${role}-${hash.digest('hex').slice(0, 16)}.jsa`)
}

/** True when every role has its archive. */
export async function isTrained(names: ArchiveNames, installation: FlinkInstallation): Promise<boolean> {
  const paths = await Promise.all(ROLES.map((role) => archivePath(names, installation, role)))
  return (await Promise.all(paths.map(exists))).every(Boolean)
}

/** Where a training run writes: beside the others, under a name that no launch uses. */
export async function archiveToMake(folder: string, role: JvmRole): Promise<ClassSharing> {
  return { make: join(folder, `${role}.jsa`) }
}

/**
 * Puts finished archives under their names, and removes those that came before them when they are a month old. What a JVM
 * did not write is left out. Returns what was kept.
 */
export async function keepArchives(
  names: ArchiveNames,
  installation: FlinkInstallation,
  madeIn: string,
): Promise<string[]> {
  const kept: string[] = []
  await mkdir(names.folder, { recursive: true })
  for (const role of ROLES) {
    const made = join(madeIn, `${role}.jsa`)
    if (!(await shareArchive(made))) continue
    const path = await archivePath(names, installation, role)
    await rename(made, path)
    kept.push(basename(path))
    await removeOld(names.folder, (name) => name.startsWith(`flink-${installation.version}-${role}-`))
  }
  return kept
}

/** Nothing of a user is in it, and the JVMs of every project may use it and none may change it. False: there is none. */
async function shareArchive(path: string): Promise<boolean> {
  const opened = await openRegular(path)
  if (opened === null) return false
  try {
    if (opened.stats.uid !== process.getuid?.())
      await opened.file.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0)
    await opened.file.chmod(0o644)
    return true
  } finally {
    await opened.file.close()
  }
}
