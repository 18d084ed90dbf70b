import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { type ZipEntry, zip } from '../../src/lib/zip.ts'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  putObject,
  RUNNABLE,
  readJob,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/jobs'
type Mapping = { old_job_id: number; new_job_id: number; remark: string }

const exportTo = async (obs_dir: string, more: Record<string, unknown> = { is_selected: false }) =>
  (await world.call<{ zip_file: string[] }>('exportFlinkJobs', 'POST', `${JOBS}/export`, { obs_dir, ...more })).zip_file
const importFrom = async (zip_file: string | undefined, is_cover?: unknown, language = 'en-us') => {
  const body = { zip_file, ...(is_cover === undefined ? {} : { is_cover }) }
  const headers = { 'x-language': language }
  return (await world.call<{ job_mapping: Mapping[] }>('importFlinkJobs', 'POST', `${JOBS}/import`, body, headers))
    .job_mapping
}
const remove = (id: number) => world.call('deleteFlinkJob', 'DELETE', `${JOBS}/${id}`)

const objectUrl = (path: string) => `${world.baseUrl}/api/v1/${world.projectId}/objects/${path}`

async function download(path: string): Promise<Buffer> {
  const response = await fetch(objectUrl(path), { headers: { 'x-auth-token': world.token } })
  return Buffer.from(await response.arrayBuffer())
}

async function upload(path: string, entries: readonly ZipEntry[]): Promise<void> {
  const body = new Uint8Array(await buffer(Readable.from(zip(entries))))
  await fetch(objectUrl(path), { method: 'PUT', headers: { 'x-auth-token': world.token }, body })
}

async function filesIn(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const archive = await fromBufferPromise(await download(path), { lazyEntries: true })
  for await (const entry of archive.eachEntry()) {
    files.set(entry.fileName, await text(await archive.openReadStreamPromise(entry)))
  }
  return files
}

/** What of a job's detail is its definition. */
async function definitionOf(id: number): Promise<Record<string, unknown>> {
  const { name, desc, job_type, queue_name, main_class, entrypoint_args, job_config } = await readJob(world, id)
  return { name, desc, job_type, queue_name, main_class, entrypoint_args, job_config }
}

describe('jobs that are exported and imported', () => {
  it('are the same again, with their tags and without what global variables stand for', async () => {
    const secret = { var_name: 'pw', var_value: 'correct-horse', is_sensitive: true }
    await world.call('createGlobalVariable', 'POST', '/v1.0/{p}/variables', secret)
    const id = await createJob(world, {
      ...RUNNABLE,
      name: '导出_1',
      desc: '说明 "x"',
      entrypoint_args: '--pw {{pw}}',
      cu_number: 4,
      parallel_number: 2,
      checkpoint_enabled: true,
      checkpoint_mode: 2,
      checkpoint_path: 'b1/of-this-job',
      obs_bucket: 'b1',
      runtime_config: '[{"key":"k","value":"v"}]',
      tags: [{ key: 'team', value: '甲' }],
    })
    const before = await definitionOf(id)
    const [archive = ''] = await exportTo('b2/p', { is_selected: true, job_selected: [id, String(id)] })
    expect(archive).toMatch(/^b2\/p\/aggregate_\d{13}\.zip$/)
    const files = await filesIn(archive)
    expect([...files.keys()]).toEqual([`jobs/${id}.json`])
    expect(files.get(`jobs/${id}.json`)).not.toContain('correct-horse')
    await remove(id)
    const [item] = await importFrom(archive)
    expect(item).toMatchObject({ old_job_id: id, remark: 'Created.' })
    expect(item?.new_job_id).toBeGreaterThan(id)
    expect(await definitionOf(item?.new_job_id ?? 0)).toEqual(before)
    expect((await readJob(world, item?.new_job_id ?? 0)).status).toBe('job_init')
    const tagged = await world.call<{ job_list: { jobs: { name: string }[] } }>(
      'listFlinkJobs',
      'GET',
      `${JOBS}?tags=team%3D%E7%94%B2`,
    )
    expect(tagged.job_list.jobs.map(({ name }) => name)).toEqual(['导出_1'])
  })

  it('are not imported when their names exist, unless they shall be overwritten', async () => {
    const id = await createJob(world, { ...RUNNABLE, name: 'covered', desc: 'as exported' })
    const [archive] = await exportTo('obs://b2/cover/', { is_selected: 'true', job_selected: [id] })
    await world.send('PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, { desc: 'changed since' })
    for (const cover of [undefined, false, 'false']) {
      expect(await importFrom(archive, cover, 'zh-cn')).toEqual([
        { old_job_id: id, new_job_id: -1, remark: expect.stringContaining('已存在') },
      ])
    }
    expect((await readJob(world, id)).desc).toBe('changed since')
    expect(await importFrom(archive, 'true')).toEqual([{ old_job_id: id, new_job_id: id, remark: 'Overwritten.' }])
    expect((await readJob(world, id)).desc).toBe('as exported')
  })

  it('go back to job_init when they are overwritten, but never while they run', async () => {
    const id = await runJob(world, { name: 'ran' })
    const [archive] = await exportTo('b2/ran', { is_selected: true, job_selected: [id] })
    const [refused] = await importFrom(archive, true)
    expect(refused).toEqual({ old_job_id: id, new_job_id: -1, remark: expect.stringContaining('Stop it first') })
    expect((await readJob(world, id)).status).toBe('job_running')
    await world.send('POST', `${JOBS}/stop`, { job_ids: [id], trigger_savepoint: true })
    await waitForStatus(world, id, 'job_cancel_success')
    expect(await importFrom(archive, true)).toMatchObject([{ new_job_id: id }])
    expect(await readJob(world, id)).toMatchObject({
      status: 'job_init',
      start_time: null,
      duration: 0,
      has_savepoint: true,
    })
    await world.call('batchRunFlinkJobs', 'POST', `${JOBS}/run`, { job_ids: [id], resume_savepoint: true })
    await waitForStatus(world, id, 'job_running')
  })

  it('say what this place lacks for them', async () => {
    await putObject(world, 'b1/short-lived.jar', 'PK\u0003\u0004')
    const id = await createJob(world, { name: 'needs-jar', entrypoint: 'obs://b1/short-lived.jar' })
    const [archive] = await exportTo('b2/lacks', { is_selected: true, job_selected: [id] })
    await remove(id)
    await world.send('DELETE', '/api/v1/{p}/objects/b1/short-lived.jar')
    const [item] = await importFrom(archive)
    expect(item).toEqual({ old_job_id: id, new_job_id: -1, remark: expect.stringContaining('short-lived.jar') })
  })
})

describe('an export', () => {
  it('is of all jobs unless they are selected', async () => {
    const { job_list } = await world.call<{ job_list: { total_count: number } }>('listFlinkJobs', 'GET', JOBS)
    const [archive = ''] = await exportTo('b2')
    expect((await filesIn(archive)).size).toBe(job_list.total_count)
  })

  it('has an archive of its own, also beside others at the same moment', async () => {
    const archives = await Promise.all(Array.from({ length: 20 }, () => exportTo('b2/at-once')))
    expect(new Set(archives.flat()).size).toBe(20)
  })

  it.each([
    [{ is_selected: false }, 'DLI.0001', 'obs_dir'],
    [{ obs_dir: 'b2' }, 'DLI.0001', 'is_selected'],
    [{ obs_dir: 'b2', is_selected: true }, 'DLI.0001', 'job_selected'],
    [{ obs_dir: 'b2', is_selected: true, job_selected: [] }, 'DLI.0001', 'job_selected'],
    [{ obs_dir: '../b2', is_selected: false }, 'DLI.0001', 'obs_dir'],
    [{ obs_dir: '', is_selected: false }, 'DLI.0001', 'obs_dir'],
    [{ obs_dir: 'b2', is_selected: true, job_selected: [999_999] }, 'DLI.16001', '999999'],
    [{ obs_dir: 'b2', is_selected: true, job_selected: ['x'] }, 'DLI.16001', 'x'],
  ])('of %j is refused with %s', async (body, code, words) => {
    const reply = await world.send('POST', `${JOBS}/export`, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(words)])
  })
})

describe('an import', () => {
  it('of a folder takes all its archives, and none when two jobs have one name', async () => {
    const ids = [await createJob(world, { name: 'f1' }), await createJob(world, { name: 'f2' })]
    for (const id of ids) await exportTo('b3/folder', { is_selected: true, job_selected: [id] })
    for (const id of ids) await remove(id)
    const mapping = await importFrom('obs://b3/folder/')
    expect(mapping.map(({ old_job_id }) => old_job_id).sort()).toEqual([...ids].sort())
    await exportTo('b3/folder', { is_selected: true, job_selected: [mapping[0]?.new_job_id] })
    const reply = await world.send('POST', `${JOBS}/import`, { zip_file: 'b3/folder', is_cover: true })
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.11004', expect.stringContaining('name exists twice')])
  })

  it('is told of a folder with other files, an archive that is none, and nothing at all', async () => {
    await exportTo('b4/mixed')
    await putObject(world, 'b4/mixed/readme.txt', 'x')
    await putObject(world, 'b4/none.zip', 'no zip')
    for (const [zip_file, code, words] of [
      ['b4/mixed', 'DLI.0001', 'readme.txt'],
      ['b4/none.zip', 'DLI.0001', 'none.zip'],
      ['b4/nowhere.zip', 'DLI.0002', 'nowhere.zip'],
      ['nowhere', 'DLI.0002', 'nowhere'],
      ['', 'DLI.0001', ''],
    ] as const) {
      const reply = await world.send('POST', `${JOBS}/import`, { zip_file })
      expect([zip_file, codeOf(reply), messageOf(reply)]).toEqual([zip_file, code, expect.stringContaining(words)])
    }
    await upload('b4/bomb.zip', [{ name: 'jobs/1.json', content: Buffer.alloc(9 * 1024 ** 2) }])
    expect(codeOf(await world.send('POST', `${JOBS}/import`, { zip_file: 'b4/bomb.zip' }))).toBe('DLI.0009')
    expect(codeOf(await world.send('POST', `${JOBS}/import`, { is_cover: true }))).toBe('DLI.0001')
    expect(codeOf(await world.send('POST', `${JOBS}/import`, '['))).toBe('DLI.10004')
  })
})
