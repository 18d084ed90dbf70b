import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl'
import { BlockReader } from '../lib/block-reader.ts'
import { isSystemError, messageOf, Refusal } from '../lib/errors.ts'
import { ARTIFACT_ERRORS } from './package-errors.ts'
import { lastSegment } from './package-names.ts'

/** What is asked of a jar before it is run. Entries are read one by one and never whole: a jar may be a zip bomb. */
export type JarManifest = Readonly<{ mainClass: string | null }>

type Jar = Readonly<{ path: string; shownAs: string }>

const MANIFEST = 'META-INF/MANIFEST.MF'
const MANIFEST_BYTES_MAX = 1024 * 1024
const ENTRIES_MAX = 500_000
const CLASS_MAGIC = 0xcafebabe
const CLASS_HEADER_BYTES = 8

/**
 * The main class as Flink looks it up: `program-class`, else `Main-Class`. A refusal calls the jar `shownAs`.
 * @throws Refusal `artifact.notAJar`
 */
export async function readJarManifest(path: string, shownAs = lastSegment(path)): Promise<JarManifest> {
  const bytes = await readEntry({ path, shownAs }, (name) => name.toUpperCase() === MANIFEST, MANIFEST_BYTES_MAX)
  const attributes = parseMainAttributes(bytes ?? Buffer.alloc(0))
  return { mainClass: attributes.get('program-class') || attributes.get('main-class') || null }
}

/**
 * Class file major version (61: Java 17) of a class in a jar; null when the jar has no such class.
 * @throws Refusal `artifact.notAJar`
 */
export async function readClassFileMajor(
  path: string,
  className: string,
  shownAs = lastSegment(path),
): Promise<number | null> {
  const entryName = `${className.replaceAll('.', '/')}.class`
  const bytes = await readEntry({ path, shownAs }, (name) => name === entryName, CLASS_HEADER_BYTES)
  const isClass = bytes !== null && bytes.length === CLASS_HEADER_BYTES && bytes.readUInt32BE(0) === CLASS_MAGIC
  return isClass ? bytes.readUInt16BE(6) : null
}

/** The first bytes of the first entry with a fitting name; null when there is none. */
async function readEntry(
  { path, shownAs }: Jar,
  fits: (name: string) => boolean,
  bytesMax: number,
): Promise<Buffer | null> {
  const file = await open(path)
  try {
    return await readEntryOf(file, shownAs, fits, bytesMax)
  } catch (error) {
    const isForeign = error instanceof Refusal || isSystemError(error, 'EIO', 'EMFILE', 'ENFILE')
    throw isForeign ? error : ARTIFACT_ERRORS.notAJar(shownAs, messageOf(error))
  } finally {
    await file.close()
  }
}

async function readEntryOf(
  file: FileHandle,
  shownAs: string,
  fits: (name: string) => boolean,
  bytesMax: number,
): Promise<Buffer | null> {
  const { size } = await file.stat()
  const zip = await fromRandomAccessReaderPromise(new BlockReader(file), size, {
    lazyEntries: true,
    autoClose: false,
    decodeStrings: false,
  })
  const entry = await findEntry(zip, shownAs, fits)
  return entry && (await readStart(await zip.openReadStreamPromise(entry), bytesMax))
}

async function findEntry(zip: ZipFile, shownAs: string, fits: (name: string) => boolean): Promise<Entry | null> {
  let count = 0
  for await (const entry of zip.eachEntry()) {
    if (fits(entry.fileNameRaw.toString('utf8'))) return entry
    if (++count > ENTRIES_MAX) throw ARTIFACT_ERRORS.notAJar(shownAs, `more than ${ENTRIES_MAX} entries`)
  }
  return null
}

async function readStart(stream: Readable, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes >= bytesMax) break
  }
  return Buffer.concat(chunks).subarray(0, bytesMax)
}

/**
 * The attributes before the first blank line, names in lower case. A line holds 72 bytes at most and goes on in the
 * next one after a blank, even inside a character, so lines are joined as bytes (latin1) and decoded afterwards.
 */
function parseMainAttributes(bytes: Buffer): ReadonlyMap<string, string> {
  const [section = ''] = bytes.toString('latin1').replace(/\r\n?/g, '\n').split('\n\n', 1)
  const lines = section.replaceAll('\n ', '').split('\n')
  const attributes = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf(':')
    const value = Buffer.from(line.slice(at + 1), 'latin1')
      .toString('utf8')
      .trim()
    if (at > 0) attributes.set(line.slice(0, at).trim().toLowerCase(), value)
  }
  return attributes
}
