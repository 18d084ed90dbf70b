import type { Endpoint } from '../endpoint.ts'
import { batchCreateResourceTags } from './batch-create-resource-tags.ts'
import { batchDeleteFlinkJobs } from './batch-delete-flink-jobs.ts'
import { batchDeleteResourceTags } from './batch-delete-resource-tags.ts'
import { batchRunFlinkJobs } from './batch-run-flink-jobs.ts'
import { batchStopFlinkJobs } from './batch-stop-flink-jobs.ts'
import { countResourcesByTags } from './count-resources-by-tags.ts'
import { createConnectivityTask } from './create-connectivity-task.ts'
import { createDliAgency } from './create-dli-agency.ts'
import { createFlinkJarJob } from './create-flink-jar-job.ts'
import { createFlinkSqlJob } from './create-flink-sql-job.ts'
import { createFlinkSqlJobTemplate } from './create-flink-sql-job-template.ts'
import { createGlobalVariable } from './create-global-variable.ts'
import { createQueue } from './create-queue.ts'
import { deleteFlinkJob } from './delete-flink-job.ts'
import { deleteFlinkSqlJobTemplate } from './delete-flink-sql-job-template.ts'
import { deleteGlobalVariable } from './delete-global-variable.ts'
import { deleteJobResource } from './delete-job-resource.ts'
import { deleteQueue } from './delete-queue.ts'
import { deleteQueueProperty } from './delete-queue-property.ts'
import { executeFlinkJobSavepoint } from './execute-flink-job-savepoint.ts'
import { exportFlinkJobs } from './export-flink-jobs.ts'
import { importFlinkJobSavepoint } from './import-flink-job-savepoint.ts'
import { importFlinkJobs } from './import-flink-jobs.ts'
import { listAuthorizationPrivileges } from './list-authorization-privileges.ts'
import { listFlinkJobs } from './list-flink-jobs.ts'
import { listFlinkSqlJobTemplates } from './list-flink-sql-job-templates.ts'
import { listGlobalVariables } from './list-global-variables.ts'
import { listJobResources } from './list-job-resources.ts'
import { listQueueProperties } from './list-queue-properties.ts'
import { listQueueUsers } from './list-queue-users.ts'
import { listQueues } from './list-queues.ts'
import { listResourceTags } from './list-resource-tags.ts'
import { listResourcesByTags } from './list-resources-by-tags.ts'
import { notSupported } from './not-supported.ts'
import { DLI_OPERATIONS, type SupportedId } from './operations.ts'
import { registerAuthorizedQueue } from './register-authorized-queue.ts'
import { registerBucket } from './register-bucket.ts'
import { changeAuthorization, runAuthorizationAction } from './run-authorization-action.ts'
import { runQueueAction } from './run-queue-action.ts'
import { createQueueProperty, updateQueueProperty } from './set-queue-properties.ts'
import { showConnectivityTask } from './show-connectivity-task.ts'
import { showDliAgency } from './show-dli-agency.ts'
import { showFlinkJob } from './show-flink-job.ts'
import { showFlinkJobExecutionGraph } from './show-flink-job-execution-graph.ts'
import { showFlinkMetric } from './show-flink-metric.ts'
import { showJobResource } from './show-job-resource.ts'
import { showQueue } from './show-queue.ts'
import { showQuota } from './show-quota.ts'
import { showResourceTags } from './show-resource-tags.ts'
import { stopFlinkJob } from './stop-flink-job.ts'
import { updateFlinkJarJob } from './update-flink-jar-job.ts'
import { updateFlinkSqlJob } from './update-flink-sql-job.ts'
import { updateFlinkSqlJobTemplate } from './update-flink-sql-job-template.ts'
import { updateGlobalVariable } from './update-global-variable.ts'
import { updateJobResourceOwner } from './update-job-resource-owner.ts'
import { updateQueueCidr } from './update-queue-cidr.ts'
import { uploadFileJobResources, uploadJarJobResources, uploadPythonFileJobResources } from './upload-by-kind.ts'
import { uploadJobResources } from './upload-job-resources.ts'

/** Identity calls are in the list for completeness; they live in `http/iam`. */
type IdentityId = 'createToken' | 'showToken' | 'listProjects'

const SUPPORTED: Record<Exclude<SupportedId, IdentityId>, Endpoint> = {
  createFlinkJarJob,
  updateFlinkJarJob,
  createFlinkSqlJob,
  updateFlinkSqlJob,
  listFlinkJobs,
  showFlinkJob,
  showFlinkJobExecutionGraph,
  batchRunFlinkJobs,
  batchStopFlinkJobs,
  stopFlinkJob,
  deleteFlinkJob,
  batchDeleteFlinkJobs,
  exportFlinkJobs,
  importFlinkJobs,
  createFlinkSqlJobTemplate,
  listFlinkSqlJobTemplates,
  updateFlinkSqlJobTemplate,
  deleteFlinkSqlJobTemplate,
  showFlinkMetric,
  executeFlinkJobSavepoint,
  importFlinkJobSavepoint,
  registerBucket,
  runAuthorizationAction,
  changeAuthorization,
  registerAuthorizedQueue,
  listQueueUsers,
  listAuthorizationPrivileges,
  showDliAgency,
  createDliAgency,
  batchCreateResourceTags,
  batchDeleteResourceTags,
  showResourceTags,
  listResourceTags,
  listResourcesByTags,
  countResourcesByTags,
  showQuota,
  createGlobalVariable,
  listGlobalVariables,
  updateGlobalVariable,
  deleteGlobalVariable,
  createQueue,
  listQueues,
  showQueue,
  updateQueueCidr,
  deleteQueue,
  runQueueAction,
  createConnectivityTask,
  showConnectivityTask,
  listQueueProperties,
  createQueueProperty,
  updateQueueProperty,
  deleteQueueProperty,
  uploadJobResources,
  uploadJarJobResources,
  uploadPythonFileJobResources,
  uploadFileJobResources,
  listJobResources,
  showJobResource,
  deleteJobResource,
  updateJobResourceOwner,
}

/** Every documented operation has an endpoint; those that are not built say so. */
export const DLI_ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(SUPPORTED),
  ...DLI_OPERATIONS.filter(({ support }) => support === 'no').map(notSupported),
]
