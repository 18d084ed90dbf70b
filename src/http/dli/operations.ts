import { assert } from '../../lib/errors.ts'

/**
 * Every operation of DLI's API that has to do with Flink jobs, in one list: what it is called, where it is, what it
 * answers, and how far Headgate has it. Routes, the OpenAPI document, `api/coverage.md` and the tests derive from it.
 * Ids are the method names of the vendor's SDKs; where those have none, names of the same kind.
 */
export type Support = 'yes' | 'partly' | 'no'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

export type DliOperation = Readonly<{
  /** Its line in the summary table of the contract. */
  number: number
  id: string
  method: Method
  path: string
  /** HTTP status of success. */
  success: number
  title: string
  /** Section of the contract. */
  section: string
  /** Page of the vendor's API reference, where known. */
  page?: string
  support: Support
  /** What is missing, or why. Empty when nothing is. */
  note: string
}>

const SQL_STORED = 'Checked and stored in full; a run ends in job_submit_fail until SQL jobs run.'
const GRAPH_LATER = 'The graph of an SQL text comes with the running of SQL jobs.'
const EDGE = 'Edge jobs have no place to run here, and the vendor has withdrawn them.'
const TAGS_OF = 'Of Flink jobs, queues and packages.'
const PLANS_LATER = 'Planned changes of CUs come later.'
const POOLS_LATER = 'Elastic resource pools come later.'
const SMN_LATER = 'Topics are stored by name; delivery comes later.'

// biome-ignore format: a table is read line by line
export const DLI_OPERATIONS = [
  // Flink jobs
  { number: 1, id: 'createFlinkJarJob', method: 'POST', path: '/v1.0/:project_id/streaming/flink-jobs', success: 200, title: 'Create a Flink Jar job', section: '3.1', page: 'dli_02_0230', support: 'yes', note: '' },
  { number: 2, id: 'updateFlinkJarJob', method: 'PUT', path: '/v1.0/:project_id/streaming/flink-jobs/:job_id', success: 200, title: 'Update a Flink Jar job', section: '3.2', page: 'dli_02_0231', support: 'yes', note: '' },
  { number: 3, id: 'createFlinkSqlJob', method: 'POST', path: '/v1.0/:project_id/streaming/sql-jobs', success: 200, title: 'Create a Flink SQL job', section: '3.3', support: 'partly', note: SQL_STORED },
  { number: 4, id: 'updateFlinkSqlJob', method: 'PUT', path: '/v1.0/:project_id/streaming/sql-jobs/:job_id', success: 200, title: 'Update a Flink SQL job', section: '3.4', support: 'partly', note: SQL_STORED },
  { number: 5, id: 'listFlinkJobs', method: 'GET', path: '/v1.0/:project_id/streaming/jobs', success: 200, title: 'List Flink jobs', section: '3.5', support: 'yes', note: '' },
  { number: 6, id: 'showFlinkJob', method: 'GET', path: '/v1.0/:project_id/streaming/jobs/:job_id', success: 200, title: 'Show a Flink job', section: '3.6', page: 'dli_02_0235', support: 'yes', note: '' },
  { number: 7, id: 'showFlinkJobExecutionGraph', method: 'GET', path: '/v1.0/:project_id/streaming/jobs/:job_id/execute-graph', success: 200, title: 'Show the execution graph of a run', section: '3.7', support: 'yes', note: '' },
  { number: 8, id: 'batchRunFlinkJobs', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/run', success: 200, title: 'Run Flink jobs', section: '3.8', page: 'dli_02_0233', support: 'yes', note: '' },
  { number: 9, id: 'batchStopFlinkJobs', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/stop', success: 200, title: 'Stop Flink jobs', section: '3.9', support: 'yes', note: '' },
  { number: 10, id: 'deleteFlinkJob', method: 'DELETE', path: '/v1.0/:project_id/streaming/jobs/:job_id', success: 200, title: 'Delete a Flink job', section: '3.10', support: 'yes', note: '' },
  { number: 11, id: 'batchDeleteFlinkJobs', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/delete', success: 200, title: 'Delete Flink jobs', section: '3.11', support: 'yes', note: '' },
  { number: 12, id: 'showFlinkMetric', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/metrics', success: 200, title: 'Show counters of Flink jobs', section: '3.12', support: 'yes', note: '' },
  { number: 13, id: 'exportFlinkJobs', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/export', success: 200, title: 'Export Flink jobs', section: '3.13', support: 'yes', note: '' },
  { number: 14, id: 'importFlinkJobs', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/import', success: 200, title: 'Import Flink jobs', section: '3.14', support: 'yes', note: '' },
  { number: 15, id: 'executeFlinkJobSavepoint', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/:job_id/savepoint', success: 200, title: 'Trigger a savepoint', section: '3.15', support: 'yes', note: '' },
  { number: 16, id: 'importFlinkJobSavepoint', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/:job_id/import-savepoint', success: 200, title: 'Register an existing savepoint', section: '3.16', support: 'yes', note: '' },
  { number: 17, id: 'listApigSinks', method: 'GET', path: '/v1.0/:project_id/streaming/jobs/:job_id/apig-sinks', success: 200, title: 'List API gateway sinks of a job', section: '3.17', support: 'no', note: 'The vendor has withdrawn it; the answer is always DLI.11098.' },
  { number: 18, id: 'createFlinkSqlJobGraph', method: 'POST', path: '/v3/:project_id/streaming/jobs/:job_id/gen-graph', success: 200, title: 'Make the static graph of an SQL job', section: '5', support: 'no', note: GRAPH_LATER },
  { number: 19, id: 'stopFlinkJob', method: 'POST', path: '/v1.0/:project_id/streaming/jobs/:job_id/stop', success: 200, title: 'Stop one Flink job', section: '3.9', support: 'yes', note: 'Named in a permission table only; here it is the batch stop for one id.' },

  // Templates
  { number: 20, id: 'createFlinkSqlJobTemplate', method: 'POST', path: '/v1.0/:project_id/streaming/job-templates', success: 200, title: 'Create a template', section: '4.1', support: 'yes', note: '' },
  { number: 21, id: 'listFlinkSqlJobTemplates', method: 'GET', path: '/v1.0/:project_id/streaming/job-templates', success: 200, title: 'List templates', section: '4.2', support: 'yes', note: '' },
  { number: 22, id: 'updateFlinkSqlJobTemplate', method: 'PUT', path: '/v1.0/:project_id/streaming/job-templates/:template_id', success: 200, title: 'Update a template', section: '4.3', support: 'yes', note: '' },
  { number: 23, id: 'deleteFlinkSqlJobTemplate', method: 'DELETE', path: '/v1.0/:project_id/streaming/job-templates/:template_id', success: 200, title: 'Delete a template', section: '4.4', support: 'yes', note: '' },

  // Use of other services, edge
  { number: 24, id: 'registerBucket', method: 'POST', path: '/v1.0/:project_id/dli/obs-authorize', success: 200, title: 'Authorise buckets', section: '6.1', support: 'yes', note: '' },
  { number: 25, id: 'showDliAgency', method: 'GET', path: '/v2/:project_id/agency', success: 200, title: 'Show the agency', section: '6.2', support: 'yes', note: '' },
  { number: 26, id: 'createDliAgency', method: 'POST', path: '/v2/:project_id/agency', success: 200, title: 'Set the roles of the agency', section: '6.2', support: 'yes', note: 'Stored and answered: jobs reach only what their project has.' },
  { number: 27, id: 'createIefMessageChannel', method: 'POST', path: '/v1/:project_id/edgesrv/message-channel', success: 200, title: 'Edge: create a message channel', section: '7', support: 'no', note: EDGE },
  { number: 28, id: 'changeFlinkJobStatusReport', method: 'POST', path: '/v1/:project_id/edgesrv/job-report', success: 200, title: 'Edge: report the state of a job', section: '7', support: 'no', note: EDGE },
  { number: 29, id: 'runIefJobActionCallBack', method: 'POST', path: '/v1/:project_id/edgesrv/messages', success: 200, title: 'Edge: call back about an action', section: '7', support: 'no', note: EDGE },
  { number: 30, id: 'createIefSystemEvents', method: 'POST', path: '/v1/:project_id/edgesrv/system-events', success: 200, title: 'Edge: report system events', section: '7', support: 'no', note: EDGE },

  // Permissions, variables, tags, quotas
  { number: 31, id: 'runAuthorizationAction', method: 'PUT', path: '/v1.0/:project_id/user-authorization', success: 200, title: 'Grant rights on jobs and packages', section: '8.1', support: 'yes', note: '' },
  { number: 32, id: 'changeAuthorization', method: 'PUT', path: '/v1.0/:project_id/authorization', success: 200, title: 'Grant rights on jobs and packages (newer path)', section: '8.1', support: 'yes', note: '' },
  { number: 33, id: 'registerAuthorizedQueue', method: 'PUT', path: '/v1.0/:project_id/queues/user-authorization', success: 200, title: 'Grant rights on a queue', section: '8.2', support: 'yes', note: '' },
  { number: 34, id: 'listQueueUsers', method: 'GET', path: '/v1.0/:project_id/queues/:queue_name/users', success: 200, title: 'List the users of a queue', section: '8.2', support: 'yes', note: '' },
  { number: 35, id: 'listAuthorizationPrivileges', method: 'GET', path: '/v1.0/:project_id/authorization/privileges', success: 200, title: 'List rights on an object', section: '8.3', support: 'yes', note: '' },
  { number: 36, id: 'createGlobalVariable', method: 'POST', path: '/v1.0/:project_id/variables', success: 200, title: 'Create a global variable', section: '8.4', support: 'yes', note: '' },
  { number: 37, id: 'listGlobalVariables', method: 'GET', path: '/v1.0/:project_id/variables', success: 200, title: 'List global variables', section: '8.4', support: 'yes', note: '' },
  { number: 38, id: 'updateGlobalVariable', method: 'PUT', path: '/v1.0/:project_id/variables/:var_name', success: 200, title: 'Update a global variable', section: '8.4', support: 'yes', note: '' },
  { number: 39, id: 'deleteGlobalVariable', method: 'DELETE', path: '/v1.0/:project_id/variables/:var_name', success: 200, title: 'Delete a global variable', section: '8.4', support: 'yes', note: '' },
  { number: 40, id: 'batchCreateResourceTags', method: 'POST', path: '/v3/:project_id/:resource_type/:resource_id/tags/create', success: 204, title: 'Add tags', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 41, id: 'batchDeleteResourceTags', method: 'POST', path: '/v3/:project_id/:resource_type/:resource_id/tags/delete', success: 204, title: 'Remove tags', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 42, id: 'showResourceTags', method: 'GET', path: '/v3/:project_id/:resource_type/:resource_id/tags', success: 200, title: 'Show tags of a resource', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 43, id: 'listResourceTags', method: 'GET', path: '/v3/:project_id/:resource_type/tags', success: 200, title: 'List tags of a kind of resource', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 44, id: 'listResourcesByTags', method: 'POST', path: '/v3/:project_id/:resource_type/resource-instances/filter', success: 200, title: 'Find resources by tags', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 45, id: 'countResourcesByTags', method: 'POST', path: '/v3/:project_id/:resource_type/resource-instances/count', success: 200, title: 'Count resources by tags', section: '8.5', support: 'yes', note: TAGS_OF },
  { number: 46, id: 'showQuota', method: 'GET', path: '/v3/:project_id/quotas', success: 200, title: 'Show quotas', section: '8.6', support: 'yes', note: 'Of CUs, queues, packages and templates; what is not there yet has a quota of 0.' },

  // Queues
  { number: 47, id: 'createQueue', method: 'POST', path: '/v1.0/:project_id/queues', success: 200, title: 'Create a queue', section: '9.1', page: 'dli_02_0194', support: 'yes', note: 'The name of a pool is stored and not looked up: there are no pools yet, where the vendor refuses a missing one with DLI.0002.' },
  { number: 48, id: 'listQueues', method: 'GET', path: '/v1.0/:project_id/queues', success: 200, title: 'List queues', section: '9.2', support: 'yes', note: 'The parameters with-priv and with-charge-info are read and add nothing: the answer has no field for either.' },
  { number: 49, id: 'showQueue', method: 'GET', path: '/v1.0/:project_id/queues/:queue_name', success: 200, title: 'Show a queue', section: '9.3', support: 'yes', note: '' },
  { number: 50, id: 'updateQueueCidr', method: 'PUT', path: '/v1.0/:project_id/queues/:queue_name', success: 200, title: 'Change the address range of a queue', section: '9.4', support: 'yes', note: '' },
  { number: 51, id: 'deleteQueue', method: 'DELETE', path: '/v1.0/:project_id/queues/:queue_name', success: 200, title: 'Delete a queue', section: '9.5', support: 'yes', note: '' },
  { number: 52, id: 'runQueueAction', method: 'PUT', path: '/v1.0/:project_id/queues/:queue_name/action', success: 200, title: 'Restart or scale a queue', section: '9.6', support: 'yes', note: '' },
  { number: 53, id: 'createConnectivityTask', method: 'POST', path: '/v1.0/:project_id/queues/:queue_name/connection-test', success: 200, title: 'Test an address from a queue', section: '9.7', support: 'yes', note: '' },
  { number: 54, id: 'showConnectivityTask', method: 'GET', path: '/v1.0/:project_id/queues/:queue_name/connection-test/:task_id', success: 200, title: 'Show the result of an address test', section: '9.7', support: 'yes', note: '' },
  { number: 55, id: 'createQueuePlan', method: 'POST', path: '/v1/:project_id/queues/:queue_name/plans', success: 200, title: 'Plan a change of CUs', section: '9.8', support: 'no', note: PLANS_LATER },
  { number: 56, id: 'listQueuePlans', method: 'GET', path: '/v1/:project_id/queues/:queue_name/plans', success: 200, title: 'List planned changes', section: '9.8', support: 'no', note: PLANS_LATER },
  { number: 57, id: 'changeQueuePlan', method: 'PUT', path: '/v1/:project_id/queues/:queue_name/plans/:plan_id', success: 200, title: 'Modify a planned change', section: '9.8', support: 'no', note: PLANS_LATER },
  { number: 58, id: 'deleteQueuePlan', method: 'DELETE', path: '/v1/:project_id/queues/:queue_name/plans/:plan_id', success: 200, title: 'Delete a planned change', section: '9.8', support: 'no', note: PLANS_LATER },
  { number: 59, id: 'batchDeleteQueuePlans', method: 'POST', path: '/v1/:project_id/queues/:queue_name/plans/batch-delete', success: 200, title: 'Delete planned changes', section: '9.8', support: 'no', note: PLANS_LATER },
  { number: 60, id: 'listQueueProperties', method: 'GET', path: '/v3/:project_id/queues/:queue_name/properties', success: 200, title: 'List queue properties', section: '9.9', support: 'yes', note: '' },
  { number: 61, id: 'createQueueProperty', method: 'POST', path: '/v3/:project_id/queues/:queue_name/properties', success: 200, title: 'Create queue properties', section: '9.9', support: 'yes', note: '' },
  { number: 62, id: 'updateQueueProperty', method: 'PUT', path: '/v3/:project_id/queues/:queue_name/properties', success: 200, title: 'Modify queue properties', section: '9.9', support: 'yes', note: '' },
  { number: 63, id: 'deleteQueueProperty', method: 'DELETE', path: '/v3/:project_id/queues/:queue_name/properties', success: 200, title: 'Delete queue properties', section: '9.9', support: 'yes', note: '' },

  // Elastic resource pools
  { number: 64, id: 'createElasticResourcePool', method: 'POST', path: '/v3/:project_id/elastic-resource-pools', success: 200, title: 'Create a pool', section: '10', support: 'no', note: POOLS_LATER },
  { number: 65, id: 'listElasticResourcePools', method: 'GET', path: '/v3/:project_id/elastic-resource-pools', success: 200, title: 'List pools', section: '10', support: 'no', note: POOLS_LATER },
  { number: 66, id: 'updateElasticResourcePool', method: 'PUT', path: '/v3/:project_id/elastic-resource-pools/:pool_name', success: 200, title: 'Modify a pool', section: '10', support: 'no', note: POOLS_LATER },
  { number: 67, id: 'deleteElasticResourcePool', method: 'DELETE', path: '/v3/:project_id/elastic-resource-pools/:pool_name', success: 200, title: 'Delete a pool', section: '10', support: 'no', note: POOLS_LATER },
  { number: 68, id: 'associateQueueToElasticResourcePool', method: 'POST', path: '/v3/:project_id/elastic-resource-pools/:pool_name/queues', success: 200, title: 'Put a queue into a pool', section: '10', support: 'no', note: POOLS_LATER },
  { number: 69, id: 'listElasticResourcePoolQueues', method: 'GET', path: '/v3/:project_id/elastic-resource-pools/:pool_name/queues', success: 200, title: 'List the queues of a pool', section: '10', support: 'no', note: POOLS_LATER },
  { number: 70, id: 'updateElasticResourcePoolQueue', method: 'PUT', path: '/v3/:project_id/elastic-resource-pools/:pool_name/queues/:queue_name', success: 200, title: 'Set how a pool queue scales', section: '10', support: 'no', note: POOLS_LATER },
  { number: 71, id: 'listElasticResourcePoolScaleRecords', method: 'GET', path: '/v3/:project_id/elastic-resource-pools/:pool_name/scale-records', success: 200, title: 'List how a pool was scaled', section: '10', support: 'no', note: POOLS_LATER },
  { number: 72, id: 'updateElasticResourcePoolSpecification', method: 'POST', path: '/v3/:project_id/orders/elastic-resource-pools/specification-change', success: 200, title: 'Change the prepaid size of a pool', section: '10', support: 'no', note: POOLS_LATER },

  // Packages
  { number: 73, id: 'uploadJobResources', method: 'POST', path: '/v2.0/:project_id/resources', success: 201, title: 'Upload packages', section: '11.1', page: 'dli_02_0130', support: 'yes', note: '' },
  { number: 74, id: 'uploadJarJobResources', method: 'POST', path: '/v2.0/:project_id/resources/jars', success: 201, title: 'Upload a group of jars', section: '11.2', support: 'yes', note: '' },
  { number: 75, id: 'uploadPythonFileJobResources', method: 'POST', path: '/v2.0/:project_id/resources/pyfiles', success: 201, title: 'Upload a group of Python files', section: '11.2', support: 'yes', note: '' },
  { number: 76, id: 'uploadFileJobResources', method: 'POST', path: '/v2.0/:project_id/resources/files', success: 201, title: 'Upload a group of files', section: '11.2', support: 'yes', note: '' },
  { number: 77, id: 'listJobResources', method: 'GET', path: '/v2.0/:project_id/resources', success: 200, title: 'List packages, modules and groups', section: '11.3', support: 'yes', note: '' },
  { number: 78, id: 'showJobResource', method: 'GET', path: '/v2.0/:project_id/resources/:resource_name', success: 200, title: 'Show a package', section: '11.4', page: 'dli_02_0172', support: 'yes', note: '' },
  { number: 79, id: 'deleteJobResource', method: 'DELETE', path: '/v2.0/:project_id/resources/:resource_name', success: 200, title: 'Delete a package', section: '11.5', support: 'yes', note: '' },
  { number: 80, id: 'updateJobResourceOwner', method: 'PUT', path: '/v2.0/:project_id/resources/owner', success: 200, title: 'Change the owner of packages', section: '11.6', support: 'yes', note: '' },

  // Services beside DLI
  { number: 81, id: 'createToken', method: 'POST', path: '/v3/auth/tokens', success: 201, title: 'Issue a token (IAM)', section: '14.2', support: 'partly', note: 'Methods password and token; assume_role is refused: nobody acts for another account here.' },
  { number: 82, id: 'showToken', method: 'GET', path: '/v3/auth/tokens', success: 200, title: 'Inspect a token (IAM)', section: '14.2', support: 'yes', note: '' },
  { number: 83, id: 'listProjects', method: 'GET', path: '/v3/projects', success: 200, title: 'Find a project (IAM)', section: '14.4', support: 'yes', note: '' },
  { number: 84, id: 'publishMessage', method: 'POST', path: '/v2/:project_id/notifications/topics/:topic_urn/publish', success: 200, title: 'Publish a message (SMN)', section: '15', support: 'no', note: SMN_LATER },
  { number: 85, id: 'createTopic', method: 'POST', path: '/v2/:project_id/notifications/topics', success: 201, title: 'Create a topic (SMN)', section: '15', support: 'no', note: SMN_LATER },
  { number: 85, id: 'listTopics', method: 'GET', path: '/v2/:project_id/notifications/topics', success: 200, title: 'List topics (SMN)', section: '15', support: 'no', note: SMN_LATER },
  { number: 86, id: 'addSubscription', method: 'POST', path: '/v2/:project_id/notifications/topics/:topic_urn/subscriptions', success: 201, title: 'Subscribe to a topic (SMN)', section: '15', support: 'no', note: SMN_LATER },
  { number: 86, id: 'listSubscriptionsByTopic', method: 'GET', path: '/v2/:project_id/notifications/topics/:topic_urn/subscriptions', success: 200, title: 'List the subscriptions of a topic (SMN)', section: '15', support: 'no', note: SMN_LATER },
] as const satisfies readonly DliOperation[]

type Listed = (typeof DLI_OPERATIONS)[number]

export type DliOperationId = Listed['id']
export type SupportedId = Exclude<Listed, { support: 'no' }>['id']

/** The operation's line in the list. */
export function dliOperation(id: DliOperationId): DliOperation {
  const found = DLI_OPERATIONS.find((operation) => operation.id === id)
  assert(found, `no operation ${id}`)
  return found
}
