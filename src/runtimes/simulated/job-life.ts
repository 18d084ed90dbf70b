import { assert } from '../../lib/errors.ts'
import type { FlinkJobState } from '../runtime.ts'
import { PACE } from './pace.ts'

/**
 * The life of a pretended job, as Flink's own goes (JobStatus, ExecutionState): what its tasks are in each state, where each
 * event leads, and what comes by itself. RUNNING begins with tasks that wait for slots, so it has a second half.
 */
export type JobEvent =
  | 'created' // the restore point was read
  | 'scheduled'
  | 'deployed' // there were slots: every task runs
  | 'taskFailed' // and the restart strategy gives up
  | 'restart' // a task failed, and the restart strategy allows another try
  | 'backedOff'
  | 'cancel'
  | 'tasksEnded'
  | 'finished'

export type Phase = Exclude<FlinkJobState, 'SUSPENDED' | 'RECONCILING' | 'RUNNING'> | 'WAITING' | 'RUNNING'
export type TaskState = 'CREATED' | 'SCHEDULED' | 'RUNNING' | 'FINISHED' | 'CANCELING' | 'CANCELED' | 'FAILED'

type PhaseSpec = Readonly<{
  state: FlinkJobState
  /** Null: Flink does not know the tasks yet. */
  tasks: TaskState | null
  on: Partial<Record<JobEvent, Phase>>
  byItself?: Readonly<{ event: JobEvent; afterMs: number }>
}>

export const JOB_LIFE: Readonly<Record<Phase, PhaseSpec>> = {
  INITIALIZING: {
    state: 'INITIALIZING',
    tasks: null,
    on: { created: 'CREATED', taskFailed: 'FAILED', cancel: 'CANCELED' },
    byItself: { event: 'created', afterMs: PACE.stepMs },
  },
  CREATED: {
    state: 'CREATED',
    tasks: 'CREATED',
    on: { scheduled: 'WAITING', cancel: 'CANCELLING' },
    byItself: { event: 'scheduled', afterMs: PACE.stepMs },
  },
  WAITING: {
    state: 'RUNNING',
    tasks: 'SCHEDULED',
    on: { deployed: 'RUNNING', taskFailed: 'FAILING', restart: 'RESTARTING', cancel: 'CANCELLING' },
  },
  RUNNING: {
    state: 'RUNNING',
    tasks: 'RUNNING',
    on: { taskFailed: 'FAILING', restart: 'RESTARTING', cancel: 'CANCELLING', finished: 'FINISHED' },
  },
  RESTARTING: {
    state: 'RESTARTING',
    tasks: 'CANCELED',
    on: { backedOff: 'WAITING', cancel: 'CANCELLING' },
    byItself: { event: 'backedOff', afterMs: PACE.restartMs },
  },
  FAILING: {
    state: 'FAILING',
    tasks: 'CANCELING',
    on: { tasksEnded: 'FAILED' },
    byItself: { event: 'tasksEnded', afterMs: PACE.stepMs },
  },
  CANCELLING: {
    state: 'CANCELLING',
    tasks: 'CANCELING',
    on: { tasksEnded: 'CANCELED' },
    byItself: { event: 'tasksEnded', afterMs: PACE.stepMs },
  },
  FAILED: { state: 'FAILED', tasks: 'FAILED', on: {} },
  CANCELED: { state: 'CANCELED', tasks: 'CANCELED', on: {} },
  FINISHED: { state: 'FINISHED', tasks: 'FINISHED', on: {} },
}

/** The phase after an event; null when the event means nothing in this phase. */
export function nextPhase(phase: Phase, event: JobEvent): Phase | null {
  return JOB_LIFE[phase].on[event] ?? null
}

export function isOver(phase: Phase): boolean {
  return ['FAILED', 'CANCELED', 'FINISHED'].includes(phase)
}

/** One job: its phase, and the moments and failures that Flink's answers tell of. */
export class PretendedJob {
  #phase: Phase = 'INITIALIZING'
  /** First moment in each state, for `timestamps`. */
  readonly moments = new Map<FlinkJobState, number>()
  readonly failures: { at: number; trace: string }[] = []
  readonly startedAt = Date.now()
  modifiedAt = this.startedAt
  restarts = 0
  readonly #onPhase: (phase: Phase) => void

  constructor(onPhase: (phase: Phase) => void) {
    this.#onPhase = onPhase
    this.moments.set('INITIALIZING', this.startedAt)
  }

  get phase(): Phase {
    return this.#phase
  }

  get endedAt(): number | null {
    return isOver(this.#phase) ? this.modifiedAt : null
  }

  /** False: the event means nothing now. */
  move(event: JobEvent): boolean {
    const next = nextPhase(this.#phase, event)
    if (next === null) return false
    this.#phase = next
    this.modifiedAt = Math.max(Date.now(), this.modifiedAt + 1)
    this.moments.set(JOB_LIFE[next].state, this.modifiedAt)
    if (event === 'restart') this.restarts += 1
    this.#onPhase(next)
    return true
  }

  fail(trace: string): void {
    assert(!isOver(this.#phase), 'a job that is over does not fail')
    this.failures.unshift({ at: Date.now(), trace })
  }
}
