import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMPTY_JAR } from '../support/empty-jar.ts'
import { CREATE, CREATE_ENGLISH, DETAIL_JOB, PRINTED, PROJECT, RUN, SCALING_JOB, UPDATE } from './document-examples.ts'
import { documentsPage, type Example, unexplained } from './document-page.ts'
import { createJob, putObject, readJob, startWorld, type World, waitForStatus } from './world.ts'

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

const JOBS = '/v1.0/{p}/streaming/jobs'
const FLINK_JOBS = '/v1.0/{p}/streaming/flink-jobs'
const CHINESE = { 'x-language': 'zh-cn' }

const examples: Example[] = []

/** Notes how an answer compares with the printed one, and wants a reason for each difference. */
function compare(document: string, printed: unknown, answered: unknown): void {
  const example = { document, printed, answered }
  examples.push(example)
  expect(unexplained(example)).toEqual([])
}

describe('the documents’ requests, byte for byte', () => {
  it('create the job and answer as printed', async () => {
    const cases = [
      ['Creating a Flink Jar job, Chinese edition', CREATE, CHINESE, PRINTED.created, '-windowSize 2000 -rate3'],
      [
        'Creating a Flink Jar job, English edition',
        CREATE_ENGLISH,
        {},
        PRINTED.createdInEnglish,
        '-windowSize 2000 -rate 3',
      ],
      ['Creating and submitting a Flink job: create', CREATE, {}, PRINTED.createdInEnglish, '-windowSize 2000 -rate3'],
    ] as const
    for (const [document, request, headers, printed, args] of cases) {
      const answer = await world.call('createFlinkJarJob', 'POST', FLINK_JOBS, request, headers)
      compare(document, printed, answer)
      const { job_id } = answer.job as { job_id: number }
      const detail = await readJob(world, job_id)
      expect(detail).toMatchObject({
        name: 'test',
        queue_name: 'testQueue',
        project_id: PROJECT,
        entrypoint_args: args,
      })
      await world.call('deleteFlinkJob', 'DELETE', `${JOBS}/${job_id}`)
    }
  })

  it('update it and answer as printed', async () => {
    const id = await createJob(world, { name: 'to_be_updated' })
    const answer = await world.call('updateFlinkJarJob', 'PUT', `${FLINK_JOBS}/${id}`, UPDATE, CHINESE)
    compare('Updating a Flink Jar job', PRINTED.updated, answer)
    const detail = await readJob(world, id)
    expect(detail.name).toBe('test1')
    expect(detail.job_config).toMatchObject({
      entrypoint: 'FemaleInfoCollec.jar',
      dependency_files: ['myGroup/test.csv', 'myGroup/test1.csv'],
    })
  })

  it('show the jobs of the detail document as printed', async () => {
    const jar = await createJob(world, DETAIL_JOB)
    const shown = await world.call('showFlinkJob', 'GET', `${JOBS}/${jar}`, undefined, CHINESE)
    compare('Querying job detail', PRINTED.shown, shown)
    const { job } = await world.call<{ job: { job_id: number } }>(
      'createFlinkSqlJob',
      'POST',
      '/v1.0/{p}/streaming/sql-jobs',
      SCALING_JOB,
    )
    const scaling = await world.call('showFlinkJob', 'GET', `${JOBS}/${job.job_id}`)
    compare('Querying job detail: scaling', PRINTED.shownScaling, scaling)
  })

  it('run the four jobs of the guide and answer as printed', async () => {
    const runnable = { queue_name: 'testQueue', entrypoint: 'javaQueueStream.jar', main_class: 'a.B' }
    for (let highest = 0; highest < 138; ) {
      const names = Array.from({ length: 20 }, (_, index) => `job_${highest}_${index}`)
      highest = Math.max(...(await Promise.all(names.map((name) => createJob(world, { name, ...runnable })))))
    }
    const answer = await world.call('batchRunFlinkJobs', 'POST', `${JOBS}/run`, RUN)
    compare('Creating and submitting a Flink job: run', PRINTED.submitted, answer)
    for (const id of [131, 130, 138, 137]) await waitForStatus(world, id, 'job_running')
  })
})

describe('api/documents.md', () => {
  it('lists every difference with its reason', async () => {
    await expect(documentsPage(examples)).toMatchFileSnapshot('../../api/documents.md')
  })
})
