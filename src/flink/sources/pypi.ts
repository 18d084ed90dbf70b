/**
 * Flink's jars from the Python package `apache-flink-libraries`, which carries the official `lib/` of every release.
 * Older releases are source archives (`deps/lib/*.jar`), newer ones wheels (`pyflink/lib/*.jar`).
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { messageOf } from '../../lib/errors.ts'
import { runProgram } from '../run-program.ts'
import { type FetchContext, type FlinkSource, oneLine, SourceFailed } from './source.ts'

const PACKAGE = 'apache-flink-libraries'

export const pypi: FlinkSource = {
  name: 'pypi',
  async fetch(context) {
    const archive = await download(context)
    context.onProgress(`Flink ${context.version} from PyPI: unpacking`)
    await (archive.endsWith('.whl') ? unpackWheel(archive, context) : unpackTar(archive, context))
  },
}

async function download(context: FetchContext): Promise<string> {
  const { version, scratch } = context
  const downloads = join(scratch, 'downloads')
  const temporary = join(scratch, 'tmp')
  for (const folder of [downloads, temporary]) await mkdir(folder, { recursive: true })
  const lines: string[] = []
  const ticker = setInterval(() => void reportGrowth(temporary, context), 3_000)
  try {
    const result = await runProgram(
      'python3',
      [
        ...['-m', 'pip', 'download', '--no-deps', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'],
        ...['--dest', downloads, `${PACKAGE}==${version}`],
      ],
      { cwd: scratch, signal: context.signal, environment: { TMPDIR: temporary }, onLine: (line) => lines.push(line) },
    )
    if (result.is === 'notFound') throw new SourceFailed('python3 is not on the PATH')
    if (result.is === 'stalled') throw new SourceFailed('pip printed nothing for 20 minutes and was ended')
    if (result.exitCode !== 0) throw new SourceFailed(pipReason(lines, version))
  } finally {
    clearInterval(ticker)
  }
  const archive = (await readdir(downloads)).find((name) => /\.(whl|tar\.gz)$/.test(name))
  if (archive === undefined) throw new SourceFailed('pip left no archive behind')
  return join(downloads, archive)
}

/** The one line of pip's complaint that names what is missing; exported for its test. */
export function pipReason(lines: readonly string[], version: string): string {
  if (lines.some((line) => line.includes('No module named pip'))) return 'python3 has no pip'
  const errors = lines.filter((line) => line.startsWith('ERROR:')).map((line) => line.slice('ERROR:'.length))
  if (errors.some((line) => line.includes('No matching distribution'))) return `could not find ${PACKAGE} ${version}`
  return oneLine(errors.at(-1) ?? lines.at(-1) ?? 'pip failed without saying why')
}

/** pip prints nothing while it downloads; the size of its temporary files tells how far it is. */
async function reportGrowth(folder: string, context: FetchContext): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries.filter((each) => each.isFile())) {
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  }
  context.onProgress(`Flink ${context.version} from PyPI: downloading, ${Math.round(bytes / 1e6)} MB so far`)
}

async function unpackTar(archive: string, { target, scratch, signal }: FetchContext): Promise<void> {
  const lines: string[] = []
  const result = await runProgram(
    'tar',
    [
      ...['--extract', '--gzip', '--file', archive, '--directory', target],
      ...['--strip-components=2', '--wildcards', '*/deps/*.jar'],
    ],
    { cwd: scratch, signal, onLine: (line) => lines.push(line) },
  )
  if (result.is === 'notFound') throw new SourceFailed('tar is not on the PATH')
  if (result.is === 'stalled' || result.exitCode !== 0) {
    throw new SourceFailed(`the archive could not be unpacked: ${oneLine(lines.at(-1) ?? 'tar said nothing')}`)
  }
  await rm(join(target, 'bin'), { recursive: true, force: true }) // jars of Flink's launch scripts
}

async function unpackWheel(archive: string, context: FetchContext): Promise<void> {
  try {
    await unzipJars(archive, context)
  } catch (error) {
    context.signal.throwIfAborted()
    throw new SourceFailed(`the archive could not be unpacked: ${oneLine(messageOf(error))}`, { cause: error })
  }
}

async function unzipJars(archive: string, { target, signal }: FetchContext): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted()
      const place = /^pyflink\/((?:lib|opt|plugins)\/(?:[\w.-]+\/)*[\w.-]+\.jar)$/.exec(entry.fileName)?.[1]
      if (place === undefined) continue
      await mkdir(dirname(join(target, place)), { recursive: true })
      const content: Readable = await zip.openReadStreamPromise(entry)
      await pipeline(content, createWriteStream(join(target, place)), { signal })
    }
  } finally {
    zip.close()
  }
}
