import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Actor } from '../grants/index.ts'
import type { JobDefinition, JobId, JobService } from '../jobs/index.ts'
import type { Clock } from '../lib/clock.ts'
import { Refusal, type Texts } from '../lib/errors.ts'
import { type ZipEntry, zip } from '../lib/zip.ts'
import { type ObjectRef, type ObjectStore, parseFolderUrl } from '../storage/index.ts'
import { type ArchivedJob, toArchive } from './archived-job.ts'
import { ARCHIVE_JOBS_MAX, type OpenArchive, readArchive } from './read-archive.ts'
import { TRANSFER_ERRORS } from './transfer-errors.ts'

export type TransferOptions = Readonly<{
  jobs: Pick<JobService, 'definitions' | 'importJob'>
  objects: ObjectStore
  clock: Clock
  archiveJobsMax?: number
  /** For copies of archives while they are read; they have no name, so none is left behind. */
  folder: string
}>

/** What became of one job of an archive; -1: it was not imported, and the remark says why. */
export type ImportedJob = Readonly<{ oldId: number; newId: JobId | -1; remark: Texts }>

/** Jobs into zip archives and back. Everything streams: neither all jobs nor an archive are ever in memory whole. */
export interface Transfer {
  /**
   * Writes the jobs, or all that the actor may export, below `folder` (`bucket` or `bucket/directory`).
   * Answers the archives as `bucket/key`; there is always at least one.
   * @throws Refusal `transfer.noFolder`, `job.notFound`, `grant.denied`, `object.…`
   */
  exportJobs(actor: Actor, folder: string, ids: readonly JobId[] | null): Promise<string[]>
  /**
   * Imports an archive, or all of a folder. What is wrong with the archives is found before the first job is imported;
   * what is wrong with one job stands in its remark.
   * @throws Refusal `transfer.…`, `object.badName`
   */
  importJobs(actor: Actor, path: string, options: { cover: boolean }): Promise<ImportedJob[]>
}

/** Of the texts that are packed, when an archive is written; of the archive, when it is read. */
const ARCHIVE_BYTES_MAX = 256 * 1024 ** 2
/** What one import may bring. */
const IMPORT_ARCHIVES_MAX = 100
const IMPORT_JOBS_MAX = 100_000
const IMPORT_BYTES_MAX = 1024 ** 3

export function createTransfer(options: TransferOptions): Transfer {
  const newName = archiveNames(options)
  return {
    exportJobs: (actor, folder, ids) => exportJobs(options, newName, actor, folder, ids),
    importJobs: async (actor, path, { cover }) => {
      const archives = await openArchives(options, actor.projectId, path)
      try {
        await checkAll(archives)
        return await importAll(options, actor, archives, cover)
      } finally {
        for (const { file } of archives) await file.close()
      }
    },
  }
}

async function exportJobs(
  { jobs, objects, archiveJobsMax = ARCHIVE_JOBS_MAX }: TransferOptions,
  newName: NewName,
  actor: Actor,
  path: string,
  ids: readonly JobId[] | null,
): Promise<string[]> {
  const folder = folderOf(path)
  const source = (await jobs.definitions(actor, ids))[Symbol.asyncIterator]()
  const rest = { source, ahead: await source.next() }
  const { projectId } = actor
  await objects.ensureBucket({ projectId, bucket: folder.bucket })
  const written: string[] = []
  do {
    const ref = await newName({ projectId, ...folder })
    await objects.put(ref, Readable.from(zip(nextArchive(rest, archiveJobsMax)), { objectMode: false }))
    written.push(`${ref.bucket}/${ref.key}`)
  } while (!rest.ahead.done)
  return written
}

function folderOf(path: string): { bucket: string; key: string } {
  try {
    return parseFolderUrl(path)
  } catch (error) {
    throw error instanceof Refusal ? TRANSFER_ERRORS.noFolder(path) : error
  }
}

type NewName = (folder: ObjectRef) => Promise<ObjectRef>

/** The documented name, of the next millisecond that is free; each is given away once, also to exports at the same time. */
function archiveNames({ objects, clock }: Pick<TransferOptions, 'objects' | 'clock'>): NewName {
  let givenMs = 0
  const newName: NewName = async (folder) => {
    givenMs = Math.max(givenMs + 1, clock.now().getTime())
    const ref = { ...folder, key: `${folder.key === '' ? '' : `${folder.key}/`}aggregate_${givenMs}.zip` }
    return (await objects.stat(ref)) === null ? ref : newName(folder)
  }
  return newName
}

type Rest = { source: AsyncIterator<JobDefinition>; ahead: IteratorResult<JobDefinition> }

async function* nextArchive(rest: Rest, jobsMax: number): AsyncGenerator<ZipEntry> {
  let sizeBytes = 0
  for (let count = 0; !rest.ahead.done && count < jobsMax && sizeBytes < ARCHIVE_BYTES_MAX; count++) {
    const content = toArchive(rest.ahead.value)
    sizeBytes += content.length
    yield { name: `jobs/${rest.ahead.value.id}.json`, content }
    rest.ahead = await rest.source.next()
  }
}

async function openArchives({ objects, folder }: TransferOptions, projectId: string, path: string) {
  const archives: OpenArchive[] = []
  try {
    for (const ref of await archivesAt(objects, projectId, path)) {
      archives.push({ key: `${ref.bucket}/${ref.key}`, file: await copyOf(objects, ref, folder) })
    }
    return archives
  } catch (error) {
    for (const { file } of archives) await file.close()
    throw error
  }
}

async function archivesAt(objects: ObjectStore, projectId: string, path: string): Promise<ObjectRef[]> {
  const { bucket, key } = parseFolderUrl(path)
  const ref = { projectId, bucket, key }
  if (key !== '' && (await objects.stat(ref)) !== null) return [ref]
  const prefix = key === '' ? '' : `${key}/`
  const found = (await objects.list(ref, { prefix, limit: IMPORT_ARCHIVES_MAX + 1 })).objects
  if (found.length === 0) throw TRANSFER_ERRORS.nothingThere(path)
  const other = found.find((object) => !object.key.toLowerCase().endsWith('.zip'))
  if (other) throw TRANSFER_ERRORS.notAZip(other.key)
  if (found.length > IMPORT_ARCHIVES_MAX) throw TRANSFER_ERRORS.tooLarge(path, `${IMPORT_ARCHIVES_MAX} archives`)
  return found.map((object) => ({ ...ref, key: object.key }))
}

/** A copy without a name: it is read twice, must not change in between, and is gone when its handle is closed. */
async function copyOf(objects: ObjectStore, ref: ObjectRef, folder: string): Promise<FileHandle> {
  const { stat, content } = await objects.get(ref)
  if (stat.sizeBytes > ARCHIVE_BYTES_MAX) {
    content.destroy()
    throw TRANSFER_ERRORS.tooLarge(`${ref.bucket}/${ref.key}`, `${ARCHIVE_BYTES_MAX / 1024 ** 2} MiB for an archive`)
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, randomBytes(12).toString('hex'))
  const file = await open(path, 'wx+', 0o600)
  try {
    await rm(path)
    await file.writeFile(content)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads everything once, so that a bad archive is found before a job of a good one is imported. */
async function checkAll(archives: readonly OpenArchive[]): Promise<void> {
  const names = new Set<string>()
  let sizeBytes = 0
  for (const archive of archives) {
    for await (const { job, sizeBytes: jobBytes } of readArchive(archive)) {
      if (names.has(job.name)) throw TRANSFER_ERRORS.nameTwice(job.name)
      names.add(job.name)
      sizeBytes += jobBytes
      if (names.size > IMPORT_JOBS_MAX) throw TRANSFER_ERRORS.tooLarge(archive.key, `${IMPORT_JOBS_MAX} jobs`)
      if (sizeBytes > IMPORT_BYTES_MAX) throw TRANSFER_ERRORS.tooLarge(archive.key, '1 GiB unpacked')
    }
  }
}

async function importAll(options: TransferOptions, actor: Actor, archives: readonly OpenArchive[], cover: boolean) {
  const imported: ImportedJob[] = []
  for (const archive of archives) {
    for await (const job of readArchive(archive)) imported.push(await importOne(options, actor, job, cover))
  }
  return imported
}

async function importOne({ jobs }: TransferOptions, actor: Actor, { oldId, job }: ArchivedJob, cover: boolean) {
  try {
    const { id, was } = await jobs.importJob(actor, job, { cover })
    return { oldId, newId: id, remark: REMARKS[was] }
  } catch (error) {
    if (error instanceof Refusal) return { oldId, newId: -1 as const, remark: error.texts }
    throw error
  }
}

const REMARKS = {
  created: { en: 'Created.', zh: '已创建。' },
  overwritten: { en: 'Overwritten.', zh: '已覆盖。' },
} as const satisfies Record<string, Texts>
