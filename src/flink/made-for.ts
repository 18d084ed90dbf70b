import { createHash } from 'node:crypto'
import { chmod, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isSystemError } from '../lib/errors.ts'
import { syncFolder, temporaryBeside } from '../lib/files.ts'
import { removeOld } from '../lib/remove-old.ts'
import type { FlinkInstallation } from './installation.ts'
import { filesBelow, makeJar } from './make-jar.ts'

/**
 * What of ours is compiled for an installed Flink (the folders of java/): `<flink home>/<kind>/<version>-<hash>`, beside
 * the installation, which is never written to. The hash is of what it is made of, so another Headgate makes another
 * folder and running jobs keep theirs. It may be removed while no job is being started; what is a month old, or was left
 * half made, is when another one of the version is made.
 */
export type Recipe = Readonly<{
  kind: 'plugins' | 'launchers'
  /** Folder with `src` and `resources`. */
  sources: string
  /** What it is made of besides the sources. */
  ingredients: readonly string[]
  /** Fills the new folder. */
  make: (staging: string) => Promise<void>
}>

/** By folder: what is being made, and what could not be made a moment ago. Every start of a job asks for it. */
const tried = new Map<string, Promise<string>>()
const TRIED_AGAIN_MS = 300_000

/**
 * Answers the folder and makes it when it is not there. Safe in many processes at once. What could not be made is tried
 * again after some minutes.
 */
export async function madeFor(installation: FlinkInstallation, recipe: Recipe): Promise<string> {
  const name = `${installation.version}-${await hashOf(recipe)}`
  const folder = join(dirname(installation.folder), recipe.kind, name)
  if (await isThere(folder)) return folder
  const known = tried.get(folder)
  if (known !== undefined) return known
  const making = makeFolder(folder, installation.version, recipe)
  tried.set(folder, making)
  const forget = () => tried.delete(folder)
  making.then(forget, () => setTimeout(forget, TRIED_AGAIN_MS).unref())
  return making
}

async function makeFolder(folder: string, version: string, recipe: Recipe): Promise<string> {
  const staging = temporaryBeside(folder)
  try {
    await recipe.make(staging)
    await putInPlace(staging, folder)
    await removeOld(dirname(folder), (name) => name.startsWith(`${version}-`) || name.startsWith(`.${version}-`))
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}

/** Compiles a folder of java/ for an installation. @throws with the compiler's words */
export async function makeOwnJar(
  jar: string,
  sources: string,
  { classPath }: FlinkInstallation,
  javaHome: string,
): Promise<void> {
  const folders = { sources: join(sources, 'src'), resources: join(sources, 'resources') }
  await makeJar({ ...folders, classPath, javaHome }, jar)
  await share(jar)
}

/** The JVMs of every project read it. */
export async function share(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.chmod(0o644)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Of two at the same moment one wins; both made the same. */
async function putInPlace(staging: string, folder: string): Promise<void> {
  for (const each of [...(await foldersBelow(staging)), staging, dirname(folder)]) {
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

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
}

async function hashOf({ sources, ingredients }: Recipe): Promise<string> {
  const hash = createHash('sha256').update(ingredients.join('\n'))
  for (const file of await filesBelow(sources)) {
    hash.update(`\n${relative(sources, file)}\n`).update(await readFile(file))
  }
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
