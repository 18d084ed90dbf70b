import { type Static, Type } from 'typebox'
import type { Queue } from '../../queues/index.ts'
import { optional } from './fields.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

/**
 * A queue as DLI's answers spell it. The list is snake_case throughout; the single queue mixes in camelCase, so it
 * carries both forms. `resource_id` is never empty (clients take that for "deleted") and `feature` is there only when it
 * was given at creation (clients replace the queue otherwise).
 */
const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ description })
const versions = (of: string) => Type.Array(Type.String(), { description: `Versions of ${of} that jobs may ask for.` })
const version = (of: string) => text(`Version of ${of} of jobs that ask for none; empty: none.`)

const shared = {
  queue_id: count('Number of the queue.'),
  description: text('Empty when none was given.'),
  owner: text('Name of the user who created it.'),
  create_time: count('Milliseconds since 1970 UTC.'),
  resource_id: text('UUID of the queue; never empty.'),
  enterprise_project_id: text('"0" unless given at creation.'),
  resource_mode: count('0: shared; 1: dedicated.'),
  resource_type: text('Always vm; the same as queue_resource_type.'),
  queue_resource_type: text('Always vm.'),
  cu_spec: count('CUs that the queue was created with.'),
  cu_scale_out_limit: count('CUs up to which it can be scaled out.'),
  cu_scale_in_limit: count('CUs down to which it can be scaled in.'),
  elastic_resource_pool_name: text('Empty when none was given.'),
  support_spark_versions: versions('Spark'),
  support_flink_sql_versions: versions("DLI's own Flink SQL"),
  support_flink_jar_versions: versions('Flink'),
  support_opensource_flink_versions: versions('Flink'),
  support_hetu_engine_versions: versions('HetuEngine'),
  default_spark_version: version('Spark'),
  default_flink_sql_version: version("DLI's own Flink SQL"),
  default_flink_jar_version: version('Flink'),
  default_hetu_engine_version: version('HetuEngine'),
}

const snake = {
  queue_name: text('Lower case.'),
  queue_type: text('sql or general.'),
  cu_count: count('CUs of the queue.'),
  charging_mode: count('1: per CU and hour. Nothing is charged here.'),
}

export const QueueItem = Type.Object({
  ...shared,
  ...snake,
  engine: text('spark or hetuEngine; empty on a general queue.'),
  used_cu: Type.Number({ description: 'CUs that jobs take now.' }),
  max_cu_count: count('The same as cu_count.'),
  cidr_in_vpc: text('Address range of the queue. Stored only: jobs use the network of the machine.'),
  cidr_in_mgntsubnet: text('Always 172.24.128.0/18.'),
  cidr_in_subnet: text('Always 172.24.0.0/18.'),
  platform: text('As given at creation.'),
  is_restarting: Type.Boolean({ description: 'Always false: a restart is over at once.' }),
  labels: text('Labels given at creation, separated by commas.'),
  feature: optional(text('Only there when it was given at creation.')),
  tags: Type.Array(Type.Object({ key: text('Key of the tag.'), value: text('Value of the tag.') })),
})

export const QueueDetail = Type.Object({
  is_success: SuccessBoolean,
  message: text('Empty on success.'),
  ...shared,
  ...snake,
  queueName: text('The same as queue_name.'),
  queueType: text('The same as queue_type.'),
  cuCount: count('The same as cu_count.'),
  chargingMode: count('The same as charging_mode.'),
})

export function toQueueItem(queue: Queue, flinkVersions: readonly string[]): Static<typeof QueueItem> {
  return {
    ...toShared(queue, flinkVersions),
    ...toSnake(queue),
    engine: queue.engine ?? '',
    used_cu: queue.busyCus,
    max_cu_count: queue.cuCount,
    cidr_in_vpc: queue.cidrInVpc,
    cidr_in_mgntsubnet: '172.24.128.0/18',
    cidr_in_subnet: '172.24.0.0/18',
    platform: queue.platform,
    is_restarting: false,
    labels: queue.labels.join(','),
    ...(queue.feature === null ? {} : { feature: queue.feature }),
    tags: queue.tags.map(({ key, value }) => ({ key, value })),
  }
}

export function toQueueDetail(queue: Queue, flinkVersions: readonly string[]): Static<typeof QueueDetail> {
  const { queue_name, queue_type, cu_count, charging_mode } = toSnake(queue)
  return {
    is_success: SUCCESS,
    message: '',
    ...toShared(queue, flinkVersions),
    ...toSnake(queue),
    queueName: queue_name,
    queueType: queue_type,
    cuCount: cu_count,
    chargingMode: charging_mode,
  }
}

function toSnake(queue: Queue) {
  return {
    queue_name: queue.name,
    queue_type: queue.type,
    cu_count: queue.cuCount,
    charging_mode: queue.chargingMode,
  }
}

function toShared(queue: Queue, flinkVersions: readonly string[]) {
  return {
    queue_id: queue.id,
    description: queue.description,
    owner: queue.ownerName,
    create_time: queue.createdAt.getTime(),
    resource_id: queue.resourceId,
    enterprise_project_id: queue.enterpriseProjectId,
    resource_mode: queue.resourceMode,
    resource_type: 'vm',
    queue_resource_type: 'vm',
    cu_spec: queue.cuSpec,
    cu_scale_out_limit: queue.scaling.max,
    cu_scale_in_limit: queue.scaling.min,
    elastic_resource_pool_name: queue.elasticResourcePoolName ?? '',
    ...toVersions(flinkVersions),
  }
}

/** Jobs run on Flink only; SQL jobs come later. */
function toVersions(flinkVersions: readonly string[]) {
  return {
    support_spark_versions: [],
    support_flink_sql_versions: [],
    support_flink_jar_versions: [...flinkVersions],
    support_opensource_flink_versions: [...flinkVersions],
    support_hetu_engine_versions: [],
    default_spark_version: '',
    default_flink_sql_version: '',
    default_flink_jar_version: flinkVersions.find((version) => version.startsWith('1.')) ?? flinkVersions[0] ?? '',
    default_hetu_engine_version: '',
  }
}
