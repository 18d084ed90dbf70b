import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { temporaryFolder, testClock } from '../access/test-world.ts'
import { JOB_ERRORS, type JobDefinition, type JobId, type NewJob } from '../jobs/index.ts'
import { DEFAULT_SETTINGS } from '../jobs/job-settings.ts'
import { zip } from '../lib/zip.ts'
import { openFolderObjectStore } from '../storage/index.ts'
import { createTransfer } from './transfer-service.ts'

const actor = { userId: 'u', projectId: 'p', role: 'member', isAdmin: false } as const
const NOTHING_THERE: (name: string) => void = () => undefined

function definition(id: number, change: Partial<NewJob> = {}): JobDefinition {
  const job = { name: `作业-${id}`, type: 'flink_jar_job', description: '', queueName: null, tags: [] } as const
  return { id: id as JobId, job: { ...job, ...change, settings: DEFAULT_SETTINGS } }
}

/** The real object store, and jobs that are only counted. */
async function setup(defined: Iterable<JobDefinition> = [], refuse = NOTHING_THERE) {
  const folder = await temporaryFolder()
  const objects = await openFolderObjectStore({ folder: join(folder, 'objects') })
  const imported: NewJob[] = []
  const jobs = {
    definitions: async () => Readable.from(defined) as AsyncIterable<JobDefinition>,
    importJob: async (_actor: unknown, job: NewJob) => {
      refuse(job.name)
      return { id: imported.push(job) as JobId, was: 'created' as const }
    },
  }
  const transfer = createTransfer({
    ...{ jobs, objects, clock: testClock(new Date(1000)) },
    ...{ folder: join(folder, 'tmp'), archiveJobsMax: 3 },
  })
  const put = (key: string, content: Buffer | Readable) =>
    objects.put({ projectId: 'p', bucket: 'b', key }, content instanceof Readable ? content : Readable.from([content]))
  const putZip = (key: string, entries: Record<string, unknown>) => {
    const list = Object.entries(entries).map(([name, content]) => ({
      name,
      content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    }))
    return put(key, Readable.from(zip(list)))
  }
  return { folder, objects, transfer, imported, put, putZip }
}

const ARCHIVED = {
  ...{ format: 'headgate.flink-job', version: 1, id: 7, name: 'a', type: 'flink_jar_job' },
  ...{ description: '', queueName: null, tags: [], settings: {} },
}

test('jobs go into as many archives as it takes and come back as they were, with nothing left behind', async () => {
  const all = Array.from({ length: 7 }, (_, index) => definition(index + 1, { tags: [{ key: 'k', value: '值' }] }))
  const { transfer, imported, folder } = await setup(all)
  const archives = await transfer.exportJobs(actor, 'obs://b/out/', null)
  expect(archives).toEqual([1000, 1001, 1002].map((ms) => `b/out/aggregate_${ms}.zip`))
  const mapping = await transfer.importJobs(actor, 'b/out', { cover: false })
  expect(mapping.map(({ oldId }) => oldId)).toEqual(all.map(({ id }) => id))
  expect(imported).toEqual(all.map(({ job }) => job))
  expect(await readdir(join(folder, 'tmp'))).toEqual([])
})

test('an export of no jobs is an archive without jobs', async () => {
  const { transfer } = await setup()
  const [archive = ''] = await transfer.exportJobs(actor, 'b', null)
  expect(archive).toBe('b/aggregate_1000.zip')
  expect(await transfer.importJobs(actor, archive, { cover: false })).toEqual([])
})

test('a job that is refused says why, and the others are imported', async () => {
  const { transfer, imported, putZip } = await setup([], (name) => {
    if (name === 'b') throw JOB_ERRORS.nameTaken(name)
  })
  await putZip('x.zip', { 'jobs/1.json': ARCHIVED, 'jobs/2.json': { ...ARCHIVED, id: 8, name: 'b' } })
  const mapping = await transfer.importJobs(actor, 'b/x.zip', { cover: false })
  expect(mapping).toMatchObject([
    { oldId: 7, newId: 1 },
    { oldId: 8, newId: -1, remark: { en: expect.stringContaining('exists') } },
  ])
  expect(imported).toHaveLength(1)
})

test('settings that this version does not know are left out, absent ones take their defaults', async () => {
  const { transfer, imported, putZip } = await setup()
  const settings = { cuNumber: 4, fromTheFuture: 1 }
  await putZip('x.zip', { 'jobs/': '', 'jobs/1.json': { ...ARCHIVED, settings, note: 'by hand' } })
  await transfer.importJobs(actor, 'b/x.zip', { cover: false })
  expect(imported).toMatchObject([{ name: 'a', settings: { cuNumber: 4 } }])
  expect(imported[0]?.settings).toEqual({ cuNumber: 4 })
})

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a file that is no job', { 'jobs/1.json': ARCHIVED, 'readme.txt': 'x' }, /readme\.txt is no exported job/],
  ['a path out of the archive', { '../../etc/passwd': 'x' }, /invalid relative path/],
  ['an absolute path', { '/jobs/1.json': ARCHIVED }, /absolute path/],
  ['what is no JSON', { 'jobs/1.json': '{' }, /is not the JSON/],
  ['another format', { 'jobs/1.json': { ...ARCHIVED, format: 'x' } }, /format/],
  ['a newer version', { 'jobs/1.json': { ...ARCHIVED, version: 2 } }, /version/],
  ['a setting of another type', { 'jobs/1.json': { ...ARCHIVED, settings: { cuNumber: '2' } } }, /settings\.cuNumber/],
  ['a number that is none', { 'jobs/1.json': { ...ARCHIVED, id: 0 } }, /\bid\b/],
  ['a job of nine megabytes', { 'jobs/1.json': ' '.repeat(9 * 1024 ** 2) }, /8 MiB for one job/],
  ['a name twice', { 'jobs/1.json': ARCHIVED, 'jobs/2.json': ARCHIVED }, /exists twice/],
])('an archive with %s is refused whole', async (_what, entries, why) => {
  const { transfer, imported, putZip } = await setup()
  await putZip('0-good.zip', { 'jobs/1.json': { ...ARCHIVED, name: 'good' } })
  await putZip('bad.zip', entries)
  await expect(transfer.importJobs(actor, 'b', { cover: true })).rejects.toThrow(why)
  expect(imported).toEqual([])
})

test('an archive that is cut off, lies about its sizes or is none is refused', async () => {
  const { transfer, imported, putZip, put, objects } = await setup()
  await putZip('good.zip', { 'jobs/1.json': { ...ARCHIVED, description: 'x'.repeat(5000) } })
  const { content } = await objects.get({ projectId: 'p', bucket: 'b', key: 'good.zip' })
  const good = Buffer.concat(await content.toArray())
  const lying = Buffer.from(good)
  lying.writeUInt32LE(10, good.lastIndexOf('PK\x01\x02') + 24) // unpacked size in the table of contents
  for (const [key, bytes] of [
    ['cut.zip', good.subarray(0, good.length - 40)],
    ['lying.zip', lying],
    ['none.zip', Buffer.from('<html>')],
    ['empty.zip', Buffer.alloc(0)],
  ] as const) {
    await put(key, bytes)
    await expect(transfer.importJobs(actor, `b/${key}`, { cover: true })).rejects.toMatchObject({
      code: 'transfer.unreadable',
    })
  }
  expect(imported).toEqual([])
})

test.each([
  ['b/nothing', 'transfer.nothingThere'],
  ['empty', 'transfer.nothingThere'],
  ['b/mixed', 'transfer.notAZip'],
  ['../b', 'object.badName'],
])('%j cannot be imported: %s', async (path, code) => {
  const { transfer, put, putZip } = await setup()
  await putZip('mixed/x.zip', { 'jobs/1.json': ARCHIVED })
  await put('mixed/notes.txt', Buffer.from('x'))
  await expect(transfer.importJobs(actor, path, { cover: false })).rejects.toMatchObject({ code })
})
