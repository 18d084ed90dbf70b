/**
 * Compiles Java sources with plain `javac` against an installed Flink and packs them with `jar`, into build/.
 * A unit whose sources, class path and options are as they were is skipped (hash beside the jar).
 *
 *     node tools/build-java.ts            everything
 *     node tools/build-java.ts test-jobs  one unit
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flinkHome } from '../src/flink/installation.ts'
import { filesBelow, makeJar } from '../src/flink/make-jar.ts'
import { isSystemError } from '../src/lib/errors.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** What is built: a folder of sources becomes a jar. Compiled against the older line, with what both lines have. */
export type JavaUnit = Readonly<{ name: string; sources: string; jar: string; flink: string | null }>

export const JAVA_UNITS: readonly JavaUnit[] = [
  { name: 'test-jobs', sources: 'test/jobs/src', jar: 'build/test-jobs/jobs.jar', flink: '1.20' },
  { name: 'demo', sources: 'demo/job/src/main', jar: 'build/demo/javaQueueStream.jar', flink: '1.20' },
  { name: 'demo-test', sources: 'demo/job/src/test', jar: 'build/demo/test.jar', flink: null },
  { name: 'demo-test1', sources: 'demo/job/src/test1', jar: 'build/demo/test1.jar', flink: null },
  { name: 'test-jobs-helper', sources: 'test/jobs/helper', jar: 'build/test-jobs/helper.jar', flink: null },
]

export type JavaTools = Readonly<{ javaHome: string | null; flinkFolder: string }>

/** Builds a unit unless it is up to date; returns the absolute path of its jar. */
export async function buildJava(unit: JavaUnit, tools: JavaTools): Promise<string> {
  const jar = join(ROOT, unit.jar)
  const classPath = unit.flink === null ? [] : await flinkClassPath(unit.flink, tools.flinkFolder)
  const sources = join(ROOT, unit.sources)
  const hash = await hashOf(await filesBelow(sources), classPath)
  if ((await textOf(`${jar}.hash`)) === hash && (await textOf(jar)) !== null) return jar
  await makeJar({ sources, classPath, javaHome: tools.javaHome }, jar)
  await writeFile(`${jar}.hash`, hash)
  return jar
}

async function flinkClassPath(line: string, flinkFolder: string): Promise<readonly string[]> {
  const installation = await flinkHome(flinkFolder).find(line)
  if (installation !== null) return installation.classPath
  throw new Error(
    `Flink ${line} is not installed under ${flinkFolder}. Install it with: headgate flink install ${line}`,
  )
}

async function hashOf(sources: readonly string[], classPath: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(classPath.map((path) => basename(path)).join('\n'))
  for (const source of sources) hash.update(`\n${basename(source)}\n`).update(await readFile(source))
  return hash.digest('hex')
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
}

if (import.meta.main) {
  const wanted = process.argv.slice(2)
  const javaHome = process.env.JAVA_HOME ?? null
  const flinkFolder = process.env.HEADGATE_FLINK_DIR ?? join(ROOT, 'data', 'flink')
  for (const unit of JAVA_UNITS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    console.log(await buildJava(unit, { javaHome, flinkFolder }))
  }
}
