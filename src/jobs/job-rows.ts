import type { Selectable } from 'kysely'
import type { Schema } from '../db/schema.ts'
import { assert, type Texts } from '../lib/errors.ts'
import type { TimelineEntry } from '../runtimes/runtime.ts'
import type { Attempt, Job, JobId, Operation, Savepoint, Wish } from './job.ts'
import { DEFAULT_SETTINGS } from './job-settings.ts'
import type { JobState } from './lifecycle.ts'

/** Rows of the database and values of the domain, one into the other. Times and JSON are converted here only. */

/** What may change in a job row beside its state. */
export type JobPatch = Partial<
  Pick<
    Job,
    | 'name'
    | 'description'
    | 'queueName'
    | 'settings'
    | 'status'
    | 'condition'
    | 'wish'
    | 'generation'
    | 'seenGeneration'
    | 'restartTimes'
    | 'updatedAt'
    | 'startedAt'
    | 'endedAt'
    | 'executionGraph'
  >
> & { deletedAt?: Date }

export type AttemptPatch = Partial<
  Pick<
    Attempt,
    | 'live'
    | 'launchedAt'
    | 'runningAt'
    | 'endedAt'
    | 'outcome'
    | 'failure'
    | 'flinkRestarts'
    | 'timeline'
    | 'lastCheckpoint'
    | 'logsExportedAt'
    | 'silentSince'
  >
>

export function toRow(job: Omit<Job, 'id' | 'version'>) {
  return {
    project_id: job.projectId,
    name: job.name,
    type: job.type,
    description: job.description,
    queue_name: job.queueName,
    settings_json: JSON.stringify(job.settings),
    owner_id: job.ownerId,
    state: job.state,
    wants: job.wish.wants,
    generation: job.generation,
    seen_generation: job.seenGeneration,
    wish_json: JSON.stringify(job.wish),
    version: 1,
    state_since: job.stateSince.getTime(),
    status_json: JSON.stringify(job.status),
    condition_json: JSON.stringify(job.condition),
    restart_times: job.restartTimes,
    created_at: job.createdAt.getTime(),
    updated_at: job.updatedAt.getTime(),
    started_at: null,
    ended_at: null,
    execution_graph: null,
    deleted_at: null,
  }
}

export function patchRow(patch: JobPatch) {
  return withoutUndefined({
    name: patch.name,
    description: patch.description,
    queue_name: patch.queueName,
    settings_json: patch.settings && JSON.stringify(patch.settings),
    status_json: patch.status && JSON.stringify(patch.status),
    condition_json: patch.condition && JSON.stringify(patch.condition),
    wish_json: patch.wish && JSON.stringify(patch.wish),
    wants: patch.wish?.wants,
    generation: patch.generation,
    seen_generation: patch.seenGeneration,
    restart_times: patch.restartTimes,
    updated_at: patch.updatedAt?.getTime(),
    started_at: time(patch.startedAt),
    ended_at: time(patch.endedAt),
    execution_graph: patch.executionGraph,
    deleted_at: time(patch.deletedAt),
  })
}

export function fromRow(row: Selectable<Schema['jobs']>): Job {
  const wish = JSON.parse(row.wish_json) as Wish
  assert(wish.wants === row.wants, `Job ${row.id}: wants and wish_json differ`)
  return {
    id: row.id as JobId,
    projectId: row.project_id,
    name: row.name,
    type: row.type as Job['type'],
    description: row.description,
    queueName: row.queue_name,
    settings: { ...DEFAULT_SETTINGS, ...(JSON.parse(row.settings_json) as Partial<Job['settings']>) },
    ownerId: row.owner_id,
    state: row.state as JobState,
    stateSince: new Date(row.state_since),
    status: JSON.parse(row.status_json) as Texts,
    condition: JSON.parse(row.condition_json) as Texts,
    wish,
    generation: row.generation,
    seenGeneration: row.seen_generation,
    version: row.version,
    restartTimes: row.restart_times,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    startedAt: date(row.started_at),
    endedAt: date(row.ended_at),
    executionGraph: row.execution_graph,
  }
}

export function attemptRow(attempt: Attempt, runtime: string) {
  return {
    id: attempt.id,
    job_id: attempt.jobId,
    number: attempt.number,
    run: attempt.run,
    flink_job_id: attempt.flinkJobId,
    flink_version: attempt.flinkVersion,
    runtime,
    live: attempt.live ? 1 : 0,
    cu_count: attempt.cuCount,
    memory_bytes: attempt.memoryBytes,
    restore_from: attempt.restoreFrom,
    restore_because: attempt.restoreBecause,
    launch_json: attempt.launchJson,
    created_at: attempt.createdAt.getTime(),
    launched_at: null,
    running_at: null,
    ended_at: null,
    outcome: null,
    failure_json: null,
    flink_restarts: 0,
    timeline_json: '[]',
    last_checkpoint: null,
    last_checkpoint_at: null,
    logs_exported_at: null,
    silent_since: null,
  }
}

export function attemptPatchRow(patch: AttemptPatch) {
  return withoutUndefined({
    live: patch.live === undefined ? undefined : patch.live ? 1 : 0,
    launched_at: time(patch.launchedAt),
    running_at: time(patch.runningAt),
    ended_at: time(patch.endedAt),
    outcome: patch.outcome,
    failure_json: patch.failure && JSON.stringify(patch.failure),
    flink_restarts: patch.flinkRestarts,
    timeline_json: patch.timeline && JSON.stringify(patch.timeline),
    last_checkpoint: patch.lastCheckpoint?.url,
    last_checkpoint_at: time(patch.lastCheckpoint?.completedAt),
    logs_exported_at: time(patch.logsExportedAt),
    silent_since: time(patch.silentSince),
  })
}

export function fromAttemptRow(row: Selectable<Schema['attempts']>): Attempt {
  const timeline = JSON.parse(row.timeline_json) as (Omit<TimelineEntry, 'at'> & { at: string })[]
  return {
    id: row.id,
    jobId: row.job_id as JobId,
    number: row.number,
    run: row.run,
    flinkJobId: row.flink_job_id,
    flinkVersion: row.flink_version,
    live: row.live === 1,
    cuCount: row.cu_count,
    memoryBytes: row.memory_bytes,
    restoreFrom: row.restore_from,
    restoreBecause: row.restore_because,
    launchJson: row.launch_json,
    createdAt: new Date(row.created_at),
    launchedAt: date(row.launched_at),
    runningAt: date(row.running_at),
    endedAt: date(row.ended_at),
    outcome: row.outcome as Attempt['outcome'],
    failure: row.failure_json === null ? null : (JSON.parse(row.failure_json) as NonNullable<Attempt['failure']>),
    flinkRestarts: row.flink_restarts,
    timeline: timeline.map((entry) => ({ ...entry, at: new Date(entry.at) })),
    lastCheckpoint:
      row.last_checkpoint === null || row.last_checkpoint_at === null
        ? null
        : { url: row.last_checkpoint, completedAt: new Date(row.last_checkpoint_at) },
    logsExportedAt: date(row.logs_exported_at),
    silentSince: date(row.silent_since),
  }
}

export function fromOperationRow(row: Selectable<Schema['operations']>): Operation {
  return {
    id: row.id,
    jobId: row.job_id as JobId,
    attemptId: row.attempt_id,
    kind: row.kind as Operation['kind'],
    state: row.state as Operation['state'],
    directory: row.directory,
    location: row.location,
    reason: row.reason,
    createdAt: new Date(row.created_at),
    endedAt: date(row.ended_at),
  }
}

export function fromSavepointRow(row: Selectable<Schema['savepoints']>): Savepoint {
  return {
    id: row.id,
    jobId: row.job_id as JobId,
    attemptId: row.attempt_id,
    origin: row.origin as Savepoint['origin'],
    url: row.url,
    path: row.path,
    createdAt: new Date(row.created_at),
  }
}

const date = (ms: number | null) => (ms === null ? null : new Date(ms))
const time = (value: Date | null | undefined) => (value instanceof Date ? value.getTime() : value)

type WithoutUndefined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
function withoutUndefined<T extends object>(values: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>
}
