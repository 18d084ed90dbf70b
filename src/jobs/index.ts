export type {
  Attempt,
  CheckpointMode,
  GivenResourceConfig,
  GivenSettings,
  Job,
  JobChanges,
  JobId,
  JobKind,
  JobQuery,
  JobSettings,
  JobType,
  Move,
  Operation,
  ResourceConfig,
  ResourceSpec,
  RunMode,
  Savepoint,
  Wish,
} from './job.ts'
export { kindOfType, NO_STATUS } from './job.ts'
export { JOB_ERRORS, type JobErrorCode } from './job-errors.ts'
export { shownCheckpointPath } from './job-places.ts'
export { type Scaling, scalingOf } from './job-scaling.ts'
export type { JobDefinition, JobService, JobView, NewJob } from './job-service.ts'
export { createJobService } from './job-service.ts'
export { JOB_STATES, type JobState, LIFECYCLE, type Patience } from './lifecycle.ts'
export type { NewSqlJob } from './sql-job.ts'
export { jvmsOf, startSteps } from './start-steps.ts'
export { taggedJobs } from './tagged-jobs.ts'
