import type { Attempt, Job, Operation, Restart, Wish } from '../jobs/job.ts'
import type { JobEvent } from '../jobs/lifecycle.ts'
import type { Restorable } from '../jobs/restore-point.ts'
import type { Texts } from '../lib/errors.ts'
import type { Observation, SavepointView } from '../runtimes/runtime.ts'

/** What the queue and the host have for a job that waits to start. */
export type Room = Readonly<{
  needsCus: number
  needsMemoryBytes: number
  /** Null: the queue does not exist any more. */
  queue: { name: string; cuCount: number; busyCus: number } | null
  /** Null: the runtime does not limit memory. */
  memory: { budgetBytes: number; busyBytes: number } | null
  /** Jobs of the same queue that have waited longer. */
  aheadInLine: number
  /** Clusters being started on this host now, and how many may be at once. */
  starting: number
  startingMax: number
}>

/** All that a decision rests on: what is recorded, what is wanted, what was seen. */
export type JobView = Readonly<{
  job: Job
  /** The live attempt. */
  attempt: Attempt | null
  /** All attempts, newest first; empty where the state does not need them. */
  history: readonly Attempt[]
  /** Of the present run within the last hour (restart-budget.ts); empty where the state does not need them. */
  restarts: readonly Restart[]
  operation: Operation | null
  /** Of the live attempt. */
  observation: Observation | null
  /** Of the open operation. */
  savepoint: SavepointView | null
  /** Only for a job that waits to start. */
  room: Room | null
  /** Global variables that the job names and its project does not have; only for a job that waits to start. */
  missingVariables: readonly string[]
  /** Only for a job of which another attempt is to be launched. */
  restorable: Restorable | null
}>

/** One key per thing that can be done to the world; each is safe to repeat. */
export interface ActionArgs {
  launch: { attemptId: string }
  cancel: { attemptId: string }
  kill: { attemptId: string }
  replaceTaskManagers: { attemptId: string }
  savepoint: { attemptId: string; operationId: string }
  keepGraph: { attemptId: string }
  exportLogs: { attemptId: string }
  tidy: { attemptId: string }
  dispose: { attemptIds: readonly string[] }
}
export type ActionName = keyof ActionArgs
export type Action = { [N in ActionName]: { do: N } & ActionArgs[N] }[ActionName]
export type Executors = {
  [N in ActionName]: (args: ActionArgs[N], view: JobView, signal: AbortSignal) => Promise<void>
}

/** Facts to write beside the move; only what changed. */
export type Facts = Readonly<{
  status?: Texts
  condition?: Texts
  startedAt?: Date
  endedAt?: Date
  restartTimes?: number
  wish?: Wish
}>

export type Decision = Readonly<{
  /** At most one move per pass. */
  event?: JobEvent
  /** History, log line and debug command say the same words. */
  because: string
  facts?: Facts
  attempt?: Partial<
    Pick<
      Attempt,
      | 'live'
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
  /** Restarts that are made or let stand by this decision. */
  restarts?: readonly Restart[]
  /** Its ids are chosen when it is recorded; it is launched by the next pass. */
  newAttempt?: { restoreFrom: string | null; restoreBecause: string }
  operation?: { state: 'completed' | 'failed'; locationUrl: string | null; reason: string }
  actions: readonly Action[]
  lookAgainInMs: number | 'whenAsked'
}>
