import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
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

const JOBS = '/v1.0/{p}/streaming/flink-jobs'
const show = (id: number | string) => world.send('GET', `/v1.0/{p}/streaming/jobs/${id}`)
const update = (id: number | string, body: unknown) => world.send('PUT', `${JOBS}/${id}`, body)

describe('creating a job', () => {
  it('needs no more than a name, and fills in the defaults', async () => {
    const id = await createJob(world, { name: 'little' })
    const { job_config, ...detail } = await readJob(world, id)
    expect(detail).toMatchObject({
      queue_name: null,
      feature: 'basic',
      run_mode: 'exclusive_cluster',
      status: 'job_init',
    })
    expect(job_config).toMatchObject({
      cu_number: 2,
      manager_cu_number: 1,
      parallel_number: 1,
      tm_cus: 1,
      tm_slot_num: 1,
      resume_max_num: -1,
      checkpoint_mode: 'exactly_once',
      real_cu_number: 0,
      resource_config_version: 'v1',
    })
  })

  it('sets checkpoint_interval to 10 without a word on checkpoints, to 30 with checkpoint_enabled, else as given', async () => {
    const interval = async (name: string, fields: object) =>
      (await readJob(world, await createJob(world, { name, ...fields }))).job_config.checkpoint_interval
    expect(await interval('interval1', {})).toBe(10)
    expect(await interval('interval2', { checkpoint_enabled: false })).toBe(30)
    expect(await interval('interval3', { checkpoint_enabled: false, checkpoint_interval: 120 })).toBe(120)
    expect(await interval('interval4', { checkpoint_enabled: null })).toBe(10)
  })

  it('takes Terraform’s fullest body and gives back what was sent', async () => {
    const runtimeConfig = '[{"key":"k","value":"v"}]'
    const body = `{"checkpoint_enabled":false,"checkpoint_path":"bkt/","cu_number":4,"desc":"text","entrypoint":"obs://b1/app.jar","entrypoint_args":"--a 1","execution_agency_urn":"ag1","feature":"basic","flink_version":"1.15","log_enabled":true,"manager_cu_number":1,"name":"job-a","obs_bucket":"bkt","parallel_number":2,"queue_name":"q1","restart_when_exception":true,"resume_checkpoint":true,"resume_max_num":5,"runtime_config":${JSON.stringify(runtimeConfig)},"smn_topic":"topic1","tags":null,"tm_cus":1,"tm_slot_num":1}\n`
    const { job } = await world.call<{ job: { job_id: number } }>('createFlinkJarJob', 'POST', JOBS, body)
    const { job_config } = await readJob(world, job.job_id)
    expect(job_config).toMatchObject({
      checkpoint_path: 'bkt/',
      runtime_config: runtimeConfig,
      execution_agency_urn: 'ag1',
      resume_max_num: 5,
      flink_version: '1.15',
      smn_topic: 'topic1',
    })
  })

  it('takes the body sized by resource_config, with checkpoint_mode as a number, and answers the mode’s name', async () => {
    const id = await createJob(world, {
      name: 'job-b',
      checkpoint_enabled: true,
      checkpoint_interval: 120,
      checkpoint_mode: 2,
      obs_bucket: 'bkt',
      resource_config: {
        jobmanager_resource_spec: { cpu: 1, memory: '2G' },
        max_slot: 2,
        parallel_number: 2,
        taskmanager_resource_spec: { cpu: 1.5, memory: '6G' },
      },
      resource_config_version: 'v2',
      tm_slot_num: 0,
    })
    const { job_config } = await readJob(world, id)
    expect(job_config).toMatchObject({
      checkpoint_mode: 'at_least_once',
      resource_config_version: 'v2',
      resource_config: { max_slot: 2, taskmanager_resource_spec: { cpu: 1.5, memory: '6G' } },
    })
    expect(job_config.tm_slot_num).toBeGreaterThanOrEqual(1)
  })

  it('takes an empty text as not given, also where it chooses', async () => {
    const empty = {
      checkpoint_mode: '',
      resource_config_version: '',
      feature: '',
      flink_version: '',
      runtime_config: '',
    }
    const id = await createJob(world, {
      name: 'empty',
      ...empty,
      resource_config: { jobmanager_resource_spec: { memory: '' } },
    })
    const plain = await readJob(world, await createJob(world, { name: 'not_given' }))
    expect((await readJob(world, id)).job_config).toEqual(plain.job_config)
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, { checkpoint_mode: 2, resource_config_version: 'v2' })
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, empty)
    expect((await readJob(world, id)).job_config).toMatchObject({
      ...{ checkpoint_mode: 'at_least_once', resource_config_version: 'v2' },
    })
  })

  it('keeps the flink_version of a job with an image of its own, and looks at it when the image goes', async () => {
    const fields = { feature: 'custom', image: 'acme/flink:1', flink_version: 'acme-9' }
    const id = await createJob(world, { name: 'imaged', ...fields })
    expect((await readJob(world, id)).job_config).toMatchObject(fields)
    const reply = await update(id, { feature: 'basic' })
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining('flink_version')])
  })

  it.each(['exactly_once', '1', 1])('accepts checkpoint_mode %j', async (checkpoint_mode) => {
    const id = await createJob(world, { name: `mode_${typeof checkpoint_mode}_${checkpoint_mode}`, checkpoint_mode })
    expect((await readJob(world, id)).job_config.checkpoint_mode).toBe('exactly_once')
  })

  it('answers a checkpoint_path without its scheme, and keeps a second job off it', async () => {
    const id = await createJob(world, { name: 'path1', checkpoint_path: 'obs://bkt/own/' })
    expect((await readJob(world, id)).job_config.checkpoint_path).toBe('bkt/own/')
    const second = await world.send('POST', JOBS, { name: 'path2', checkpoint_path: 'bkt/own' })
    expect(codeOf(second)).toBe('DLI.0001')
    expect(messageOf(second)).toContain('checkpoint_path')
    const chosen = { checkpoint_enabled: true, obs_bucket: 'bkt' }
    const checkpoint_path = `obs://bkt/jobs/checkpoint/${await createJob(world, { name: 'path3', ...chosen })}/`
    const copy = await world.send('POST', JOBS, { name: 'path4', ...chosen, checkpoint_path })
    expect([codeOf(copy), messageOf(copy)]).toEqual(['DLI.0001', expect.stringContaining('"path3"')])
  })

  it('takes a name of 57 Chinese characters, and an empty queue_name as none', async () => {
    const name = '作'.repeat(57)
    const id = await createJob(world, { name, queue_name: '' })
    expect(await readJob(world, id)).toMatchObject({ name, queue_name: null })
  })

  it('refuses a name that is in use', async () => {
    await createJob(world, { name: 'taken' })
    expect(codeOf(await world.send('POST', JOBS, { name: 'taken' }))).toBe('DLI.11004')
  })
})

describe('updating a job', () => {
  it('changes what is given and nothing else', async () => {
    const id = await createJob(world, { name: 'patch', desc: 'before', cu_number: 4, checkpoint_enabled: false })
    const before = await readJob(world, id)
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, {
      desc: 'after',
      name: '',
      queue_name: '',
      tags: null,
    })
    const after = await readJob(world, id)
    expect({ ...after, desc: 'before', update_time: before.update_time }).toEqual(before)
    expect(after.desc).toBe('after')
  })

  it('changes a part of resource_config and keeps the other parts', async () => {
    const resource_config = {
      ...{ max_slot: 2, parallel_number: 2 },
      jobmanager_resource_spec: { cpu: 0.5, memory: '2G' },
      taskmanager_resource_spec: { cpu: 1.5, memory: '8192M' },
    }
    const id = await createJob(world, { name: 'parts', resource_config_version: 'v2', resource_config })
    const change = { max_slot: 3, taskmanager_resource_spec: { cpu: 2, memory: null } }
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, { resource_config: change })
    expect((await readJob(world, id)).job_config.resource_config).toEqual({
      ...resource_config,
      max_slot: 3,
      taskmanager_resource_spec: { cpu: 2, memory: '8192M' },
    })
  })

  it('accepts what was read back, as Terraform sends it', async () => {
    const id = await createJob(world, { name: 'echo', ...RUNNABLE, checkpoint_enabled: false })
    const { job_config: config } = await readJob(world, id)
    const { resource_config, resource_config_version, checkpoint_interval } = config
    const body = {
      checkpoint_enabled: false,
      checkpoint_interval,
      checkpoint_mode: 1,
      resource_config,
      resource_config_version,
      tm_slot_num: 1,
    }
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, body)
    expect((await readJob(world, id)).job_config).toEqual(config)
  })

  it('takes all that was read of a running job back as no change', async () => {
    const id = await runJob(world, { name: 'whole', checkpoint_enabled: true, obs_bucket: 'bkt' })
    const { job_config, ...detail } = await readJob(world, id)
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, { ...detail, ...job_config })
    const { executor_number, ...config } = (await readJob(world, id)).job_config
    expect(config).toEqual({ ...job_config, executor_number: undefined })
    expect(executor_number).toBe(job_config.executor_number)
    const another = { ...job_config, tm_slot_num: 2 }
    expect(codeOf(await update(id, another))).toBe('DLI.12003')
  })

  it('keeps choosing the directory of checkpoints when its choice is sent back', async () => {
    const fields = { checkpoint_enabled: true, obs_bucket: 'bkt' }
    const id = await createJob(world, { name: 'chosen', ...fields })
    const { checkpoint_path } = (await readJob(world, id)).job_config
    expect(checkpoint_path).toBe(`bkt/jobs/checkpoint/${id}`)
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, { ...fields, checkpoint_path, obs_bucket: 'other' })
    expect((await readJob(world, id)).job_config.checkpoint_path).toBe(`other/jobs/checkpoint/${id}`)
  })

  it('lets six fields of a running job change, and refuses any other', async () => {
    const id = await runJob(world, { name: 'running' })
    const six = {
      smn_topic: 't',
      restart_when_exception: true,
      resume_checkpoint: true,
      resume_max_num: 3,
      obs_bucket: 'bkt',
      checkpoint_path: 'bkt/of_running',
    }
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, six)
    expect((await readJob(world, id)).job_config).toMatchObject(six)
    expect(codeOf(await update(id, { cu_number: 8 }))).toBe('DLI.12003')
    await world.call('updateFlinkJarJob', 'PUT', `${JOBS}/${id}`, { ...six, cu_number: 2 }) // the same value is no change
  })

  it('has its own codes for a missing job, a bad id and a taken name', async () => {
    await createJob(world, { name: 'first' })
    const id = await createJob(world, { name: 'second' })
    for (const missing of [999_999, '9007199254740993', '9223372036854775807', '00000000000000999999']) {
      expect([missing, codeOf(await update(missing, {}))]).toEqual([missing, 'DLI.12004'])
    }
    for (const bad of ['abc', '0', '-1', '1.5'])
      expect([bad, codeOf(await update(bad, {}))]).toEqual([bad, 'DLI.12001'])
    expect(codeOf(await update(id, { name: 'first' }))).toBe('DLI.12006')
  })
})

describe('showing a job', () => {
  it.each(['999999', '0', '-1', 'abc', '1e3', '99999999999999999999', '%20', '1.5'])(
    'says 400 DLI.16001 for %s',
    async (id) => {
      expect(codeOf(await show(id))).toBe('DLI.16001')
    },
  )

  it('says where the time of the last run went', async () => {
    const id = await runJob(world, { name: 'timed' })
    const detail = await readJob(world, id)
    expect(detail.start_time).toBeTypeOf('number')
    expect(detail.duration).toBeGreaterThanOrEqual(0)
    expect(detail.job_config).toMatchObject({ executor_number: 1, executor_cu_number: 1 })
  })
})

describe('a job sized by resource_config', () => {
  it('counts CUs by CPU or memory, whichever is more, and keeps to no rule between the numbers of v1', async () => {
    const spec = { cpu: 0.5, memory: '4G' }
    const id = await runJob(world, {
      ...{ name: 'by_memory', resource_config_version: 'v2', cu_number: 2, manager_cu_number: 3, parallel_number: 9 },
      resource_config: { jobmanager_resource_spec: spec, taskmanager_resource_spec: { ...spec, memory: '8192M' } },
    })
    expect((await readJob(world, id)).job_config).toMatchObject({
      ...{ executor_number: 1, executor_cu_number: 2, real_cu_number: 3 },
      ...{ cu_number: 2, manager_cu_number: 3, parallel_number: 9 },
    })
  })
})

describe('running a job', () => {
  it('with several dependency jars needs main_class, which one or none does not', async () => {
    const run = (id: number) => world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })
    const jars = ['obs://b1/app.jar', 'obs://b1/app.jar']
    const { main_class: _, ...rest } = RUNNABLE
    const several = await createJob(world, { ...rest, name: 'jars-2', dependency_jars: jars })
    const reply = await run(several)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.13019', expect.stringContaining('main_class')])
    const one = await createJob(world, { ...rest, name: 'jars-1', dependency_jars: jars.slice(1) })
    expect((await run(one)).status).toBe(200)
    await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${one}`)
  })

  it('of a Flink version that is not installed says on which it runs instead', async () => {
    const id = await runJob(world, { name: 'old-label', flink_version: '1.15' })
    const detail = await waitForStatus(world, id, 'job_running')
    expect(detail.status_desc).toMatch(/Flink 1\.15 was asked for; it runs on 1\.20\.0/)
    expect(detail.job_config).toMatchObject({ flink_version: '1.15' })
  })
})

describe('stopping a job', () => {
  it('that waits for a savepoint which does not come is ended by a stop without savepoint', async () => {
    const id = await runJob(world, { name: 'hanging' })
    await world.service.simulator.order(null, 'simulator.savepoint', 'never')
    const stop = (trigger_savepoint: boolean) =>
      world.call('batchStopFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id], trigger_savepoint })
    await stop(true)
    await waitForStatus(world, id, 'job_savepointing')
    await stop(true)
    expect(await waitForStatus(world, id, 'job_savepointing')).toMatchObject({ status_desc: '' })
    await stop(false)
    expect(await waitForStatus(world, id, 'job_cancel_success')).toMatchObject({ has_savepoint: false })
    await world.service.simulator.order(null, 'simulator.savepoint', 'works')
  })
})

describe('deleting a job', () => {
  it('works while it runs: from the next request on it is gone, and its name is free', async () => {
    const id = await runJob(world, { name: 'doomed' })
    const answer = await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${id}`)
    expect(answer).toEqual({ is_success: 'true', message: 'deleted' })
    expect(codeOf(await show(id))).toBe('DLI.16001')
    const list = await world.send('GET', '/v1.0/{p}/streaming/jobs?name=doomed')
    expect(list.body).toMatchObject({ job_list: { total_count: 0, jobs: [] } })
    expect(codeOf(await world.send('DELETE', `/v1.0/{p}/streaming/jobs/${id}`))).toBe('DLI.17001')
    await createJob(world, { name: 'doomed' })
  })
})

describe('a savepoint', () => {
  it('is taken of a running job and is shown afterwards', async () => {
    const id = await runJob(world, { name: 'saved', obs_bucket: 'bkt' })
    const path = `/v1.0/{p}/streaming/jobs/${id}/savepoint`
    await world.call('executeFlinkJobSavepoint', 'POST', path, { action: 'TRIGGER' })
    const detail = await waitForStatus(world, id, 'job_running')
    expect(detail).toMatchObject({ has_savepoint: true, savepoint_path: expect.any(String) })
  })

  it('is refused of a job that does not run, and for another action', async () => {
    const id = await createJob(world, { name: 'unsaved' })
    const path = `/v1.0/{p}/streaming/jobs/${id}/savepoint`
    expect(codeOf(await world.send('POST', path, { action: 'TRIGGER' }))).toBe('DLI.15002')
    for (const savepoint_path of ['../up', 'obs://', 'b/../../up', 'b/a\u0001', 5]) {
      const bad = await world.send('POST', path, { action: 'TRIGGER', savepoint_path })
      expect([codeOf(bad), messageOf(bad)]).toEqual(['DLI.0001', expect.stringContaining('savepoint_path')])
    }
    const other = await world.send('POST', path, { action: 'DROP' })
    expect([codeOf(other), messageOf(other)]).toEqual(['DLI.0001', expect.stringContaining('action')])
  })
})
