import type { Texts } from '../lib/errors.ts'
import type { CheckpointView, Failure, TimelineEntry } from '../runtimes/runtime.ts'
import type { JobEvent, JobState } from './lifecycle.ts'

/** Positive integer, one sequence over all projects and job types. */
export type JobId = number & { readonly brand: 'JobId' }

/** The two kinds of jobs that DLI creates and updates by calls of their own. */
export type JobKind = 'jar' | 'sql'

export function kindOfType(type: JobType): JobKind {
  return type === 'flink_jar_job' ? 'jar' : 'sql'
}

export type JobType = 'flink_jar_job' | 'flink_sql_job' | 'flink_opensource_sql_job' | 'flink_sql_edge_job'

/** Where DLI runs an SQL job; a Jar job has a cluster of its own. */
export type RunMode = 'shared_cluster' | 'exclusive_cluster' | 'edge_node'

export type CheckpointMode = 'exactly_once' | 'at_least_once'

export type ResourceSpec = Readonly<{ cpu: number; memory: string }>
export type ResourceConfig = Readonly<{
  maxSlot: number
  parallelNumber: number
  jobManager: ResourceSpec
  taskManager: ResourceSpec
}>

/**
 * Everything a user sets on a job beside its name, description and queue. Null: not given. Texts are kept as sent and
 * answered unchanged (clients compare them); what they mean is worked out at the launch (job-plan.ts).
 */
export type JobSettings = Readonly<{
  cuNumber: number
  managerCuNumber: number
  parallelNumber: number
  tmCus: number
  /** Null or 0: by the formula (job-sizing.ts). */
  tmSlotNum: number | null
  mainClass: string | null
  entrypoint: string | null
  entrypointArgs: string | null
  dependencyJars: readonly string[] | null
  dependencyFiles: readonly string[] | null
  logEnabled: boolean
  obsBucket: string | null
  smnTopic: string | null
  restartWhenException: boolean
  resumeCheckpoint: boolean
  /** -1: unlimited; else restarts per hour. */
  resumeMaxNum: number
  checkpointEnabled: boolean
  checkpointMode: CheckpointMode
  checkpointIntervalSeconds: number
  /** `bucket/dir`, without scheme. */
  checkpointPath: string | null
  runtimeConfig: string | null
  flinkLogConfig: string | null
  feature: string | null
  flinkVersion: string | null
  image: string | null
  executionAgencyUrn: string | null
  resourceConfigVersion: 'v1' | 'v2'
  resourceConfig: ResourceConfig
  runMode: RunMode
  // From here on: of SQL jobs only, kept for when they run. Their text, which may be long, is not among the settings.
  udfJarUrl: string | null
  /** `0`: ignore, `1`: fail, `2:<directory>`: save. */
  dirtyDataStrategy: string | null
  idleStateRetentionSeconds: number | null
  edgeGroupIds: readonly string[] | null
  /** JSON text, as is the next. */
  operatorConfig: string | null
  staticEstimatorConfig: string | null
  graphEditorEnabled: boolean
  graphEditorData: string | null
  configUrl: string | null
}>

/** Settings as a request gives them. Absent ones, inside `resourceConfig` too, stay or take their defaults. */
export type GivenSettings = Partial<Omit<JobSettings, 'resourceConfig'>> &
  Readonly<{ resourceConfig?: GivenResourceConfig }>

export type GivenResourceConfig = Partial<Pick<ResourceConfig, 'maxSlot' | 'parallelNumber'>> &
  Readonly<{ jobManager?: Partial<ResourceSpec>; taskManager?: Partial<ResourceSpec> }>

/** What the last command asks for. */
export type Wish = Readonly<
  | { wants: 'running'; resume: boolean }
  | { wants: 'stopped'; withSavepoint: boolean; operationId: string | null }
  | { wants: 'deleted' }
>

export type Job = Readonly<{
  id: JobId
  projectId: string
  name: string
  type: JobType
  description: string
  queueName: string | null
  settings: JobSettings
  ownerId: string
  state: JobState
  stateSince: Date
  /** Both texts empty when there is nothing to say. */
  status: Texts
  /** What stands out about it while it runs (unstable, not reachable); empty when nothing does. */
  condition: Texts
  wish: Wish
  generation: number
  seenGeneration: number
  version: number
  restartTimes: number
  createdAt: Date
  updatedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  executionGraph: string | null
}>

export type AttemptOutcome = 'finished' | 'failed' | 'stopped' | 'refused'

/** One launch of a job. Its ids are chosen before the launch; at most one attempt of a job is live. */
export type Attempt = Readonly<{
  id: string
  jobId: JobId
  number: number
  /** Counts the runs of the job: attempts without a command to start between them belong to one. */
  run: number
  flinkJobId: string
  flinkVersion: string
  live: boolean
  cuCount: number
  memoryBytes: number
  restoreFrom: string | null
  restoreBecause: string
  /** The plan of the launch (job-plan.ts) as JSON; a repeated launch is the same launch. */
  launchJson: string
  createdAt: Date
  launchedAt: Date | null
  runningAt: Date | null
  endedAt: Date | null
  outcome: AttemptOutcome | null
  failure: Failure | null
  flinkRestarts: number
  timeline: readonly TimelineEntry[]
  lastCheckpoint: Pick<CheckpointView, 'url' | 'completedAt'> | null
  /** When its logs were last written to the job's bucket (log_enabled). */
  logsExportedAt: Date | null
  /** Since when its JobManager lives but does not answer. */
  silentSince: Date | null
}>

/** One restart of a job: by Flink inside an attempt, or by Headgate with a new one. Both count against resume_max_num. */
export type Restart = Readonly<{ by: 'flink' | 'headgate'; at: Date }>

export type Move = Readonly<{
  jobId: JobId
  attemptId: string | null
  event: JobEvent | 'create' | 'update'
  from: JobState | null
  to: JobState
  because: string
  at: Date
}>

export type Operation = Readonly<{
  id: string
  jobId: JobId
  attemptId: string
  kind: 'savepoint' | 'stopWithSavepoint'
  state: 'open' | 'completed' | 'failed'
  /** `bucket/dir` where the savepoint goes. */
  directory: string
  /** URL as Flink reads it. */
  location: string | null
  reason: string
  createdAt: Date
  endedAt: Date | null
}>

export type Savepoint = Readonly<{
  id: string
  jobId: JobId
  attemptId: string | null
  origin: 'savepoint' | 'stopWithSavepoint' | 'imported'
  /** As Flink reads it. */
  url: string
  /** `bucket/dir`, as people and clients see it. */
  path: string
  createdAt: Date
}>

export type JobQuery = Readonly<{
  /** Only jobs that this user owns or was given the right to see. Absent: all. */
  visibleTo?: string | undefined
  type?: JobType
  states?: readonly JobState[]
  /** Only jobs with (true) or without (false) an open operation. */
  hasOpenOperation?: boolean
  queueName?: string
  /** Case-insensitive part of the name. */
  nameContains?: string
  ownerName?: string
  /** All pairs must match. */
  tags?: readonly { key: string; value: string }[]
  /** Also read the text of SQL jobs, up to 1 MiB characters each. */
  withSqlBody?: boolean
  order: 'asc' | 'desc'
  limit: number
  offset: number
}>

/** Absent means unchanged. */
export type JobChanges = Readonly<{
  name?: string
  description?: string
  queueName?: string
  settings?: GivenSettings
  /** Of an SQL job. */
  sqlBody?: string
  /** The job must be of this kind. Absent: any. */
  kind?: JobKind
}>

export const NO_STATUS: Texts = { en: '', zh: '' }
