import { type Static, Type } from 'typebox'
import {
  type Job,
  type JobSettings,
  type JobView,
  kindOfType,
  type ResourceConfig,
  scalingOf,
} from '../../jobs/index.ts'
import { shownCheckpointPath } from '../../jobs/job-places.ts'
import { shownSlots } from '../../jobs/job-sizing.ts'
import type { Language } from '../../lib/errors.ts'
import { nullable } from './fields.ts'
import { JOB_TYPES } from './job-types.ts'
import { DLI_STATUSES, statusOf } from './status.ts'

/**
 * A Flink job as DLI's answers spell it: field by field with the JSON type, casing and nullability that clients decode
 * strictly. Nothing is left out, so that a client never sees a field come and go.
 */
const Spec = Type.Object({
  cpu: Type.Number({ description: 'Cores.' }),
  memory: Type.String({ description: 'Memory, as it was given, such as "4G".' }),
})

const text = Type.String()
const flag = Type.Boolean()
const count = Type.Integer()
const list = Type.Array(Type.String())
const millis = Type.Integer({ description: 'Milliseconds since 1970 UTC.' })

export const JobConfig = Type.Object({
  checkpoint_enabled: flag,
  checkpoint_mode: Type.Enum(['exactly_once', 'at_least_once']),
  checkpoint_interval: Type.Integer({ description: 'Seconds.' }),
  checkpoint_path: nullable(text),
  log_enabled: flag,
  obs_bucket: nullable(text),
  smn_topic: nullable(text),
  root_id: Type.Integer({ description: 'Always -1: there are no child jobs here.' }),
  edge_group_ids: nullable(Type.Array(Type.String(), { description: 'Edge groups of an edge job.' })),
  manager_cu_number: count,
  cu_number: count,
  parallel_number: count,
  executor_number: nullable(Type.Integer({ description: 'TaskManagers of the live run; null when nothing runs.' })),
  executor_cu_number: nullable(Type.Integer({ description: 'CUs per TaskManager of the live run.' })),
  restart_when_exception: flag,
  resume_checkpoint: flag,
  resume_max_num: Type.Integer({ description: 'Automatic restarts per hour; -1: unlimited.' }),
  idle_state_retention: Type.Integer({ description: 'Of an SQL job, as it was sent; 3600 when none was.' }),
  config_url: nullable(Type.String({ description: 'Of an SQL job, as it was sent.' })),
  udf_jar_url: nullable(Type.String({ description: 'Jar with the user functions of an SQL job.' })),
  dirty_data_strategy: nullable(
    Type.String({ description: '0 ignore, 1 fail the job, 2:bucket/directory save there. Null for a Jar job.' }),
  ),
  entrypoint: nullable(text),
  dependency_jars: nullable(list),
  dependency_files: nullable(list),
  runtime_config: nullable(Type.String({ description: 'Unchanged as it was sent.' })),
  flink_log_config: nullable(Type.String({ description: 'Unchanged as it was sent.' })),
  graph_editor_enabled: flag,
  graph_editor_data: nullable(Type.String({ description: 'Of an SQL job, as it was sent; else empty.' })),
  tm_cus: count,
  tm_slot_num: Type.Integer({ description: 'At least 1.' }),
  image: nullable(text),
  feature: text,
  flink_version: nullable(text),
  operator_config: nullable(
    Type.String({ description: 'JSON text as it was sent; empty when none was; null for a Jar job.' }),
  ),
  static_estimator_config: nullable(Type.String({ description: 'In the same way.' })),
  real_cu_number: Type.Integer({
    description: 'CUs that its JobManager and TaskManagers come to; 0: the same as cu_number.',
  }),
  execution_agency_urn: nullable(text),
  resource_config_version: Type.Enum(['v1', 'v2']),
  resource_config: Type.Object({
    max_slot: count,
    parallel_number: count,
    jobmanager_resource_spec: Spec,
    taskmanager_resource_spec: Spec,
  }),
  auto_scaling_enable: Type.Boolean({
    description: 'flink.dli.job.scale.enable of runtime_config. Stored and answered: a job keeps its size.',
  }),
  auto_scaling_interval: nullable(
    Type.Integer({ description: 'flink.dli.job.scale.interval of runtime_config, minutes; null without scaling.' }),
  ),
  max_parallelism: nullable(
    Type.Integer({
      description: 'What flink.dli.job.cu.max of runtime_config allows: 4 per compute CU; null without scaling.',
    }),
  ),
})

const shared = {
  job_id: Type.Integer(),
  name: text,
  desc: text,
  user_name: text,
  job_type: Type.Enum(JOB_TYPES),
  status: Type.Enum(DLI_STATUSES),
  status_desc: Type.String({ description: 'Empty when all is well; else the cause and what to do.' }),
  create_time: millis,
  duration: Type.Integer({ description: 'Milliseconds from the start of the last run to its end, or to now.' }),
  root_id: Type.Integer(),
  graph_editor_enabled: flag,
  has_savepoint: flag,
  queue_name: nullable(text),
  edge_group_ids: nullable(list),
  restart_times: Type.Integer({ description: 'Automatic restarts.' }),
  savepoint_path: nullable(Type.String({ description: 'Where the latest savepoint is: bucket/directory.' })),
}

export const JobItem = Type.Object({
  ...shared,
  username: text,
  start_time: Type.Integer({ description: 'Milliseconds since 1970 UTC; 0: never started.' }),
})

const detailOnly = {
  update_time: nullable(count),
  user_id: text,
  project_id: text,
  sql_body: Type.String({ description: 'Text of an SQL job; empty for a Jar job.' }),
  run_mode: Type.Enum(['shared_cluster', 'exclusive_cluster', 'edge_node'], {
    description: 'exclusive_cluster for a Jar job.',
  }),
  main_class: nullable(text),
  entrypoint_args: nullable(text),
  execution_graph: nullable(text),
  feature: nullable(text),
  flink_version: nullable(text),
  image: nullable(text),
  job_config: JobConfig,
}

export const JobDetail = Type.Object({ ...shared, start_time: nullable(count), ...detailOnly })

/** An item of the list with show_detail: both sets of fields. */
export const DetailedJobItem = Type.Object({ ...JobItem.properties, ...detailOnly })

/** What the moment and the asker add to a job. */
export type Reading = Readonly<{ language: Language; now: Date }>

export function toJobItem(view: JobView, reading: Reading): Static<typeof JobItem> {
  return { ...toShared(view, reading), username: view.ownerName, start_time: view.job.startedAt?.getTime() ?? 0 }
}

export function toDetailedJobItem(view: JobView, reading: Reading): Static<typeof DetailedJobItem> {
  return { ...toJobItem(view, reading), ...toDetailOnly(view) }
}

export function toJobDetail(view: JobView, reading: Reading): Static<typeof JobDetail> {
  const startTime = view.job.startedAt?.getTime() ?? null
  return { ...toShared(view, reading), start_time: startTime, ...toDetailOnly(view) }
}

function toShared(view: JobView, { language, now }: Reading) {
  const { job, latestSavepoint } = view
  return {
    job_id: job.id,
    name: job.name,
    desc: job.description,
    user_name: view.ownerName,
    job_type: job.type,
    status: statusOf(view),
    status_desc: [job.status, job.condition]
      .map((texts) => texts[language])
      .filter(Boolean)
      .join(' '),
    create_time: job.createdAt.getTime(),
    duration: durationMs(job, now),
    root_id: NO_ROOT,
    graph_editor_enabled: job.settings.graphEditorEnabled,
    has_savepoint: latestSavepoint !== null,
    queue_name: job.queueName,
    edge_group_ids: toList(job.settings.edgeGroupIds),
    restart_times: job.restartTimes,
    savepoint_path: latestSavepoint?.path ?? null,
  }
}

/** Of the last run. An end before the start belongs to the run before. */
function durationMs({ startedAt, endedAt }: Job, now: Date): number {
  if (startedAt === null) return 0
  const end = endedAt !== null && endedAt >= startedAt ? endedAt : now
  return Math.max(0, end.getTime() - startedAt.getTime())
}

function toDetailOnly(view: JobView) {
  const { job } = view
  const { settings } = job
  return {
    update_time: job.updatedAt.getTime(),
    user_id: job.ownerId,
    project_id: job.projectId,
    sql_body: view.sqlBody,
    run_mode: settings.runMode,
    main_class: settings.mainClass,
    entrypoint_args: settings.entrypointArgs,
    execution_graph: job.executionGraph,
    feature: settings.feature ?? 'basic',
    flink_version: settings.flinkVersion,
    image: settings.image,
    job_config: toJobConfig(view),
  }
}

function toJobConfig(view: JobView): Static<typeof JobConfig> {
  const { settings } = view.job
  return {
    ...toStorageConfig(view.job),
    ...toSizeConfig(view),
    ...toProgramConfig(settings),
    ...toSqlConfig(view.job),
    ...toScalingConfig(settings),
    root_id: NO_ROOT,
    restart_when_exception: settings.restartWhenException,
    resume_checkpoint: settings.resumeCheckpoint,
    resume_max_num: settings.resumeMaxNum,
    execution_agency_urn: settings.executionAgencyUrn,
  }
}

function toStorageConfig(job: Job) {
  const { settings } = job
  return {
    checkpoint_enabled: settings.checkpointEnabled,
    checkpoint_mode: settings.checkpointMode,
    checkpoint_interval: settings.checkpointIntervalSeconds,
    checkpoint_path: shownCheckpointPath(job),
    log_enabled: settings.logEnabled,
    obs_bucket: settings.obsBucket,
    smn_topic: settings.smnTopic,
  }
}

function toSizeConfig({ job, sizing, isLive }: JobView) {
  const { settings } = job
  return {
    manager_cu_number: settings.managerCuNumber,
    cu_number: settings.cuNumber,
    parallel_number: settings.parallelNumber,
    executor_number: isLive ? sizing.taskManagers : null,
    executor_cu_number: isLive ? sizing.taskManagerCus : null,
    tm_cus: settings.tmCus,
    tm_slot_num: shownSlots(settings),
    real_cu_number: sizing.realCuCount === settings.cuNumber ? 0 : sizing.realCuCount,
    resource_config_version: settings.resourceConfigVersion,
    resource_config: toResourceConfig(settings.resourceConfig),
  }
}

function toResourceConfig(config: ResourceConfig) {
  return {
    max_slot: config.maxSlot,
    parallel_number: config.parallelNumber,
    jobmanager_resource_spec: { ...config.jobManager },
    taskmanager_resource_spec: { ...config.taskManager },
  }
}

function toProgramConfig(settings: JobSettings) {
  return {
    entrypoint: settings.entrypoint,
    dependency_jars: toList(settings.dependencyJars),
    dependency_files: toList(settings.dependencyFiles),
    runtime_config: settings.runtimeConfig,
    flink_log_config: settings.flinkLogConfig,
    feature: settings.feature ?? 'basic',
    flink_version: settings.flinkVersion,
    image: settings.image,
  }
}

/** Of a Jar job most of it is null; an SQL job has texts and the defaults of SQL jobs. */
function toSqlConfig({ type, settings }: Job) {
  const isSql = kindOfType(type) === 'sql'
  return {
    edge_group_ids: toList(settings.edgeGroupIds),
    idle_state_retention: settings.idleStateRetentionSeconds ?? IDLE_STATE_RETENTION_SECONDS,
    config_url: settings.configUrl,
    udf_jar_url: settings.udfJarUrl,
    dirty_data_strategy: settings.dirtyDataStrategy ?? (isSql ? '0' : null),
    graph_editor_enabled: settings.graphEditorEnabled,
    graph_editor_data: settings.graphEditorData ?? '',
    operator_config: settings.operatorConfig ?? (isSql ? '' : null),
    static_estimator_config: settings.staticEstimatorConfig ?? (isSql ? '' : null),
  }
}

function toScalingConfig(settings: JobSettings) {
  const scaling = scalingOf(settings)
  return {
    auto_scaling_enable: scaling !== null,
    auto_scaling_interval: scaling?.intervalMinutes ?? null,
    max_parallelism: scaling?.maxParallelism ?? null,
  }
}

const IDLE_STATE_RETENTION_SECONDS = 3600
/** Only edge jobs have children. */
const NO_ROOT = -1

function toList(texts: readonly string[] | null): string[] | null {
  return texts && [...texts]
}
