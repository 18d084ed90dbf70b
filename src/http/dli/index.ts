import type { Endpoint } from '../endpoint.ts'
import { batchDeleteFlinkJobs } from './batch-delete-flink-jobs.ts'
import { batchRunFlinkJobs } from './batch-run-flink-jobs.ts'
import { batchStopFlinkJobs } from './batch-stop-flink-jobs.ts'
import { createFlinkJarJob } from './create-flink-jar-job.ts'
import { createQueue } from './create-queue.ts'
import { deleteFlinkJob } from './delete-flink-job.ts'
import { deleteJobResource } from './delete-job-resource.ts'
import { deleteQueue } from './delete-queue.ts'
import { executeFlinkJobSavepoint } from './execute-flink-job-savepoint.ts'
import { listAuthorizationPrivileges } from './list-authorization-privileges.ts'
import { listFlinkJobs } from './list-flink-jobs.ts'
import { listJobResources } from './list-job-resources.ts'
import { listQueueUsers } from './list-queue-users.ts'
import { listQueues } from './list-queues.ts'
import { notSupported } from './not-supported.ts'
import { DLI_OPERATIONS, type SupportedId } from './operations.ts'
import { registerAuthorizedQueue } from './register-authorized-queue.ts'
import { registerBucket } from './register-bucket.ts'
import { changeAuthorization, runAuthorizationAction } from './run-authorization-action.ts'
import { showFlinkJob } from './show-flink-job.ts'
import { showFlinkJobExecutionGraph } from './show-flink-job-execution-graph.ts'
import { showJobResource } from './show-job-resource.ts'
import { showQueue } from './show-queue.ts'
import { stopFlinkJob } from './stop-flink-job.ts'
import { updateFlinkJarJob } from './update-flink-jar-job.ts'
import { uploadFileJobResources, uploadJarJobResources, uploadPythonFileJobResources } from './upload-by-kind.ts'
import { uploadJobResources } from './upload-job-resources.ts'

/** Identity calls are in the list for completeness; they live in `http/iam`. */
type IdentityId = 'createToken' | 'showToken' | 'listProjects'

const SUPPORTED: Record<Exclude<SupportedId, IdentityId>, Endpoint> = {
  createFlinkJarJob,
  updateFlinkJarJob,
  listFlinkJobs,
  showFlinkJob,
  showFlinkJobExecutionGraph,
  batchRunFlinkJobs,
  batchStopFlinkJobs,
  stopFlinkJob,
  deleteFlinkJob,
  batchDeleteFlinkJobs,
  executeFlinkJobSavepoint,
  registerBucket,
  runAuthorizationAction,
  changeAuthorization,
  registerAuthorizedQueue,
  listQueueUsers,
  listAuthorizationPrivileges,
  createQueue,
  listQueues,
  showQueue,
  deleteQueue,
  uploadJobResources,
  uploadJarJobResources,
  uploadPythonFileJobResources,
  uploadFileJobResources,
  listJobResources,
  showJobResource,
  deleteJobResource,
}

/** Every documented operation has an endpoint; those that are not built say so. */
export const DLI_ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(SUPPORTED),
  ...DLI_OPERATIONS.filter(({ support }) => support === 'no').map(notSupported),
]
