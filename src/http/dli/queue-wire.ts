import { type Static, Type } from 'typebox'
import type { Queue } from '../../queues/index.ts'
import { optional } from './fields.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

/**
 * A queue as DLI's answers spell it. The list is snake_case throughout; the single queue mixes in camelCase, so it
 * carries both forms. `resource_id` is never empty (clients take that for "deleted") and `feature` is there only when it
 * was given at creation (clients replace the queue otherwise).
 */
const text = Type.String()
const count = Type.Integer()
const versions = Type.Array(Type.String())

const shared = {
  queue_id: count,
  description: text,
  owner: text,
  create_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
  resource_id: Type.String({ description: 'UUID of the queue.' }),
  enterprise_project_id: text,
  resource_mode: Type.Integer({ description: '0: shared; 1: dedicated.' }),
  resource_type: text,
  queue_resource_type: text,
  cu_spec: Type.Integer({ description: 'CUs that the queue was created with.' }),
  cu_scale_out_limit: Type.Integer({ description: 'CUs up to which it can be scaled out.' }),
  cu_scale_in_limit: Type.Integer({ description: 'CUs down to which it can be scaled in.' }),
  elastic_resource_pool_name: text,
  support_spark_versions: versions,
  support_flink_sql_versions: versions,
  support_flink_jar_versions: versions,
  support_opensource_flink_versions: versions,
  support_hetu_engine_versions: versions,
  default_spark_version: text,
  default_flink_sql_version: text,
  default_flink_jar_version: text,
  default_hetu_engine_version: text,
}

const snake = { queue_name: text, queue_type: text, cu_count: count, charging_mode: count }

export const QueueItem = Type.Object({
  ...shared,
  ...snake,
  engine: text,
  used_cu: Type.Number({ description: 'CUs that jobs take now.' }),
  max_cu_count: count,
  cidr_in_vpc: text,
  cidr_in_mgntsubnet: text,
  cidr_in_subnet: text,
  platform: text,
  is_restarting: Type.Boolean(),
  labels: text,
  feature: optional(text),
  tags: Type.Array(Type.Object({ key: text, value: text })),
})

export const QueueDetail = Type.Object({
  is_success: SuccessBoolean,
  message: text,
  ...shared,
  ...snake,
  queueName: text,
  queueType: text,
  cuCount: count,
  chargingMode: count,
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
