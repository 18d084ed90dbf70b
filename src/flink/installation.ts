/**
 * What Flink is installed: `<home>/<version>/{lib,opt,plugins,manifest.json}`, one folder per exact version.
 * Reading never changes anything and looks at names and sizes only.
 */
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isSystemError, Refusal } from '../lib/errors.ts'
import { findDamage, type Manifest, readManifest, type SourceName } from './manifest.ts'
import { compareVersions, installedOfLine, isExactVersion, lineOf } from './versions.ts'

export type FlinkInstallation = Readonly<{
  /** Exact: `1.20.0`. */
  version: string
  /** `1.20`, `2.3`, or the first two numbers of another version. */
  line: string
  folder: string
  /** Absolute paths of the jars of `lib/`, always in the same order. */
  classPath: readonly string[]
  pluginsFolder: string
  optFolder: string
}>

/** An installation with what is known about how it came here. */
export type InstalledFlink = FlinkInstallation &
  Readonly<{ source: SourceName; lockVerified: boolean; jars: number; sizeBytes: number; installedAt: string }>

export type DamagedFlink = Readonly<{ version: string; problem: string }>

export interface FlinkHome {
  /** Every sound installation, oldest version first. */
  list(): Promise<InstalledFlink[]>
  /** Sound and damaged ones. */
  survey(): Promise<{ sound: InstalledFlink[]; damaged: DamagedFlink[] }>
  /**
   * The installation of an exact version, or the one that serves a line (its default version, else its newest).
   * @throws Refusal `flink.damaged` when it is there but a jar is missing or has another size
   */
  find(versionOrLine: string): Promise<InstalledFlink | null>
}

/** Looks at the Flink installations below `home`; the folder need not exist. */
export function flinkHome(home: string): FlinkHome {
  const folder = resolve(home)
  const survey: FlinkHome['survey'] = async () => {
    const versions = await versionsIn(folder)
    const found = await Promise.all(versions.map((version) => inspect(join(folder, version), version)))
    return {
      sound: found.flatMap((each) => (each !== null && 'classPath' in each ? [each] : [])),
      damaged: found.flatMap((each) => (each !== null && 'problem' in each ? [each] : [])),
    }
  }
  return {
    survey,
    list: async () => (await survey()).sound,
    find: async (versionOrLine) => {
      const version = isExactVersion(versionOrLine)
        ? versionOrLine
        : installedOfLine(versionOrLine, await versionsIn(folder))
      const found = version === null ? null : await inspect(join(folder, version), version)
      if (found !== null && 'problem' in found) throw damaged(found)
      return found
    },
  }
}

/** One version's folder: sound, damaged, or null when nothing is installed there. */
export async function inspect(versionFolder: string, version: string): Promise<InstalledFlink | DamagedFlink | null> {
  const manifest = await readManifest(versionFolder)
  if (manifest === null) return null
  const problem = await findDamage(versionFolder, manifest)
  return problem === null ? toInstallation(versionFolder, manifest) : { version, problem }
}

function toInstallation(folder: string, manifest: Manifest): InstalledFlink {
  const sizes = Object.values(manifest.files).map((file) => file.size)
  return {
    version: manifest.version,
    line: lineOf(manifest.version),
    folder,
    classPath: manifest.classPath.map((path) => join(folder, path)),
    pluginsFolder: join(folder, 'plugins'),
    optFolder: join(folder, 'opt'),
    source: manifest.source,
    lockVerified: manifest.lockVerified,
    jars: sizes.length,
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    installedAt: manifest.installedAt,
  }
}

async function versionsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isExactVersion).sort(compareVersions)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

function damaged({ version, problem }: DamagedFlink): Refusal {
  return new Refusal('flink.damaged', {
    en: `The installation of Flink ${version} is damaged: ${problem}. Repair it with: headgate flink install ${version}`,
    zh: `Flink ${version} 的安装已损坏：${problem}。修复命令：headgate flink install ${version}`,
  })
}
