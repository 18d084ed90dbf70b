import type { Texts } from '../lib/errors.ts'

/**
 * The port to whatever runs attempts. It speaks of attempts and observations, never of jobs, HTTP or DLI.
 *
 * Rules for every driver:
 * - Ids are chosen by the caller before `launch`; launching an attempt that exists is success.
 * - Everything a driver needs to find an attempt again is on disk (or in the cluster) before anything is started,
 *   so a driver made after a crash answers for attempts launched by the one before.
 * - `inspect` changes nothing and does not throw for what is expected: "unreachable" is an observation.
 * - Every call ends: it carries its own time limits.
 */
export type AttemptId = string

/** Sizes of one attempt's cluster. Memory is what each JVM process may take in all, in bytes. */
export type ClusterShape = Readonly<{
  jobManager: { cpuCores: number; memoryBytes: number }
  taskManager: { cpuCores: number; memoryBytes: number; slots: number }
  taskManagers: number
  parallelism: number
}>

/** A file the attempt needs: copied or linked by the driver from `path` (a file of Headgate's, immutable) under `name`. */
export type LaunchFile = Readonly<{ name: string; path: string }>

export type LaunchSpec = Readonly<{
  attemptId: AttemptId
  projectId: string
  /** User id (and group id) of the processes and of their files; null: those of the service. */
  user: number | null
  jobId: number
  jobName: string
  /** 32 hex digits, new for every attempt. */
  flinkJobId: string
  /** `1.20` or `2.3`, or an exact version that is installed. */
  flinkVersion: string
  shape: ClusterShape
  mainClass: string
  args: readonly string[]
  /** First the jar that holds the main class, then the further jars; all on the user class path. */
  jars: readonly LaunchFile[]
  /** Reachable by the program as the class-path resource `userData/<name>`. */
  files: readonly LaunchFile[]
  /** Where the project's buckets lie, a URL as in state-url.ts: what the program calls `obs://bucket/key` is below it. */
  objectsUrl: string
  /** Restore from here (a URL as Flink writes it, see state-url.ts), or start empty. */
  restoreFrom: string | null
  allowNonRestoredState: boolean
  checkpoints: Readonly<{
    /** Directory for checkpoints (also those the program itself switches on), a URL as in state-url.ts. */
    directoryUrl: string
    savepointDirectoryUrl: string
    /** Set by the platform, or null when the program decides. */
    everySeconds: number | null
    mode: 'exactly_once' | 'at_least_once'
  }>
  restart: RestartPolicy
  /** Further Flink configuration from the user; it wins over ours unless the driver must own the key. */
  flinkConfig: Readonly<Record<string, string>>
  /** log4j levels: root and per logger. */
  logLevels: Readonly<{ root: string; loggers: Readonly<Record<string, string>> }>
}>

/** As much of a launch as decides which prepared place can take it. */
export type LaunchWish = Pick<LaunchSpec, 'user' | 'flinkVersion' | 'shape' | 'flinkConfig'>

/** What Flink itself may do when a task fails; the hourly budget over attempts is the reconciler's. */
export type RestartPolicy = Readonly<{ kind: 'never' } | { kind: 'always' } | { kind: 'perHour'; max: number }>

/** State of the Flink job, as Flink names it (Flink, JobStatus). */
export type FlinkJobState =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING'

/** Why something ended: a line for people (Flink's own words), what to do about it, and the raw text behind it. */
export type Failure = Readonly<{
  cause: string
  advice: Texts
  detail: string
  /** Flink could not read the state it was to restore, for files of it are missing or damaged. */
  unreadableState?: true
  /** Another attempt would end in the same way: none is made, whatever the policy says. */
  isFinal?: true
}>

export type ProcessState =
  | { is: 'absent' } // never started, as far as anything on disk tells
  | { is: 'alive'; pid: number }
  | { is: 'ended'; exitCode: number | null } // null: killed together with its wrapper, or by a reboot

export type FlinkJobView = Readonly<{
  state: FlinkJobState
  /** Every task is RUNNING or FINISHED (for a batch job: any task is). This, not the job state, is "running". */
  tasksUp: boolean
  tasks: Readonly<{ total: number; running: number; finished: number }>
  /** Restarts Flink made by itself in this attempt. */
  restarts: number
  /** Failures that Flink remembers, with and without a restart after them: when each was, newest first. */
  failedAt: readonly Date[]
  /** The newest of them; null when there is none, or Flink gave no reason. */
  lastFailure: Failure | null
  startedAt: Date | null
  endedAt: Date | null
}>

export type SavepointView = Readonly<
  { is: 'inProgress' } | { is: 'completed'; locationUrl: string } | { is: 'failed'; reason: string } | { is: 'unknown' }
>

export type CheckpointView = Readonly<{ url: string; completedAt: Date; id: number }>

/** The directory that holds the checkpoints of many runs, told by one: `<directory>/<flink job id>/chk-N` (Flink docs, "Checkpoints"). */
export function checkpointDirectoryOf(checkpointUrl: string): string {
  return checkpointUrl.split('/').slice(0, -2).join('/')
}

/** What was seen of one attempt, at one moment, by this driver. */
export type Observation = Readonly<{
  at: Date
  /** The attempt left something behind (run folder, deployment). False: it was never launched, or is disposed of. */
  exists: boolean
  jobManager: ProcessState
  /** In order of their numbers; fewer than the shape asks for while some are not spawned yet. */
  taskManagers: readonly ProcessState[]
  rest: 'notAsked' | 'answers' | 'silent'
  /** Null: Flink does not know the job (yet), or does not answer. */
  flinkJob: FlinkJobView | null
  registeredTaskManagers: number | null
  /** Set when the attempt is lost for good (process ended, main threw, job FAILED). */
  failure: Failure | null
  latestCheckpoint: CheckpointView | null
  /** Steps of the start, in order, each with the moment it was first seen. */
  timeline: readonly TimelineEntry[]
}>

export const TIMELINE_STEPS = [
  'launching',
  'filesReady',
  'configured',
  'jvmsSpawned',
  'jobManagerUp',
  'taskManagersRegistered',
  'running',
  'firstCheckpoint',
] as const
export type TimelineStep = (typeof TIMELINE_STEPS)[number]

/** `jvms`, with `jvmsSpawned`: how they came to be, where the driver knows more than one way. */
export type TimelineEntry = Readonly<{ step: TimelineStep; at: Date; jvms?: JvmStart }>

/**
 * `warm`: all were waiting, warmed up. Else why one of them was not: none is kept (`off`), none may be used
 * (`ownJvmOptions`), none is of this size or of this project's user, none is there, it is not warm yet, it had died, or it
 * did not answer.
 */
export type JvmStart = 'warm' | ColdReason
export type ColdReason = 'off' | 'ownJvmOptions' | 'otherSize' | 'otherUser' | 'noSlot' | 'notReady' | 'died' | 'hung'

export type LogFile = Readonly<{ name: string; sizeBytes: number; modifiedAt: Date }>

/** Bytes of a log from an offset; `endOfFile` says whether there is more now. */
export type LogPage = Readonly<{ bytes: Uint8Array; nextOffsetBytes: number; sizeBytes: number; endOfFile: boolean }>

/** What a source or a sink has counted since its attempt began to run, over all its subtasks. */
export type OperatorCounter = Readonly<{
  /** As Flink names the operator, such as `Source: orders`. */
  name: string
  records: number
  /** Records it could not read or write, where it counts them. */
  corruptedRecords: number
  recordsPerSecond: number
}>

export type JobCounters = Readonly<{ sources: readonly OperatorCounter[]; sinks: readonly OperatorCounter[] }>

export interface Runtime {
  readonly kind: 'local-process' | 'simulated'

  /**
   * Takes a place that is prepared for a launch like this one, and answers the attempt id that it has had from the
   * beginning: whoever launches under this id launches there, at once. Null: none is prepared, any new id will do. A place
   * is given away once; one that is never launched is gone when the service is gone. Never throws: it is a help only.
   */
  reserve(wish: LaunchWish): Promise<AttemptId | null>

  /** Gives back what `reserve` answered, when no attempt was recorded under it. */
  release(attemptId: AttemptId): void

  /**
   * Prepares and starts the attempt's cluster and hands the job to it; returns when the processes are spawned, long
   * before the job runs. Safe to repeat: what exists already is left as it is.
   * @throws Refusal `runtime.*` when the start cannot work and a person must look; other errors may be retried.
   */
  launch(spec: LaunchSpec, signal: AbortSignal): Promise<void>

  /** Ids of every attempt that left something behind here. */
  find(): Promise<AttemptId[]>

  inspect(attemptId: AttemptId): Promise<Observation>

  /**
   * Asks Flink for a savepoint; with `thenStop` Flink stops the job when it is complete. `operationId` (32 hex) is the
   * trigger id, so asking again is harmless. Returns when Flink accepted; the result comes from `savepointResult`.
   */
  requestSavepoint(
    attemptId: AttemptId,
    operation: { operationId: string; directoryUrl: string; thenStop: boolean },
  ): Promise<void>

  savepointResult(attemptId: AttemptId, operationId: string): Promise<SavepointView>

  /** Starts TaskManagers that the shape asks for and that are not alive. */
  replaceTaskManagers(attemptId: AttemptId): Promise<void>

  /** Asks Flink to cancel the job. The processes stay; `kill` ends them. Success when there is nothing to cancel. */
  cancel(attemptId: AttemptId): Promise<void>

  /** Ends every process of the attempt: asks (SIGTERM), waits, then SIGKILL. Returns when none is left. */
  kill(attemptId: AttemptId): Promise<void>

  /** After `kill`: removes what is only needed while running (temporary files, user files). Logs stay. */
  tidy(attemptId: AttemptId): Promise<void>

  /** Removes everything of the attempt, logs too. */
  dispose(attemptId: AttemptId): Promise<void>

  listLogs(attemptId: AttemptId): Promise<LogFile[]>
  readLog(attemptId: AttemptId, name: string, offsetBytes: number, limitBytes: number): Promise<LogPage>

  /** Flink's own answer to `GET /jobs/<id>` (the execution graph), of an ended job as it was then; null when it cannot be had. */
  executionGraph(attemptId: AttemptId): Promise<unknown>

  /** What the sources and sinks of a running job count; null when Flink does not tell. */
  counters(attemptId: AttemptId): Promise<JobCounters | null>

  /** Complete checkpoints below a directory (`<url>/<flink job id>/chk-N`), newest first, for the given Flink job ids. */
  findCheckpoints(directoryUrl: string, flinkJobIds: readonly string[]): Promise<CheckpointView[]>

  /** True when the URL holds a complete savepoint or checkpoint (`_metadata` is readable). */
  holdsState(url: string): Promise<boolean>

  /**
   * Called with an attempt id when `inspect` would see something else than it did the last time, or may: at once for the
   * end of a process where the driver is told of it, within 0.1 s while a job that this driver launched starts or that it
   * was asked to cancel ends, within 1 s else, and again until it was inspected. It holds for
   * attempts that this driver has inspected and that ran then. A call without a change is allowed; that no call came proves
   * nothing, so look now and then all the same.
   */
  onChange(listener: (attemptId: AttemptId) => void): void

  /** Versions a job may ask for: what is installed or can be. */
  flinkVersions(): Promise<readonly string[]>

  /** Memory that attempts may take on this host in all, in bytes; null when the driver does not limit it. */
  memoryBudgetBytes(): number | null

  /** Stops watching; leaves every process of an attempt as it is, and ends those that wait for one. */
  close(): Promise<void>
}
