import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
let savepoint: string

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  savepoint = await stoppedWithSavepoint('source')
})

afterAll(() => world.stop())

const importInto = (id: number | string, body: unknown, headers = {}) =>
  world.send('POST', `/v1.0/{p}/streaming/jobs/${id}/import-savepoint`, body, headers)

/** `bucket/directory` of the savepoint with which a job was stopped. */
async function stoppedWithSavepoint(name: string): Promise<string> {
  const id = await runJob(world, { name, obs_bucket: 'bkt' })
  await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id], trigger_savepoint: true })
  return String((await waitForStatus(world, id, 'job_cancel_success')).savepoint_path)
}

async function resumed(id: number): Promise<Record<string, unknown>> {
  await world.call('batchRunFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/run', {
    job_ids: [id],
    resume_savepoint: true,
  })
  await waitForStatus(world, id, 'job_running')
  const { body } = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)
  return (body as { attempts: Record<string, unknown>[] }).attempts[0] ?? {}
}

let named = 0
const draft = () => {
  named += 1
  return createJob(world, { ...RUNNABLE, name: `target${named}` })
}

describe('importing a savepoint', () => {
  it.each([
    ['bucket/directory', (path: string) => path],
    ['a slash at the end', (path: string) => `${path}/`],
    ['obs:// in front', (path: string) => `obs://${path}`],
    ['both', (path: string) => `obs://${path}/`],
    ['its metadata', (path: string) => `obs://${path}/_metadata`],
  ])(
    'takes a path with %s, shows it as bucket/directory, and lets a job that never ran begin there',
    async (_what, spell) => {
      const id = await draft()
      const path = `/v1.0/{p}/streaming/jobs/${id}/import-savepoint`
      await world.call('importFlinkJobSavepoint', 'POST', path, { savepoint_path: spell(savepoint) })
      expect(await readJob(world, id)).toMatchObject({
        has_savepoint: true,
        savepoint_path: savepoint,
        status: 'job_init',
      })
      expect(await resumed(id)).toMatchObject({
        restore_from: expect.stringMatching(new RegExp(`/${savepoint}$`)),
        restore_because: expect.stringContaining('imported savepoint'),
      })
      await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${id}`)
    },
  )

  it('takes the number of the job in the body as Terraform sends it, and no other', async () => {
    const id = await draft()
    expect((await importInto(id, { job_id: String(id), savepoint_path: savepoint })).body).toMatchObject({
      is_success: 'true',
    })
    expect((await importInto(id, { job_id: id, savepoint_path: savepoint })).status).toBe(200)
    const other = await importInto(id, { job_id: String(id + 1), savepoint_path: savepoint })
    expect([codeOf(other), messageOf(other)]).toEqual(['DLI.0001', expect.stringContaining('job_id')])
  })

  it('takes a checkpoint, too', async () => {
    const source = await runJob(world, {
      ...{ name: 'checkpoints', obs_bucket: 'bkt', checkpoint_enabled: true, checkpoint_interval: 1 },
    })
    const list = () => world.send('GET', `/api/v1/{p}/objects/bkt?prefix=jobs/checkpoint/${source}/`)
    await expect.poll(async () => (await list()).text).toContain('_metadata')
    await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [source] })
    await waitForStatus(world, source, 'job_cancel_success')
    const { objects } = (await list()).body as { objects: { key: string }[] }
    const chosen = `bkt/${objects.find(({ key }) => key.endsWith('/_metadata'))?.key.replace('/_metadata', '')}`
    const id = await draft()
    expect((await importInto(id, { savepoint_path: chosen })).status).toBe(200)
    expect(await resumed(id)).toMatchObject({ restore_from: expect.stringMatching(/chk-\d+$/) })
  })

  it('wins over what the job had before, and gives way to what it makes later', async () => {
    const id = await runJob(world, { name: 'both', obs_bucket: 'bkt' })
    const stop = async () => {
      await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id], trigger_savepoint: true })
      return String((await waitForStatus(world, id, 'job_cancel_success')).savepoint_path)
    }
    await stop()
    await importInto(id, { savepoint_path: savepoint })
    expect(await resumed(id)).toMatchObject({ restore_from: expect.stringContaining(savepoint) })
    const own = await stop()
    expect(await resumed(id)).toMatchObject({ restore_from: expect.stringContaining(own) })
  })

  it('does not draw in a run that began empty and fails before its first checkpoint', async () => {
    const id = await createJob(world, {
      ...{ ...RUNNABLE, name: 'empty', restart_when_exception: true, resume_checkpoint: true },
    })
    await importInto(id, { savepoint_path: savepoint })
    await world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })
    await waitForStatus(world, id, 'job_running')
    await world.service.simulator.order(null, 'simulator.jobmanager', 'dies')
    const attempts = async () => (await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)).body
    await expect.poll(attempts).toMatchObject({ attempts: [{ number: 2, restore_from: null }, { restore_from: null }] })
  })

  it('speaks in a boolean to the older Go SDK', async () => {
    const go = { 'user-agent': 'huaweicloud-usdk-go/3.0' }
    expect((await importInto(await draft(), { savepoint_path: savepoint }, go)).body).toMatchObject({
      is_success: true,
    })
  })

  it('is refused where there is no complete state in the project', async () => {
    const id = await draft()
    await putObject(world, 'bkt/torn/_metadata', 'not Flink’s')
    await putObject(world, 'bkt/empty/other', 'x')
    for (const savepoint_path of ['bkt/torn', 'bkt/empty', 'bkt/none', 'bkt', 'nobucket/x', 'jobs/savepoint']) {
      const reply = await importInto(id, { savepoint_path })
      expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.13017', expect.stringContaining(savepoint_path)])
    }
    for (const savepoint_path of ['o://b/p', '../up', 'bkt/../../up', 'obs://', '', 5, undefined]) {
      const reply = await importInto(id, { savepoint_path })
      expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining('savepoint_path')])
    }
    expect(await readJob(world, id)).toMatchObject({ has_savepoint: false, savepoint_path: null })
  })

  it('is refused while the job runs, and of a job that is not there', async () => {
    const running = await runJob(world, { name: 'runs' })
    expect(codeOf(await importInto(running, { savepoint_path: savepoint }))).toBe('DLI.15002')
    expect(codeOf(await importInto(999_999, { savepoint_path: savepoint }))).toBe('DLI.15001')
    expect(codeOf(await importInto('abc', { savepoint_path: savepoint }))).toBe('DLI.15001')
  })
})
