import { readdir, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isSystemError } from '../lib/errors.ts'
import type { FlinkInstallation } from './installation.ts'
import { madeFor, makeOwnJar } from './made-for.ts'

/**
 * The plugins of a run. Flink takes one folder with a folder per plugin (FLINK_PLUGINS_DIR; Flink docs, "Plugins"). Ours
 * holds links to the plugins of the installation, and the `obs` file system of java/obs-fs, compiled for this very
 * version, as Flink's file systems differ.
 */
const OBS_FS = join(import.meta.dirname, '..', '..', 'java', 'obs-fs')
const OURS = 'headgate-obs'

/**
 * Answers the plugins folder of an installation and makes it when it is not there, which takes a second or two. Safe in
 * many processes at once. @throws when the compiler is missing or does not get along with this version
 */
export async function preparePlugins(installation: FlinkInstallation, javaHome: string): Promise<string> {
  const plugins = await pluginNames(installation)
  const make = async (staging: string) => {
    await makeOwnJar(join(staging, OURS, 'obs-fs.jar'), OBS_FS, installation, javaHome)
    for (const name of plugins) {
      await symlink(relative(staging, join(installation.pluginsFolder, name)), join(staging, name))
    }
  }
  return madeFor(installation, { kind: 'plugins', sources: OBS_FS, ingredients: plugins, make })
}

async function pluginNames({ pluginsFolder }: FlinkInstallation): Promise<string[]> {
  try {
    return (await readdir(pluginsFolder)).sort()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}
