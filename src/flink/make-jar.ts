import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { failed } from '../lib/errors.ts'
import { temporaryBeside } from '../lib/files.ts'

/** A jar of Java sources of ours; `javaHome` null means the programs on the PATH. */
export type JarRecipe = Readonly<{
  /** Folder of `.java` files. */
  sources: string
  /** Folder whose files go into the jar as they are. */
  resources?: string
  classPath: readonly string[]
  javaHome: string | null
}>

/** The oldest Java that the default Flink lines may run on. */
const RELEASE = '11'

/**
 * Compiles and packs with the JDK's own `javac` and `jar`. The jar gets its name when it is whole.
 * @throws with the compiler's words
 */
export async function makeJar({ sources, resources, classPath, javaHome }: JarRecipe, jar: string): Promise<void> {
  const work = temporaryBeside(jar)
  const [classes, packed] = [join(work, 'classes'), join(work, 'packed.jar')]
  const tool = (name: string, args: readonly string[]) => runTool(javaHome, name, args)
  try {
    await mkdir(classes, { recursive: true })
    const options = ['--release', RELEASE, '-encoding', 'UTF-8', '-g', '-nowarn', '-Xlint:-options', '-d', classes]
    const files = (await filesBelow(sources)).filter((path) => path.endsWith('.java'))
    await tool('javac', [...options, '-cp', classPath.join(':'), ...files])
    await tool('jar', ['--create', '--file', packed, '-C', classes, '.', ...(resources ? ['-C', resources, '.'] : [])])
    await mkdir(dirname(jar), { recursive: true })
    await rename(packed, jar)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The files below a folder, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

const run = promisify(execFile)

async function runTool(javaHome: string | null, name: string, args: readonly string[]): Promise<void> {
  const program = javaHome === null ? name : join(javaHome, 'bin', name)
  try {
    await run(program, args, { maxBuffer: 16 * 1024 * 1024 })
  } catch (error) {
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : ''
    throw failed(`${name} failed`, output === '' ? error : output)
  }
}
