import { packageNameOf, parsePackageId } from '../artifacts/index.ts'
import type { Needed, ThingName } from '../grants/index.ts'
import { parseJobId, toJobId } from './dli/job-id.ts'
import type { DliOperationId } from './dli/operations.ts'
import type { Call } from './endpoint.ts'

/**
 * Who may call which operation, in one table: the only place that knows. `guard` asks it for every call.
 * Rights are asked further inside where only there it is known what they are about: to run jobs on the queue of a job
 * that is run, to use the packages that a job names, to export jobs, and to overwrite those that an import finds.
 */
export type Need = Readonly<
  | { who: 'anyone' | 'caller' | 'serviceAdmin' | 'member' | 'admin' }
  /** The right on the things that the request names; `each`: the handler asks for each (`call.permit`). */
  | { right: Needed | ((asked: Asked) => Needed); on: 'each' | ((asked: Asked) => readonly ThingName[]) }
>

/** What of a request says what it is about. The body is JSON and nothing more is known of it: the rights come first. */
export type Asked = Pick<Call, 'params' | 'query' | 'body'>

type NativeOperationId =
  | 'showHealth'
  | 'showReadiness'
  | 'showVersion'
  | 'listBuckets'
  | 'listObjects'
  | 'putObject'
  | 'getObject'
  | 'headObject'
  | 'deleteObject'
  | 'listJobEvents'
  | 'listAttempts'
  | 'listSavepoints'
  | 'listLogs'
  | 'readLog'
  | 'explainJob'
  | 'listAllUsers'
  | 'createUser'
  | 'changeUser'
  | 'setPassword'
  | 'listAllProjects'
  | 'createProject'
  | 'changeProject'
  | 'listMembers'
  | 'setMember'
  | 'removeMember'
  | 'listKeys'
  | 'createKey'
  | 'changeKey'
  | 'rotateKey'

type IdentityOperationId = 'checkToken' | 'listAuthDomains' | 'listUsers'

const anyone = { who: 'anyone' } as const
const caller = { who: 'caller' } as const
const serviceAdmin = { who: 'serviceAdmin' } as const
/** Every member of the project; lists show only what the caller may see. */
const member = { who: 'member' } as const
const admin = { who: 'admin' } as const

type Body = Readonly<Record<string, unknown>>
const bodyOf = ({ body }: Asked) => (body ?? {}) as Body
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const jobNamed = (value: unknown): ThingName[] => {
  const id = parseJobId(value)
  return id === null ? [] : [{ kind: 'job', id }]
}
/** Longer lists are refused by the check of the body. */
const LISTED_MAX = 1000
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, LISTED_MAX) : [])

const onJob = (right: Needed) =>
  ({ right, on: ({ params }: Asked): ThingName[] => [{ kind: 'job', id: toJobId(params.job_id) }] }) as const

const eachJob = (right: Needed) => ({ right, on: 'each' }) as const

const onJobsIn = (field: string, right: Needed) => ({
  right,
  on: (asked: Asked): ThingName[] => {
    return listOf(bodyOf(asked)[field]).flatMap(jobNamed)
  },
})

const onQueue = (right: Needed | ((asked: Asked) => Needed)) => ({
  right,
  on: ({ params }: Asked): ThingName[] => [{ kind: 'queue', name: params.queue_name ?? '' }],
})

const onPackage = (right: Needed) => ({
  right,
  on: ({ params, query }: Asked): ThingName[] => [
    { kind: 'package', group: query.text('group') ?? null, name: params.resource_name ?? '' },
  ],
})

/** What an upload puts in the place of packages, or into a group. */
const onUpload = {
  right: 'update',
  on: (asked: Asked): ThingName[] => {
    const { paths, group } = bodyOf(asked)
    const names = listOf(paths).flatMap((path) => (typeof path === 'string' ? [packageNameOf(path)] : []))
    return names.map((name) => ({ kind: 'package', group: textOf(group) || null, name, asTarget: true }))
  },
} as const

/** An upload that replaces a group: the rights on a group reach all that is in it. */
const onReplacedGroup = {
  right: 'update',
  on: (asked: Asked): ThingName[] => [{ kind: 'group', name: textOf(bodyOf(asked).group) }],
} as const

const onOwned = {
  right: 'ownership',
  on: (asked: Asked): ThingName[] => {
    const { group_name, resource_name } = bodyOf(asked)
    const [group, name] = [textOf(group_name) || null, textOf(resource_name)]
    if (name !== '') return [{ kind: 'package', group, name }]
    return group === null ? [] : [{ kind: 'group', name: group }]
  },
} as const

/** Tags are of a job by its number, a queue by its name, a package by its name or `group#name`. */
const onTagged = (right: Needed) => ({
  right,
  on: ({ params }: Asked): ThingName[] => {
    const id = params.resource_id ?? ''
    if (params.resource_type === 'dli_flink_job') return jobNamed(id)
    if (params.resource_type === 'dli_queue') return [{ kind: 'queue', name: id }]
    if (params.resource_type !== 'dli_package_resource') return []
    return [{ kind: 'package', ...parsePackageId(id) }]
  },
})

const restartOrScale = (asked: Asked) => (bodyOf(asked).action === 'restart' ? 'restart' : 'scale')

// biome-ignore format: a table is read line by line
export const DLI_RIGHTS: Readonly<Record<DliOperationId, Need>> = {
  // Flink jobs
  createFlinkJarJob: member,
  updateFlinkJarJob: onJob('update'),
  createFlinkSqlJob: member,
  updateFlinkSqlJob: onJob('update'),
  listFlinkJobs: member,
  showFlinkJob: onJob('view'),
  showFlinkJobExecutionGraph: onJob('view'),
  batchRunFlinkJobs: eachJob('start'),
  batchStopFlinkJobs: eachJob('stop'),
  deleteFlinkJob: onJob('delete'),
  batchDeleteFlinkJobs: eachJob('delete'),
  showFlinkMetric: onJobsIn('job_ids', 'view'),
  exportFlinkJobs: member, // EXPORT on each job: JobService.definitions
  importFlinkJobs: member, // UPDATE on each job that is overwritten: JobService.importJob
  executeFlinkJobSavepoint: onJob('stop'), // who may stop with a savepoint may take one
  importFlinkJobSavepoint: onJob('update'),
  listApigSinks: onJob('view'),
  createFlinkSqlJobGraph: onJob('view'),
  stopFlinkJob: eachJob('stop'),

  // Templates, use of other services, edge: they belong to the project
  createFlinkSqlJobTemplate: member,
  listFlinkSqlJobTemplates: member,
  updateFlinkSqlJobTemplate: member,
  deleteFlinkSqlJobTemplate: member,
  registerBucket: member,
  showDliAgency: member,
  createDliAgency: admin,
  createIefMessageChannel: member,
  changeFlinkJobStatusReport: member,
  runIefJobActionCallBack: member,
  createIefSystemEvents: member,

  // Permissions (who may give and see them is asked where they are), variables, tags, quotas
  runAuthorizationAction: member,
  changeAuthorization: member,
  registerAuthorizedQueue: member,
  listQueueUsers: member,
  listAuthorizationPrivileges: member,
  createGlobalVariable: member,
  listGlobalVariables: member,
  updateGlobalVariable: member,
  deleteGlobalVariable: member,
  batchCreateResourceTags: onTagged('update'),
  batchDeleteResourceTags: onTagged('update'),
  showResourceTags: onTagged('view'),
  listResourceTags: member,
  listResourcesByTags: member,
  countResourcesByTags: member,
  showQuota: member,

  // Queues
  createQueue: admin, // a queue is a budget
  listQueues: member,
  showQueue: onQueue('view'),
  updateQueueCidr: onQueue('update'),
  deleteQueue: onQueue('delete'),
  runQueueAction: onQueue(restartOrScale),
  createConnectivityTask: onQueue('submit'),
  showConnectivityTask: onQueue('submit'),
  createQueuePlan: onQueue('scale'),
  listQueuePlans: onQueue('view'),
  changeQueuePlan: onQueue('scale'),
  deleteQueuePlan: onQueue('scale'),
  batchDeleteQueuePlans: onQueue('scale'),
  listQueueProperties: onQueue('view'),
  createQueueProperty: onQueue('update'),
  updateQueueProperty: onQueue('update'),
  deleteQueueProperty: onQueue('update'),

  // Elastic resource pools
  createElasticResourcePool: admin,
  listElasticResourcePools: member,
  updateElasticResourcePool: admin,
  deleteElasticResourcePool: admin,
  associateQueueToElasticResourcePool: admin,
  listElasticResourcePoolQueues: member,
  updateElasticResourcePoolQueue: admin,
  listElasticResourcePoolScaleRecords: member,
  updateElasticResourcePoolSpecification: admin,

  // Packages
  uploadJobResources: onUpload,
  uploadJarJobResources: onReplacedGroup,
  uploadPythonFileJobResources: onReplacedGroup,
  uploadFileJobResources: onReplacedGroup,
  listJobResources: member,
  showJobResource: onPackage('view'),
  deleteJobResource: onPackage('delete'),
  updateJobResourceOwner: onOwned,

  // Services beside DLI
  createToken: anyone,
  showToken: caller,
  listProjects: caller,
  publishMessage: member,
  createTopic: member,
  listTopics: member,
  addSubscription: member,
  listSubscriptionsByTopic: member,
}

export const OTHER_RIGHTS: Readonly<Record<NativeOperationId | IdentityOperationId, Need>> = {
  checkToken: caller,
  listAuthDomains: caller,
  listUsers: caller,
  showHealth: anyone,
  showReadiness: anyone,
  showVersion: anyone,
  listBuckets: member,
  listObjects: member,
  putObject: member,
  getObject: member,
  headObject: member,
  deleteObject: member,
  listJobEvents: onJob('view'),
  listAttempts: onJob('view'),
  listSavepoints: onJob('view'),
  listLogs: onJob('view'),
  readLog: onJob('view'),
  explainJob: onJob('view'),
  listAllUsers: serviceAdmin,
  createUser: serviceAdmin,
  changeUser: serviceAdmin,
  setPassword: serviceAdmin,
  listAllProjects: serviceAdmin,
  createProject: serviceAdmin,
  changeProject: serviceAdmin,
  listMembers: serviceAdmin,
  setMember: serviceAdmin,
  removeMember: serviceAdmin,
  listKeys: serviceAdmin,
  createKey: serviceAdmin,
  changeKey: serviceAdmin,
  rotateKey: serviceAdmin,
}

/** Null: the operation is not in the table. */
export function needOf(operation: string): Need | null {
  const all: Readonly<Record<string, Need>> = { ...DLI_RIGHTS, ...OTHER_RIGHTS }
  return all[operation] ?? null
}
