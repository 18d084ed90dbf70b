/**
 * The manifest of one installed Flink: `<home>/<version>/manifest.json`. It is written last, inside the staging
 * folder, so a folder that has a manifest under its final name was complete when it came there. What happened to the
 * jars afterwards is found by `findDamage` (cheap: names and sizes) and `findCorruption` (every byte).
 */
import { createHash } from 'node:crypto'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import PQueue from 'p-queue'
import { failed, isSystemError } from '../lib/errors.ts'
import { syncFolder, writeTextDurably } from '../lib/files.ts'

export type SourceName = 'maven' | 'pypi' | 'folder'
export type FileRecord = Readonly<{ sha256: string; size: number }>

export type Manifest = Readonly<{
  format: 1
  version: string
  source: SourceName
  /** True when every jar was compared with the lock file of this version. */
  lockVerified: boolean
  installedAt: string
  /** Paths relative to the version's folder, in class-path order. */
  classPath: readonly string[]
  /** Every jar of the installation by its relative path. */
  files: Readonly<Record<string, FileRecord>>
}>

export const MANIFEST_NAME = 'manifest.json'

/** The manifest in a version's folder; null when there is none. */
export async function readManifest(versionFolder: string): Promise<Manifest | null> {
  const path = join(versionFolder, MANIFEST_NAME)
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
    return manifest.format === 1 ? manifest : null
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return null
    throw failed(`Reading ${path}`, error)
  }
}

/** Writes the manifest so that it is on disk, whole, when this returns. */
export async function writeManifest(versionFolder: string, manifest: Manifest): Promise<void> {
  await writeTextDurably(join(versionFolder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`, 0o644)
}

/** Hashes every jar below a folder and makes it durable; keys are relative paths, sorted. */
export async function recordJars(folder: string): Promise<Record<string, FileRecord>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const jars = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.jar'))
  const queue = new PQueue({ concurrency: 2 })
  const records = await Promise.all(
    jars.map((entry) =>
      queue.add(async () => {
        const path = join(entry.parentPath, entry.name)
        return [relative(folder, path).split(sep).join('/'), await hashAndSync(path)] as const
      }),
    ),
  )
  const folders = new Set([
    folder,
    ...entries.filter((entry) => entry.isDirectory()).map((e) => join(e.parentPath, e.name)),
  ])
  for (const each of folders) await syncFolder(each)
  return Object.fromEntries(records.sort(([a], [b]) => compareBytes(a, b)))
}

/**
 * The class path of a Flink made of these files: every jar in `lib/` by name, `flink-dist` last as Flink's own
 * scripts have it. The order is fixed because start time and class-data archives depend on it.
 */
export function classPathOf(files: Iterable<string>): string[] {
  const isDist = (path: string): boolean => path.startsWith('lib/flink-dist')
  const lib = [...files].filter((path) => /^lib\/[^/]+\.jar$/.test(path)).sort(compareBytes)
  return [...lib.filter((path) => !isDist(path)), ...lib.filter(isDist)]
}

/** What is wrong by name and size, in words for a person, or null. Reads no content: a few milliseconds. */
export async function findDamage(versionFolder: string, manifest: Manifest): Promise<string | null> {
  const problems = await Promise.all(
    Object.entries(manifest.files).map(async ([path, record]) => {
      try {
        const { size } = await stat(join(versionFolder, path))
        return size === record.size ? null : `${path} has ${size} bytes instead of ${record.size}`
      } catch (error) {
        if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return `${path} is missing`
        throw failed(`Checking ${path} of Flink ${manifest.version}`, error)
      }
    }),
  )
  return problems.find((problem) => problem !== null) ?? null
}

/** As `findDamage`, and compares the content of every jar with the manifest. */
export async function findCorruption(versionFolder: string, manifest: Manifest): Promise<string | null> {
  const damage = await findDamage(versionFolder, manifest)
  if (damage !== null) return damage
  const found = await recordJars(versionFolder)
  const bad = Object.entries(manifest.files).find(([path, record]) => found[path]?.sha256 !== record.sha256)
  return bad === undefined ? null : `${bad[0]} is corrupted: its sha256 is not the one recorded at installation`
}

async function hashAndSync(path: string): Promise<FileRecord> {
  const file = await open(path, 'r')
  try {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer)
      size += (chunk as Buffer).length
    }
    await file.sync()
    return { sha256: hash.digest('hex'), size }
  } finally {
    await file.close()
  }
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
