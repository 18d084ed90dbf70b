import { createHash } from 'node:crypto'
import { chmod, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isSystemError } from '../lib/errors.ts'
import { syncFolder, temporaryBeside } from '../lib/files.ts'
import type { FlinkInstallation } from './installation.ts'
import { filesBelow, makeJar } from './make-jar.ts'

/**
 * The plugins of a run. Flink takes one folder with a folder per plugin (FLINK_PLUGINS_DIR; Flink docs, "Plugins"). Ours
 * is `<flink home>/plugins/<version>-<hash>`, beside the installation, which is never written to: links to the plugins of
 * the installation, and the `obs` file system of java/obs-fs, compiled for this very version, as Flink's file systems
 * differ. The hash is of what it is made of, so another Headgate makes another folder and running jobs keep theirs. It
 * may be removed while no job runs.
 */
const OBS_FS = join(import.meta.dirname, '..', '..', 'java', 'obs-fs')
const OURS = 'headgate-obs'

/**
 * Answers the plugins folder of an installation and makes it when it is not there, which takes a second or two. Safe in
 * many processes at once. @throws when the compiler is missing or does not get along with this version
 */
export async function preparePlugins(installation: FlinkInstallation, javaHome: string): Promise<string> {
  const plugins = await pluginNames(installation)
  const folder = join(dirname(installation.folder), 'plugins', `${installation.version}-${await hashOf(plugins)}`)
  if (await isThere(folder)) return folder
  const staging = temporaryBeside(folder)
  try {
    await makeObsJar(join(staging, OURS, 'obs-fs.jar'), installation, javaHome)
    for (const name of plugins) {
      await symlink(relative(staging, join(installation.pluginsFolder, name)), join(staging, name))
    }
    await putInPlace(staging, folder)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}

async function makeObsJar(jar: string, { classPath }: FlinkInstallation, javaHome: string): Promise<void> {
  await makeJar({ sources: join(OBS_FS, 'src'), resources: join(OBS_FS, 'resources'), classPath, javaHome }, jar)
  const file = await open(jar, 'r+')
  try {
    await file.chmod(0o644)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Of two at the same moment one wins; both made the same. The JVMs of every project read it. */
async function putInPlace(staging: string, folder: string): Promise<void> {
  for (const each of [join(staging, OURS), staging, dirname(folder)]) {
    await chmod(each, 0o755)
    await syncFolder(each)
  }
  try {
    await rename(staging, folder)
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
  await syncFolder(dirname(folder))
}

async function pluginNames({ pluginsFolder }: FlinkInstallation): Promise<string[]> {
  try {
    return (await readdir(pluginsFolder)).sort()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

async function hashOf(plugins: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(plugins.join('\n'))
  for (const file of await filesBelow(OBS_FS)) hash.update(`\n${relative(OBS_FS, file)}\n`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false
    throw error
  }
}
