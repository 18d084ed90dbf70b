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
