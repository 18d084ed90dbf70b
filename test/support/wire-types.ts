/**
 * The JSON types of answers, written by hand from the vendor's documents: operation × field → type, nullability, casing.
 * The vendor's own models accept any type, so they alone prove little; this table is what strict clients decode by.
 * Nothing here is made from the sources of the service.
 */
type Kind =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'the text "true"'
  | 'the text "true" or "false"'
  | 'true'
  | 'anything'
  | 'nothing'

export type Shape =
  | Readonly<{ kind: Kind; nullable?: boolean }>
  | Readonly<{ each: Shape; nullable?: boolean }>
  | Readonly<{ fields: Readonly<Record<string, Shape>>; optional?: readonly string[] }>

const text: Shape = { kind: 'text' }
const integer: Shape = { kind: 'integer' }
const float: Shape = { kind: 'number' }
const flag: Shape = { kind: 'boolean' }
const yes: Shape = { kind: 'the text "true"' }
const textFlag: Shape = { kind: 'the text "true" or "false"' }
const yesFlag: Shape = { kind: 'true' }
const anything: Shape = { kind: 'anything' }
/** No body. */
const nothing: Shape = { kind: 'nothing' }
const orNull = (kind: 'text' | 'integer'): Shape => ({ kind, nullable: true })
const each = (shape: Shape): Shape => ({ each: shape })
const textsOrNull: Shape = { each: text, nullable: true }
const record = (fields: Record<string, Shape>, optional: readonly string[] = []): Shape => ({ fields, optional })

const resourceSpec = record({ cpu: float, memory: text })

const jobConfig = record({
  checkpoint_enabled: flag,
  checkpoint_mode: text,
  checkpoint_interval: integer,
  log_enabled: flag,
  obs_bucket: orNull('text'),
  smn_topic: orNull('text'),
  root_id: integer,
  edge_group_ids: textsOrNull,
  manager_cu_number: integer,
  cu_number: integer,
  parallel_number: integer,
  executor_number: orNull('integer'),
  executor_cu_number: orNull('integer'),
  restart_when_exception: flag,
  resume_checkpoint: flag,
  resume_max_num: integer,
  checkpoint_path: orNull('text'),
  idle_state_retention: integer,
  config_url: orNull('text'),
  udf_jar_url: orNull('text'),
  dirty_data_strategy: orNull('text'),
  entrypoint: orNull('text'),
  dependency_jars: textsOrNull,
  dependency_files: textsOrNull,
  runtime_config: orNull('text'),
  flink_log_config: orNull('text'),
  graph_editor_enabled: flag,
  graph_editor_data: orNull('text'),
  tm_cus: integer,
  tm_slot_num: integer,
  image: orNull('text'),
  feature: text,
  flink_version: orNull('text'),
  operator_config: orNull('text'),
  static_estimator_config: orNull('text'),
  real_cu_number: integer,
  execution_agency_urn: orNull('text'),
  resource_config_version: text,
  resource_config: record({
    max_slot: integer,
    parallel_number: integer,
    jobmanager_resource_spec: resourceSpec,
    taskmanager_resource_spec: resourceSpec,
  }),
  auto_scaling_enable: flag,
  auto_scaling_interval: orNull('integer'),
  max_parallelism: orNull('integer'),
})

const shortJob = {
  job_id: integer,
  name: text,
  desc: text,
  user_name: text,
  job_type: text,
  status: text,
  status_desc: text,
  create_time: integer,
  duration: integer,
  root_id: integer,
  graph_editor_enabled: flag,
  has_savepoint: flag,
  queue_name: orNull('text'),
  edge_group_ids: textsOrNull,
  restart_times: integer,
  savepoint_path: orNull('text'),
}

const longJob = {
  update_time: integer,
  user_id: text,
  project_id: text,
  sql_body: text,
  run_mode: text,
  main_class: orNull('text'),
  entrypoint_args: orNull('text'),
  execution_graph: orNull('text'),
  feature: orNull('text'),
  flink_version: orNull('text'),
  image: orNull('text'),
  job_config: jobConfig,
}

const listedJob = { ...shortJob, username: text, start_time: integer }

const jobList = (job: Shape): Shape =>
  record({ is_success: yes, message: text, job_list: record({ total_count: integer, jobs: each(job) }) })

const batch = each(record({ is_success: textFlag, message: text }))
const batchForGo = each(record({ is_success: flag, message: text }))

const done = record({ is_success: yesFlag, message: text })
const counter = record({ name: text, records: integer, corrupted_records: integer })

const tags = each(record({ key: text, value: text }))

const sharedQueue = {
  queue_id: integer,
  description: text,
  owner: text,
  create_time: integer,
  resource_id: text,
  enterprise_project_id: text,
  resource_mode: integer,
  resource_type: text,
  queue_resource_type: text,
  cu_spec: integer,
  cu_scale_out_limit: integer,
  cu_scale_in_limit: integer,
  elastic_resource_pool_name: text,
  support_spark_versions: each(text),
  support_flink_sql_versions: each(text),
  support_flink_jar_versions: each(text),
  support_opensource_flink_versions: each(text),
  support_hetu_engine_versions: each(text),
  default_spark_version: text,
  default_flink_sql_version: text,
  default_flink_jar_version: text,
  default_hetu_engine_version: text,
  queue_name: text,
  queue_type: text,
  cu_count: integer,
  charging_mode: integer,
}

const listedQueue = record(
  {
    ...sharedQueue,
    engine: text,
    used_cu: float,
    max_cu_count: integer,
    cidr_in_vpc: text,
    cidr_in_mgntsubnet: text,
    cidr_in_subnet: text,
    platform: text,
    is_restarting: flag,
    labels: text,
    feature: text,
    tags,
  },
  ['feature'],
)

const shownPackage = {
  create_time: integer,
  update_time: integer,
  resource_type: text,
  resource_name: text,
  status: text,
  underlying_name: text,
}
const listedPackage = record({ ...shownPackage, owner: text, status_desc: text }, ['status_desc'])
const packageDetails = each(record({ ...shownPackage, is_async: flag, status_desc: text }, ['status_desc']))

const group = {
  group_name: text,
  status: text,
  resources: each(text),
  details: packageDetails,
  create_time: integer,
  update_time: integer,
  is_async: flag,
  owner: text,
}
const { group_name: _none, ...withoutName } = group

const moduleOfPackages = record({
  module_name: text,
  module_type: text,
  status: text,
  resources: each(text),
  description: text,
  create_time: integer,
  update_time: integer,
})

const uploadByKind = record({ ...group, description: text, module_name: text, module_type: text })

const named = record({ id: text, name: text })
const namedInDomain = record({ id: text, name: text, domain: named })
const token = record({
  token: record(
    {
      methods: each(text),
      expires_at: text,
      issued_at: text,
      user: record({ id: text, name: text, domain: named, password_expires_at: text }),
      project: namedInDomain,
      domain: named,
      roles: each(named),
      catalog: each(
        record({
          id: text,
          name: text,
          type: text,
          endpoints: each(record({ id: text, interface: text, region: text, region_id: text, url: text })),
        }),
      ),
    },
    ['project', 'domain', 'catalog'],
  ),
})

export const WIRE_TYPES = {
  createFlinkJarJob: record({
    is_success: yes,
    message: text,
    job: record({ job_id: integer, status_name: text, status_desc: text }),
  }),
  updateFlinkJarJob: record({ is_success: yes, message: text, job: record({ update_time: integer }) }),
  createFlinkSqlJob: record({
    is_success: yes,
    message: text,
    job: record({ job_id: integer, status_name: text, status_desc: text }),
  }),
  updateFlinkSqlJob: record({ is_success: yes, message: text, job: record({ update_time: integer }) }),
  listFlinkJobs: jobList(record(listedJob)),
  'listFlinkJobs with details': jobList(record({ ...listedJob, ...longJob })),
  showFlinkJob: record({
    is_success: yes,
    message: text,
    job_detail: record({ ...shortJob, start_time: orNull('integer'), ...longJob }),
  }),
  showFlinkJobExecutionGraph: record({ is_success: yes, message: text, execute_graph: anything }),
  showFlinkMetric: record({
    is_success: yesFlag,
    message: text,
    metrics: record({
      jobs: each(
        record({
          job_id: integer,
          metrics: record({
            sources: each(counter),
            sinks: each(counter),
            total_read_rate: float,
            total_write_rate: float,
          }),
        }),
      ),
    }),
  }),
  batchRunFlinkJobs: batch,
  batchStopFlinkJobs: batch,
  stopFlinkJob: batch,
  batchDeleteFlinkJobs: batch,
  'batchRunFlinkJobs for the Go SDK': batchForGo,
  'batchStopFlinkJobs for the Go SDK': batchForGo,
  'stopFlinkJob for the Go SDK': batchForGo,
  'batchDeleteFlinkJobs for the Go SDK': batchForGo,
  'deleteFlinkJob for the Go SDK': done,
  'executeFlinkJobSavepoint for the Go SDK': done,
  'importFlinkJobSavepoint for the Go SDK': done,
  'registerBucket for the Go SDK': done,
  batchCreateResourceTags: nothing,
  batchDeleteResourceTags: nothing,
  deleteJobResource: nothing,
  deleteFlinkJob: record({ is_success: yes, message: text }),
  exportFlinkJobs: record({ is_success: yes, message: text, zip_file: each(text) }),
  importFlinkJobs: record({
    is_success: yes,
    message: text,
    job_mapping: each(record({ old_job_id: integer, new_job_id: integer, remark: text })),
  }),
  executeFlinkJobSavepoint: record({ is_success: yes, message: text }),
  showDliAgency: record({ is_success: yesFlag, message: text, version: text, current_roles: each(text) }),
  createDliAgency: done,
  importFlinkJobSavepoint: record({ is_success: yes, message: text }),
  registerBucket: record({ is_success: yes, message: text }),
  runAuthorizationAction: record({ is_success: yesFlag, message: text }),
  changeAuthorization: record({ is_success: yesFlag, message: text }),
  registerAuthorizedQueue: record({ is_success: yesFlag, message: text }),
  listQueueUsers: record({
    is_success: yesFlag,
    message: text,
    queue_name: text,
    privileges: each(record({ is_admin: flag, user_name: text, privileges: each(text) })),
    count: integer,
  }),
  listAuthorizationPrivileges: record({
    is_success: yesFlag,
    message: text,
    object_name: text,
    object_type: text,
    count: integer,
    privileges: each(record({ object: text, is_admin: flag, user_name: text, privileges: each(text) })),
  }),
  showResourceTags: record({ tags, count: integer }),
  listResourceTags: record({ tags: each(record({ key: text, values: each(text) })), count: integer }),
  listResourcesByTags: record({
    resources: each(record({ resource_id: text, resource_name: text, resource_detail: orNull('text'), tags })),
    total_count: integer,
  }),
  countResourcesByTags: record({ total_count: integer }),
  showQuota: record({
    is_success: yesFlag,
    quotas: record({
      resources: each(record({ type: text, min: integer, max: integer, quota: integer, used: integer })),
    }),
  }),
  createFlinkSqlJobTemplate: record({
    is_success: yesFlag,
    message: text,
    template: record({ template_id: integer, name: text, desc: text, create_time: integer, job_type: text }),
  }),
  listFlinkSqlJobTemplates: record({
    is_success: yesFlag,
    message: text,
    template_list: record({
      total_count: integer,
      templates: each(
        record({
          template_id: integer,
          name: text,
          desc: text,
          create_time: integer,
          update_time: integer,
          sql_body: text,
          job_type: text,
        }),
      ),
    }),
  }),
  updateFlinkSqlJobTemplate: record({ is_success: yesFlag, message: text }),
  deleteFlinkSqlJobTemplate: record({
    is_success: yesFlag,
    message: text,
    template: record({ template_id: integer }),
  }),
  createGlobalVariable: record({ is_success: yesFlag, message: text }),
  listGlobalVariables: record({
    is_success: yesFlag,
    message: text,
    count: integer,
    global_vars: each(
      record({
        id: integer,
        var_name: text,
        var_value: text,
        is_sensitive: flag,
        project_id: text,
        user_id: text,
        user_name: text,
        create_time: integer,
        update_time: integer,
      }),
    ),
  }),
  updateGlobalVariable: record({ is_success: yesFlag, message: text }),
  deleteGlobalVariable: record({ is_success: yesFlag, message: text }),
  createQueue: record({ is_success: yesFlag, message: text, queue_name: text }),
  listQueues: record({ is_success: yesFlag, message: text, queues: each(listedQueue) }),
  showQueue: record({
    is_success: yesFlag,
    message: text,
    ...sharedQueue,
    queueName: text,
    queueType: text,
    cuCount: integer,
    chargingMode: integer,
  }),
  deleteQueue: done,
  updateQueueCidr: done,
  createConnectivityTask: record({ is_success: yesFlag, message: text, task_id: integer }),
  showConnectivityTask: record({ is_success: yesFlag, message: text, connectivity: text }),
  runQueueAction: done,
  'runQueueAction, forced': record({ is_success: yesFlag, message: text, job_id: text }),
  'runQueueAction, scaling': record({ queue_name: text, result: yesFlag }),
  listQueueProperties: record({
    is_success: yesFlag,
    message: text,
    properties: each(record({ key: text, value: text })),
  }),
  createQueueProperty: done,
  updateQueueProperty: done,
  deleteQueueProperty: done,
  uploadJobResources: record(group),
  'uploadJobResources without group': record({ ...withoutName, resource_names: each(text) }),
  uploadJarJobResources: uploadByKind,
  uploadPythonFileJobResources: uploadByKind,
  uploadFileJobResources: uploadByKind,
  listJobResources: record({
    resources: each(listedPackage),
    modules: each(moduleOfPackages),
    groups: each(record(group)),
    total: integer,
  }),
  showJobResource: listedPackage,
  updateJobResourceOwner: done,
  createToken: token,
  showToken: token,
  listProjects: record({
    projects: each(
      record({
        id: text,
        name: text,
        domain_id: text,
        parent_id: text,
        is_domain: flag,
        enabled: flag,
        description: text,
        links: record({ self: text }),
      }),
    ),
    links: record({ self: text, previous: anything, next: anything }),
  }),
  error: record({ error_code: text, error_msg: text, request_id: text }, ['request_id']),
  'identity error': record({ error: record({ code: integer, message: text, title: text }) }),
} as const satisfies Record<string, Shape>

export type WireName = keyof typeof WIRE_TYPES

/** What is wrong with the answer, one line per field; empty when nothing is. Fields beyond the table count as wrong. */
export function wireProblems(name: WireName, body: unknown): string[] {
  return problemsOf(WIRE_TYPES[name], body, name)
}

/** Fails with all that is wrong with the answer. */
export function checkWire(name: WireName, body: unknown): void {
  const problems = wireProblems(name, body)
  if (problems.length > 0) throw new Error(`The answer breaks the contract:\n${problems.join('\n')}`)
}

function problemsOf(shape: Shape, value: unknown, path: string): string[] {
  if ('fields' in shape) return problemsOfRecord(shape, value, path)
  if (value === null && shape.nullable) return []
  if ('each' in shape) {
    if (!Array.isArray(value)) return [`${path}: an array is wanted, ${shown(value)} came`]
    return value.flatMap((item, index) => problemsOf(shape.each, item, `${path}[${index}]`))
  }
  return IS[shape.kind](value) ? [] : [`${path}: ${shape.kind} is wanted, ${shown(value)} came`]
}

function problemsOfRecord(
  { fields, optional = [] }: { fields: Readonly<Record<string, Shape>>; optional?: readonly string[] },
  value: unknown,
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${path}: an object is wanted, ${shown(value)} came`]
  }
  const given = new Map<string, unknown>(Object.entries(value))
  const missing = Object.keys(fields).filter((name) => !given.has(name) && !optional.includes(name))
  const unknown = [...given.keys()].filter((name) => !(name in fields))
  const wrong = Object.entries(fields).flatMap(([name, shape]) =>
    given.has(name) ? problemsOf(shape, given.get(name), `${path}.${name}`) : [],
  )
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...unknown.map((name) => `${path}.${name} is not in the contract`),
    ...wrong,
  ]
}

const IS: Record<Kind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  'the text "true"': (value) => value === 'true',
  'the text "true" or "false"': (value) => value === 'true' || value === 'false',
  true: (value) => value === true,
  anything: () => true,
  nothing: (value) => value === undefined,
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing'
}
