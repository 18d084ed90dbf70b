import { constants } from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import { isExactVersion } from '../versions.ts'
import { type FlinkSource, paced, SourceFailed } from './source.ts'

/** The folders of a distribution that an installation takes its jars from. */
const PARTS = ['lib', 'opt', 'plugins'] as const

/** Flink's jars from an unpacked Flink distribution. */
export function folderSource(folder: string): FlinkSource {
  return {
    name: 'folder',
    async fetch(context) {
      const found = await versionInFolder(folder)
      if (found !== context.version) throw new SourceFailed(`${folder} holds Flink ${found}, not ${context.version}`)
      await copyJars(folder, context.target, context)
    },
  }
}

/**
 * The version of the Flink in a folder, told by the name of its main jar.
 * @throws Refusal `flink.noDistribution`
 */
export async function versionInFolder(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'lib')).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return []
    throw error
  })
  for (const name of names) {
    const version = /^flink-(?:dist|runtime)(?:_2\.1[12])?-(.+)\.jar$/.exec(name)?.[1]
    if (version !== undefined && isExactVersion(version)) return version
  }
  throw new Refusal('flink.noDistribution', {
    en: `${folder} is not an unpacked Flink: it has no lib/flink-dist-<version>.jar. Name the folder that contains lib, opt and plugins.`,
    zh: `${folder} 不是已解压的Flink目录：缺少 lib/flink-dist-<版本>.jar。请指定包含 lib、opt 和 plugins 的目录。`,
  })
}

/** Copies every jar of `lib`, `opt` and `plugins`, keeping its place. */
export async function copyJars(
  from: string,
  target: string,
  options: { onProgress: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const tell = paced(options.onProgress)
  const jars = (await Promise.all(PARTS.map((part) => jarsBelow(from, part)))).flat()
  for (const [index, jar] of jars.entries()) {
    options.signal.throwIfAborted()
    await mkdir(dirname(join(target, jar)), { recursive: true })
    await copyFile(join(from, jar), join(target, jar), constants.COPYFILE_FICLONE)
    tell(() => `Copying ${jars.length} jars … ${index + 1}`)
  }
}

async function jarsBelow(root: string, part: string): Promise<string[]> {
  try {
    const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.jar'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}
