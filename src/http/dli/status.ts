import type { JobState, JobView } from '../../jobs/index.ts'

/**
 * What DLI calls the condition of a job: a total function of the job's state and of whether an operation on it is open.
 * DLI has no word for a job that is being restarted after an error: it shows `job_submitting`, because `job_running`
 * is said only when every task was seen running.
 */
export const DLI_STATUSES = [
  'job_init',
  'job_submitting',
  'job_submit_fail',
  'job_running',
  'job_running_exception',
  'job_downloading',
  'job_idle',
  'job_canceling',
  'job_cancel_success',
  'job_cancel_fail',
  'job_savepointing',
  'job_arrearage_stopped',
  'job_arrearage_recovering',
  'job_finish',
] as const
export type DliStatus = (typeof DLI_STATUSES)[number]

/** When a job shows it, or why none does; docs/guides/statuses.md is made of this. */
export const STATUS_MOMENTS: Readonly<Record<DliStatus, string>> = {
  job_init: 'Created or imported, and never run since.',
  job_submitting:
    'From the moment a run is accepted until every task runs: while the job waits for CUs or memory (`status_desc` says for what), while its cluster starts, and while it is being started again after a failure.',
  job_submit_fail:
    'The run ended before every task ran: nothing fits, the program cannot begin, the state cannot be read, it took too long. So does every run of an SQL job until SQL jobs run.',
  job_running: 'Every task was seen running by the attempt that Headgate launched, and nothing since says otherwise.',
  job_running_exception:
    'It ran and ended with an error, and no restart is wanted or left; or it died before the savepoint of its stop was complete.',
  job_downloading: 'Never: only edge jobs are delivered to a device, and there are no edge nodes here.',
  job_idle: 'Never: only edge jobs idle. A job that has nothing to read is `job_running`.',
  job_canceling: 'A stop was accepted, and something of the job may still run.',
  job_cancel_success: 'It was stopped, and nothing of it runs any more.',
  job_cancel_fail:
    'The stop did not end everything in time. Headgate goes on trying; when it succeeds the job is `job_cancel_success`.',
  job_savepointing:
    'A savepoint is being taken of the running job, by the savepoint call or as the first part of a stop.',
  job_arrearage_stopped: 'Never: there are no accounts here, so none falls into arrears.',
  job_arrearage_recovering: 'Never, for the same reason.',
  job_finish: 'The program ended by itself.',
}

/** The status while no operation is open. */
const STATUS_OF_STATE: Record<JobState, DliStatus> = {
  draft: 'job_init',
  queued: 'job_submitting',
  submitting: 'job_submitting',
  submitFailed: 'job_submit_fail',
  running: 'job_running',
  recovering: 'job_submitting',
  stopping: 'job_canceling',
  stopFailed: 'job_cancel_fail',
  stopped: 'job_cancel_success',
  failed: 'job_running_exception',
  finished: 'job_finish',
  deleting: 'job_canceling', // no client sees these two: the job is gone for them
  deleted: 'job_cancel_success',
}

/** States in which an open operation shows: a savepoint of a running job, or the last one of a job that is stopped. */
const SAVEPOINT_STATES: readonly JobState[] = ['running', 'stopping']

export function statusOf(view: Pick<JobView, 'openOperation'> & { job: { state: JobState } }): DliStatus {
  const { state } = view.job
  return view.openOperation && SAVEPOINT_STATES.includes(state) ? 'job_savepointing' : STATUS_OF_STATE[state]
}

/** What a job must be to have the status; null: no job here ever has it (edge jobs, accounts in arrears). */
export function jobsWithStatus(status: DliStatus): { states: JobState[]; hasOpenOperation?: boolean } | null {
  if (status === 'job_savepointing') return { states: [...SAVEPOINT_STATES], hasOpenOperation: true }
  const states = VISIBLE_STATES.filter((state) => STATUS_OF_STATE[state] === status)
  if (states.length === 0) return null
  return states.some((state) => SAVEPOINT_STATES.includes(state)) ? { states, hasOpenOperation: false } : { states }
}

const VISIBLE_STATES = (Object.keys(STATUS_OF_STATE) as JobState[]).filter(
  (state) => state !== 'deleting' && state !== 'deleted',
)
