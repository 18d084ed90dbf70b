import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMPTY_JAR } from '../support/empty-jar.ts'
import { createJob, putObject, readJob, startWorld, type World, waitForStatus } from './world.ts'

/**
 * The requests of the five documents, byte for byte: "Creating a Flink Jar job" (Chinese and English edition), "Updating a
 * Flink Jar job", "Querying job detail", "Creating and submitting a Flink job". The project is the one of the guide.
 */
const PROJECT = '48cc2c48765f481480c7db940d6409d1'

const CREATE_REST = `"desc": "job for test",
    "queue_name": "testQueue",
    "manager_cu_number": 1,
    "cu_number": 2,
    "parallel_number": 1,
    "tm_cus": 1,
    "tm_slot_num": 1,
    "log_enabled": true,
    "obs_bucket": "bucketName",
    "smn_topic": "topic",
    "main_class": "org.apache.flink.examples.streaming.JavaQueueStream",
    "restart_when_exception": false,
    "entrypoint": "javaQueueStream.jar",`

const DEPENDENCIES = `"dependency_jars": [
        "myGroup/test.jar",
        "myGroup/test1.jar"
    ],
    "dependency_files": [
        "myGroup/test.csv",
        "myGroup/test1.csv"
    ]
}`

const CREATE = `{
    "name": "test",
    ${CREATE_REST}
    "entrypoint_args":"-windowSize 2000 -rate3",
    ${DEPENDENCIES}`

const CREATE_ENGLISH = CREATE.replace('-rate3', '-rate 3')

const UPDATE = `{
    "name": "test1",
    "desc": "job for test",
    "job_type": "flink_jar_job",
    "queue_name": "testQueue",
    "manager_cu_number": 1,
    "cu_number": 2,
    "parallel_number": 1,
    "log_enabled": false,
    "main_class": "org.apache.flink.examples.streaming.JavaQueueStream",
    "restart_when_exception": false,
    "entrypoint": "FemaleInfoCollec.jar",
    ${DEPENDENCIES}`

const RUN = `{
    "job_ids": [131,130,138,137],
    "resume_savepoint": true
}`

/** The detail document's job; its answer has these values for it. */
const DETAIL_JOB = {
  name: 'jptest',
  queue_name: 'flinktest',
  entrypoint: 'FemaleInfoCollection.jar',
  dependency_jars: ['FemaleInfoCollection.jar', 'ObsBatchTest.jar'],
  dependency_files: ['FemaleInfoCollection.jar', 'ReadFromResource'],
}

const DETAIL_CONFIG = {
  checkpoint_enabled: false,
  checkpoint_interval: 10,
  checkpoint_mode: 'exactly_once',
  log_enabled: false,
  obs_bucket: null,
  root_id: -1,
  edge_group_ids: null,
  graph_editor_enabled: false,
  graph_editor_data: '',
  manager_cu_number: 1,
  executor_number: null,
  executor_cu_number: null,
  cu_number: 2,
  parallel_number: 1,
  smn_topic: null,
  restart_when_exception: false,
  idle_state_retention: 3600,
  config_url: null,
  udf_jar_url: null,
  dirty_data_strategy: null,
  entrypoint: 'FemaleInfoCollection.jar',
  dependency_jars: ['FemaleInfoCollection.jar', 'ObsBatchTest.jar'],
  dependency_files: ['FemaleInfoCollection.jar', 'ReadFromResource'],
}

let world: World

beforeAll(async () => {
  world = await startWorld({ environment: { HEADGATE_PROJECT_ID: PROJECT, HEADGATE_MAX_DRAFTS: '200' } })
  for (const queue_name of ['testQueue', 'flinktest']) {
    const queue = { queue_name, queue_type: 'general', cu_count: 16, resource_mode: 1 }
    await world.call('createQueue', 'POST', '/v1.0/{p}/queues', queue)
  }
  await upload(['test.jar', 'test1.jar', 'test.csv', 'test1.csv'], 'myGroup')
  const bare = [
    'javaQueueStream.jar',
    'FemaleInfoCollec.jar',
    'FemaleInfoCollection.jar',
    'ObsBatchTest.jar',
    'ReadFromResource',
  ]
  await upload(bare)
})

afterAll(() => world.stop())

async function upload(names: string[], group?: string): Promise<void> {
  for (const name of names) await putObject(world, `bucketName/${name}`, EMPTY_JAR)
  const request = { paths: names.map((name) => `obs://bucketName/${name}`), kind: 'file', group }
  const name = group ? 'uploadJobResources' : 'uploadJobResources without group'
  await world.call(name, 'POST', '/v2.0/{p}/resources', request)
}

describe('the documents’ requests, byte for byte', () => {
  it('create the job and answer as printed, but for the number and the type of is_success', async () => {
    const answer = await world.call('createFlinkJarJob', 'POST', '/v1.0/{p}/streaming/flink-jobs', CREATE)
    const { job } = answer as { job: { job_id: number } }
    expect(answer).toEqual({
      is_success: 'true',
      message: 'A Flink job is created successfully.',
      job: { job_id: job.job_id, status_name: 'job_init', status_desc: '' },
    })
    const detail = await readJob(world, job.job_id)
    expect(detail).toMatchObject({ name: 'test', desc: 'job for test', queue_name: 'testQueue', project_id: PROJECT })
    expect(detail.entrypoint_args).toBe('-windowSize 2000 -rate3')
    await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${job.job_id}`)
  })

  it('create it in Chinese, and from the English edition’s arguments', async () => {
    const chinese = { 'x-language': 'zh-cn' }
    const path = '/v1.0/{p}/streaming/flink-jobs'
    const answer = await world.call('createFlinkJarJob', 'POST', path, CREATE_ENGLISH, chinese)
    expect(answer.message).toBe('新建flink作业成功')
    const { job_id } = answer.job as { job_id: number }
    expect((await readJob(world, job_id)).entrypoint_args).toBe('-windowSize 2000 -rate 3')
    await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${job_id}`)
  })

  it('update it and answer as printed', async () => {
    const id = await createJob(world, { name: 'to_be_updated' })
    const path = `/v1.0/{p}/streaming/flink-jobs/${id}`
    const answer = await world.call('updateFlinkJarJob', 'PUT', path, UPDATE, { 'x-language': 'zh-cn' })
    expect(answer.message).toBe('更新flink作业成功')
    const detail = await readJob(world, id)
    expect(detail.name).toBe('test1')
    expect(detail.job_config).toMatchObject({
      entrypoint: 'FemaleInfoCollec.jar',
      dependency_files: ['myGroup/test.csv', 'myGroup/test1.csv'],
    })
  })

  it('show the job of the detail document with the values printed there', async () => {
    const id = await createJob(world, DETAIL_JOB)
    const path = `/v1.0/{p}/streaming/jobs/${id}`
    const answer = await world.call('showFlinkJob', 'GET', path, undefined, { 'x-language': 'zh-cn' })
    expect(answer.message).toBe('作业详情查询成功')
    expect(answer.job_detail).toMatchObject({
      job_id: id,
      queue_name: 'flinktest',
      name: 'jptest',
      desc: '',
      sql_body: '',
      run_mode: 'exclusive_cluster',
      job_type: 'flink_jar_job',
      job_config: DETAIL_CONFIG,
      main_class: null,
      entrypoint_args: null,
      execution_graph: null,
      status: 'job_init',
      status_desc: '',
      start_time: null,
    })
    const english = await world.call('showFlinkJob', 'GET', path)
    expect(english.message).toBe('The job information query succeeds.')
  })

  it('run the four jobs of the guide, and every one answers "true"', async () => {
    const runnable = { queue_name: 'testQueue', entrypoint: 'javaQueueStream.jar', main_class: 'a.B' }
    for (let highest = 0; highest < 138; ) {
      const names = Array.from({ length: 20 }, (_, index) => `job_${highest}_${index}`)
      highest = Math.max(...(await Promise.all(names.map((name) => createJob(world, { name, ...runnable })))))
    }
    const answer = await world.call('batchRunFlinkJobs', 'POST', '/v1.0/{p}/streaming/jobs/run', RUN)
    const item = { is_success: 'true', message: 'The request for submitting DLI jobs is delivered successfully.' }
    expect(answer).toEqual([item, item, item, item])
    for (const id of [131, 130, 138, 137]) await waitForStatus(world, id, 'job_running')
  })
})
