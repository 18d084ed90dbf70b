/**
 * The life of a job, in one table. States, events and what they mean are written here and nowhere else; next states,
 * accepted commands, the check in the database, the metrics and the diagram in the docs are derived from it.
 *
 * Few states, the rest is computed: what DLI shows is a total function of the job and its open operation
 * (http/dli/status.ts). Commands are imperative (`start`), findings are facts (`launched`, `gone`), and time speaks as
 * `outOfPatience`. A moving state without a patience and a way out does not compile.
 */

export type JobState =
  | 'draft'
  | 'queued'
  | 'submitting'
  | 'submitFailed'
  | 'running'
  | 'recovering'
  | 'stopping'
  | 'stopFailed'
  | 'stopped'
  | 'failed'
  | 'finished'
  | 'deleting'
  | 'deleted'

export type JobEvent =
  | 'start' // command: run the job
  | 'stop' // command: end it
  | 'delete' // command: end it and forget it
  | 'overwrite' // command: an import replaces its definition
  | 'admitted' // the queue and the host have room; an attempt is recorded
  | 'launched' // every task runs (design: what "running" means)
  | 'refused' // the start cannot work
  | 'finished' // the program ended by itself
  | 'failed' // it ended with an error and no restart is left or wanted
  | 'lost' // it ended with an error and the policy allows another attempt
  | 'unreadable' // Flink cannot read the state it was to begin with; an older one is tried
  | 'interrupted' // Flink restarts its tasks inside the live attempt
  | 'gone' // nothing of it runs any more
  | 'savepointFailed' // a stop with savepoint could not make one; the job runs on
  | 'outOfPatience' // the state lasted longer than it may

/** Time limits of the moving states; the values are settings (config). */
export type Patience = Readonly<{
  queuedMs: number
  launchMs: number
  recoverMs: number
  stopMs: number
  deleteMs: number
}>

type Moves = Partial<Record<JobEvent, JobState>>
export type StateSpec = Readonly<{ meaning: string }> &
  (
    | Readonly<{ kind: 'resting'; on: Moves }> // nothing happens until somebody asks
    | Readonly<{ kind: 'live'; on: Moves }> // watched, may last for years
    | Readonly<{ kind: 'moving'; patience: keyof Patience; on: Moves & { outOfPatience: JobState } }>
  )

export const LIFECYCLE = {
  draft: {
    kind: 'resting',
    meaning: 'Saved, and not started since it was created or overwritten by an import.',
    on: { start: 'queued', overwrite: 'draft', delete: 'deleting' },
  },
  queued: {
    kind: 'moving',
    patience: 'queuedMs',
    meaning: 'Start accepted; waits until the queue has the CUs and the host has the memory. Nothing runs.',
    on: {
      admitted: 'submitting',
      refused: 'submitFailed',
      outOfPatience: 'submitFailed',
      stop: 'stopped',
      delete: 'deleting',
    },
  },
  submitting: {
    kind: 'moving',
    patience: 'launchMs',
    meaning: 'An attempt is recorded with its ids; its cluster is being launched and the job handed to it.',
    on: {
      launched: 'running',
      finished: 'finished',
      unreadable: 'submitting',
      refused: 'submitFailed',
      outOfPatience: 'submitFailed',
      stop: 'stopping',
      delete: 'deleting',
    },
  },
  submitFailed: {
    kind: 'resting',
    meaning: 'The start did not succeed. The reason is kept; nothing runs.',
    on: { start: 'queued', overwrite: 'draft', delete: 'deleting' },
  },
  running: {
    kind: 'live',
    meaning: 'Every task of the live attempt was seen running, and nothing since says otherwise.',
    on: {
      stop: 'stopping',
      finished: 'finished',
      interrupted: 'recovering',
      lost: 'recovering',
      failed: 'failed',
      delete: 'deleting',
    },
  },
  recovering: {
    kind: 'moving',
    patience: 'recoverMs',
    meaning:
      'It failed and the policy allows a restart: Flink restarts the tasks, or another attempt waits or is being launched.',
    on: {
      launched: 'running',
      finished: 'finished',
      lost: 'recovering',
      unreadable: 'recovering',
      failed: 'failed',
      refused: 'failed',
      outOfPatience: 'failed',
      stop: 'stopping',
      delete: 'deleting',
    },
  },
  stopping: {
    kind: 'moving',
    patience: 'stopMs',
    meaning: 'A stop is wanted. Processes may remain until the attempt is gone.',
    on: {
      gone: 'stopped',
      finished: 'finished',
      failed: 'failed',
      savepointFailed: 'running',
      outOfPatience: 'stopFailed',
      delete: 'deleting',
    },
  },
  stopFailed: {
    kind: 'live',
    meaning: 'The stop did not work; something may still run.',
    on: { stop: 'stopping', gone: 'stopped', failed: 'failed', delete: 'deleting' },
  },
  stopped: {
    kind: 'resting',
    meaning: 'Ended because somebody asked. Nothing runs.',
    on: { start: 'queued', overwrite: 'draft', delete: 'deleting' },
  },
  failed: {
    kind: 'resting',
    meaning: 'Ended with an error and no restart is left or wanted. The reason is kept; nothing runs.',
    on: { start: 'queued', overwrite: 'draft', delete: 'deleting' },
  },
  finished: {
    kind: 'resting',
    meaning: 'The program ended by itself. Nothing runs.',
    on: { start: 'queued', overwrite: 'draft', delete: 'deleting' },
  },
  deleting: {
    kind: 'moving',
    patience: 'deleteMs',
    meaning: 'Invisible to clients. Its processes are being ended and its files removed.',
    on: { gone: 'deleted', outOfPatience: 'deleting' },
  },
  deleted: {
    kind: 'resting',
    meaning: 'Only its history is left, for the books.',
    on: {},
  },
} as const satisfies Record<JobState, StateSpec>

export const JOB_STATES = Object.keys(LIFECYCLE) as JobState[]

/** The state after the event, or null when the table does not know the move. */
export function nextState(state: JobState, event: JobEvent): JobState | null {
  const moves: Moves = LIFECYCLE[state].on
  return moves[event] ?? null
}

/** How long the state may last, or null when it has no limit. */
export function patienceOf(state: JobState, patience: Patience): number | null {
  const spec: StateSpec = LIFECYCLE[state]
  return spec.kind === 'moving' ? patience[spec.patience] : null
}

export function kindOf(state: JobState): StateSpec['kind'] {
  return LIFECYCLE[state].kind
}

/** States in which processes may run and so CUs and memory are taken. */
export const OCCUPYING_STATES = [
  'submitting',
  'running',
  'recovering',
  'stopping',
  'stopFailed',
  'deleting',
] as const satisfies JobState[]
