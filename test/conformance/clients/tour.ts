/** One life with everything a client does, for each client the same: every operation, real jobs, every answer looked at. */
import { isDeepStrictEqual } from 'node:util'
import { DLI_OPERATIONS } from '../../../src/http/dli/operations.ts'
import { eventually } from '../../support/clusters.ts'
import { checkAnswer } from '../../support/wire-check.ts'
import type { Fields, VendorAnswer, VendorClient } from './vendor-clients.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a program would read them
type Body = any

/** A client that is held to the contract, and what it has called. */
export type Traveller = Readonly<{
  client: VendorClient
  /** Operations that succeeded, in the order of the list. */
  called(): string[]
  /** Calls and wants success, the types of the table, and that the client read what was sent. */
  call(operation: string, fields?: Fields): Promise<Body>
  /** Calls and wants this refusal, read as such. */
  refused(operation: string, fields: Fields, status: number, code: string): Promise<void>
}>

export function travel(client: VendorClient): Traveller {
  const called = new Set<string>()
  return {
    client,
    called: () => DLI_OPERATIONS.map(({ id }) => id as string).filter((id) => called.has(id)),
    async call(operation, fields = {}) {
      const answer = await client.call(operation, fields)
      checkAnswer(requestFor(operation), answer)
      if (answer.error) throw new Error(`${operation} is refused: ${JSON.stringify(answer.error)}`)
      const lost = misread(operation, answer)
      if (lost.length > 0) throw new Error(`the client read ${operation} otherwise: ${lost.join('; ')}`)
      called.add(operation)
      return answer.body
    },
    async refused(operation, fields, status, code) {
      const { error, ...answer } = await client.call(operation, fields)
      if (answer.status !== status || error?.code !== code || !error.message || !error.requestId) {
        throw new Error(`${operation} is answered ${answer.status} ${JSON.stringify(error)}, not ${status} ${code}`)
      }
    },
  }
}

function requestFor(operation: string) {
  const { method = '', path = '' } = DLI_OPERATIONS.find(({ id }) => id === operation) ?? {}
  return { method, path: path.replace(/:\w+/gu, 'x') }
}

/** The Python model of this answer has a boolean where the contract has a text; it reads both texts as True. */
const READ_AS_BOOLEAN = ['registerBucket.is_success']

/** Where the client's objects and the wire differ. Fields that its models do not have are not theirs to get wrong. */
function misread(operation: string, { body, read }: VendorAnswer): string[] {
  if (body === undefined) return []
  const isBare = Array.isArray(body) && !Array.isArray(read)
  return differences(operation, isBare ? { body } : body, read).filter(
    (line) => !READ_AS_BOOLEAN.some((known) => line.startsWith(known)),
  )
}

function differences(path: string, sent: Body, read: Body): string[] {
  if (typeof read !== 'object' || read === null || typeof sent !== 'object' || sent === null) {
    return isDeepStrictEqual(sent, read) || read === null
      ? []
      : [`${path}: ${JSON.stringify(sent)} as ${JSON.stringify(read)}`]
  }
  return Object.entries(read).flatMap(([name, value]) => differences(`${path}.${name}`, sent[name], value))
}

/** What a tour needs beside DLI. */
export type Grounds = Readonly<{
  /** Something that listens, as `host:port`. */
  address: string
  userName: string
  /** The name of another member of the project. */
  colleague: string
  putObject(path: string, content: string): Promise<void>
  /** A jar that can run, as `bucket/key`, and what of it. */
  jar: string
  program: Readonly<{ main_class: string; entrypoint_args: string }>
}>

const QUEUE = { queue_name: 'tour', queue_type: 'general', cu_count: 64, resource_mode: 1, charging_mode: 1 }
const TAG = { key: 'team', value: '流' }

export async function tour(traveller: Traveller, grounds: Grounds): Promise<void> {
  await projectSettings(traveller)
  await queues(traveller, grounds)
  await packages(traveller, grounds)
  await templatesAndVariables(traveller)
  const id = await definitions(traveller, grounds)
  await grants(traveller, grounds, id)
  await life(traveller, id)
  await scaling(traveller)
  await transfer(traveller)
  await tags(traveller, id)
  await ends(traveller, id)
}

async function projectSettings({ call, client }: Traveller): Promise<void> {
  if (client.has('listProjects')) await call('listProjects')
  await call('createDliAgency', { roles: ['obs_adm'] })
  await call('showDliAgency')
  await call('registerBucket', { obs_buckets: ['tour-bucket'] })
  await call('showQuota')
}

async function queues({ call, refused }: Traveller, { address }: Grounds): Promise<void> {
  await call('createQueue', { ...QUEUE, description: '队列', platform: 'x86_64', tags: [TAG] })
  await refused('createQueue', QUEUE, 400, 'DLI.0006')
  const { queues: listed } = await call('listQueues', { queue_type: 'general', 'with-priv': true })
  if (!listed.some((queue: Body) => queue.queue_name === 'tour')) throw new Error('the queue is not in the list')
  await call('showQueue', { queue_name: 'tour' })
  await call('updateQueueCidr', { queue_name: 'tour', cidr_in_vpc: '10.0.0.0/8' })
  const { task_id } = await call('createConnectivityTask', { queue_name: 'tour', address })
  await call('showConnectivityTask', { queue_name: 'tour', task_id: String(task_id) })
  await queueProperties(call)
}

/** Of a queue on which a job has run. */
async function scaling({ call }: Traveller): Promise<void> {
  await call('runQueueAction', { queue_name: 'tour', action: 'scale_out', cu_count: 16 })
  await eventually(
    () => call('showQueue', { queue_name: 'tour' }),
    (queue) => queue.cuCount === QUEUE.cu_count + 16,
  )
}

async function queueProperties(call: Traveller['call']): Promise<void> {
  await call('createQueue', { queue_name: 'tour_sql', queue_type: 'sql', cu_count: 16 })
  const queue_name = 'tour_sql'
  await call('createQueueProperty', { queue_name, properties: { 'job.maxConcurrent': 2 } })
  await call('updateQueueProperty', { queue_name, properties: { 'job.maxConcurrent': 3 } })
  await call('listQueueProperties', { queue_name, limit: 10, offset: 0 })
  await call('deleteQueueProperty', { queue_name, keys: ['job.maxConcurrent'] })
  await call('deleteQueue', { queue_name })
}

async function packages({ call, refused }: Traveller, { putObject, userName, jar }: Grounds): Promise<void> {
  await putObject('tour-bucket/read-me!.txt', 'text')
  const text = 'obs://tour-bucket/read-me!.txt'
  await call('uploadJobResources', { paths: [`obs://${jar}`], kind: 'jar', group: 'grp', tags: [TAG] })
  await call('uploadJobResources', { paths: [text], kind: 'file', is_async: false })
  await call('uploadJarJobResources', { paths: [`obs://${jar}`], group: 'jars' })
  await call('uploadPythonFileJobResources', { paths: [text], group: 'pyfiles' })
  await call('uploadFileJobResources', { paths: [text], group: 'files' })
  await call('listJobResources', { kind: 'jar' })
  await call('showJobResource', { resource_name: 'read-me!.txt', group: 'files' })
  await refused('showJobResource', { resource_name: 'no.jar' }, 404, 'DLI.0023')
  await call('updateJobResourceOwner', { new_owner: userName, group_name: 'files' })
  await call('deleteJobResource', { resource_name: 'read-me!.txt', group: 'pyfiles' })
}

async function templatesAndVariables({ call }: Traveller): Promise<void> {
  const { template } = await call('createFlinkSqlJobTemplate', { name: '模板', sql_body: 'select 1', tags: [TAG] })
  const { template_id } = template
  await call('updateFlinkSqlJobTemplate', { template_id, name: 'template', sql_body: 'select 2' })
  await call('listFlinkSqlJobTemplates', { name: 'templ', limit: 10, offset: 0 })
  await call('deleteFlinkSqlJobTemplate', { template_id })
  await call('createGlobalVariable', { var_name: 'rate', var_value: '3', is_sensitive: false })
  await call('updateGlobalVariable', { var_name: 'rate', var_value: '4' })
  await call('listGlobalVariables', { limit: 10, offset: 0 })
}

/** Answers the number of a Jar job that can run. */
async function definitions({ call, refused }: Traveller, { jar, program }: Grounds): Promise<number> {
  const sql = { name: 'tour_sql', sql_body: 'select 1', queue_name: 'tour', run_mode: 'exclusive_cluster' }
  const { job: sqlJob } = await call('createFlinkSqlJob', { ...sql, job_type: 'flink_opensource_sql_job' })
  await call('updateFlinkSqlJob', { job_id: sqlJob.job_id, sql_body: 'select 2', operator_config: '' })
  const jarJob = { ...JAR_JOB, ...program, entrypoint: `obs://${jar}` }
  const { job } = await call('createFlinkJarJob', jarJob)
  await refused('createFlinkJarJob', jarJob, 400, 'DLI.11004')
  await refused('showFlinkJob', { job_id: job.job_id + 1000 }, 400, 'DLI.16001')
  await call('updateFlinkJarJob', { job_id: job.job_id, desc: 'changed', restart_when_exception: true })
  return job.job_id
}

const JAR_JOB = {
  ...{ name: 'tour_jar', desc: '说明', queue_name: 'tour' },
  ...{ cu_number: 2, manager_cu_number: 1, parallel_number: 1, tm_cus: 1, tm_slot_num: 1, feature: 'basic' },
  ...{
    log_enabled: true,
    obs_bucket: 'tour-bucket',
    checkpoint_enabled: true,
    checkpoint_mode: 1,
    checkpoint_interval: 30,
  },
  ...{ restart_when_exception: false, resume_checkpoint: false, resume_max_num: -1, smn_topic: 'topic' },
  ...{ dependency_jars: ['grp/app.jar'], runtime_config: '{"pipeline.name":"tour"}', tags: [TAG] },
}

/** A colleague may see the job, and run on the queue, for a while. */
async function grants(
  { call, refused, client }: Traveller,
  { colleague: user_name }: Grounds,
  job_id: number,
): Promise<void> {
  const object = `jobs.flink.${job_id}`
  const shown = { user_name, privileges: [{ object, privileges: ['GET'] }] }
  await call('runAuthorizationAction', { ...shown, action: 'grant' })
  if (client.has('changeAuthorization')) await call('changeAuthorization', { ...shown, action: 'revoke' })
  await refused('runAuthorizationAction', { ...shown, user_name: 'nobody', action: 'grant' }, 400, 'DLI.0002')
  const queue = { queue_name: 'tour', user_name, action: 'grant', privileges: ['SUBMIT_JOB'] }
  await call('registerAuthorizedQueue', queue)
  const { privileges } = await call('listQueueUsers', { queue_name: 'tour' })
  if (!privileges.some((user: Body) => user.user_name === user_name)) throw new Error('the grant is not in the list')
  await call('listAuthorizationPrivileges', { object })
}

/** Runs, looks, saves, stops, and runs on from there. */
async function life({ call, refused }: Traveller, job_id: number): Promise<void> {
  await call('batchRunFlinkJobs', { job_ids: [job_id], resume_savepoint: false })
  await until(call, job_id, 'job_running')
  // It is shown once Flink has told of it, which may take a busy JobManager longer than a reader waits.
  await eventually(
    () => call('showFlinkJobExecutionGraph', { job_id }).catch((error: unknown) => String(error)),
    (graph) => typeof graph !== 'string',
  )
  await call('showFlinkMetric', { job_ids: [job_id] })
  const query = { job_type: 'flink_jar_job', limit: 10, name: 'tour', offset: 0, order: 'desc', status: 'job_running' }
  const { job_list } = await call('listFlinkJobs', { ...query, show_detail: true, tags: 'team=流' })
  if (job_list.jobs[0]?.job_config === undefined) throw new Error('the list comes without details')
  await call('executeFlinkJobSavepoint', {
    job_id: String(job_id),
    action: 'TRIGGER',
    savepoint_path: 'tour-bucket/sp',
  })
  await eventually(
    () => call('showFlinkJob', { job_id }),
    ({ job_detail }) => job_detail.has_savepoint && job_detail.status === 'job_running',
  )
  await call('batchStopFlinkJobs', { job_ids: [job_id], trigger_savepoint: true })
  const stopped = await until(call, job_id, 'job_cancel_success')
  await call('importFlinkJobSavepoint', { job_id: String(job_id), savepoint_path: stopped.savepoint_path })
  await call('batchRunFlinkJobs', { job_ids: [job_id], resume_savepoint: true })
  await until(call, job_id, 'job_running')
  await refused('updateFlinkJarJob', { job_id, name: 'other_name' }, 400, 'DLI.12003')
}

async function until(call: Traveller['call'], job_id: number, status: string): Promise<Body> {
  const read = async () => (await call('showFlinkJob', { job_id })).job_detail
  return eventually(read, (job) => job.status === status, 120_000)
}

/** A draft goes into an archive, is deleted, and comes back. */
async function transfer({ call }: Traveller): Promise<void> {
  const { job } = await call('createFlinkJarJob', { ...JAR_JOB, name: 'tour_draft' })
  const selected = { obs_dir: 'tour-bucket/out', is_selected: true, job_selected: [job.job_id] }
  const { zip_file } = await call('exportFlinkJobs', selected)
  await call('batchDeleteFlinkJobs', { job_ids: [job.job_id] })
  const { job_mapping } = await call('importFlinkJobs', { zip_file: zip_file[0], is_cover: false })
  await call('deleteFlinkJob', { job_id: job_mapping[0].new_job_id })
}

async function tags({ call, client }: Traveller, job_id: number): Promise<void> {
  const job = { resource_type: 'dli_flink_job', resource_id: String(job_id) }
  const more = [{ key: 'k', value: 'v' }]
  await call('batchCreateResourceTags', { ...job, tags: more })
  await call('showResourceTags', job)
  await call('showResourceTags', { resource_type: 'dli_package_resource', resource_id: 'grp#app.jar' })
  const wanted = { resource_type: 'dli_flink_job', tags: [{ key: 'k', values: ['v'] }] }
  await call('listResourcesByTags', { ...wanted, limit: 10, offset: 0 })
  await call('countResourcesByTags', wanted)
  if (client.has('listResourceTags')) await call('listResourceTags', { resource_type: 'dli_flink_job' })
  await call('batchDeleteResourceTags', { ...job, tags: more })
}

async function ends({ call, refused, client }: Traveller, job_id: number): Promise<void> {
  if (client.has('stopFlinkJob')) await call('stopFlinkJob', { job_id })
  await call('deleteFlinkJob', { job_id })
  await refused('showFlinkJob', { job_id }, 400, 'DLI.16001')
  await call('deleteGlobalVariable', { var_name: 'rate' })
}
