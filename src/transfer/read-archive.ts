import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl'
import { BlockReader } from '../lib/block-reader.ts'
import { isSystemError, messageOf, Refusal } from '../lib/errors.ts'
import { type ArchivedJob, fromArchive } from './archived-job.ts'
import { TRANSFER_ERRORS } from './transfer-errors.ts'

/** A copy of an archive that nobody else can change; `key` is what people call it. */
export type OpenArchive = Readonly<{ key: string; file: FileHandle }>

/** The export begins another archive beyond this, so none needs Zip64. */
export const ARCHIVE_JOBS_MAX = 10_000
/** A job may hold a megabyte of SQL; what unpacks to more was not made here, and may be a zip bomb. */
const JOB_BYTES_MAX = 8 * 1024 ** 2
const JOB_FILE = /^jobs\/[^/]+\.json$/u

/**
 * The jobs of an archive, one in memory at a time. Names inside are never used as paths.
 * @throws Refusal `transfer.unreadable`, `transfer.tooLarge`
 */
export async function* readArchive({ key, file }: OpenArchive): AsyncGenerator<ArchivedJob & { sizeBytes: number }> {
  try {
    const { size } = await file.stat()
    const archive = await fromRandomAccessReaderPromise(new BlockReader(file), size, {
      lazyEntries: true,
      autoClose: false,
    })
    for (const entry of await entriesOf(key, archive)) {
      const content = await wholeOf(await archive.openReadStreamPromise(entry))
      yield { ...jobFrom(key, entry, content), sizeBytes: content.length }
    }
  } catch (error) {
    const isForeign = error instanceof Refusal || isSystemError(error, 'EIO', 'EMFILE', 'ENFILE')
    throw isForeign ? error : TRANSFER_ERRORS.unreadable(key, messageOf(error))
  }
}

/** The table of contents, read in one go: the jobs follow one another elsewhere in the file. */
async function entriesOf(key: string, archive: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    checkEntry(key, entry)
    entries.push(entry)
    if (entries.length > ARCHIVE_JOBS_MAX) throw TRANSFER_ERRORS.tooLarge(key, `${ARCHIVE_JOBS_MAX} jobs in an archive`)
  }
  return entries
}

function checkEntry(key: string, { fileName, uncompressedSize }: Entry): void {
  if (!JOB_FILE.test(fileName)) throw TRANSFER_ERRORS.unreadable(key, `${fileName.slice(0, 140)} is no exported job`)
  if (uncompressedSize > JOB_BYTES_MAX) {
    throw TRANSFER_ERRORS.tooLarge(`${key}: ${fileName}`, `${JOB_BYTES_MAX / 1024 ** 2} MiB for one job`)
  }
}

/** At most as long as the entry said: yauzl ends a stream that brings more. */
async function wholeOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function jobFrom(key: string, { fileName }: Entry, content: Buffer): ArchivedJob {
  const job = fromArchive(content)
  if ('problem' in job) throw TRANSFER_ERRORS.unreadable(key, `in ${fileName.slice(0, 140)}: ${job.problem}`)
  return job
}
