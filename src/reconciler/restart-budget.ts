import type { JobSettings, Restart } from '../jobs/job.ts'

/** The budget of resume_max_num slides over an hour (DLI: restarts per hour). */
export const BUDGET_MS = 3_600_000
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000

export function withinBudget(restarts: readonly Restart[], now: Date): Restart[] {
  return restarts.filter(({ at }) => now.getTime() - at.getTime() < BUDGET_MS)
}

export type RestartAnswer = Readonly<{ may: true } | { may: false; because: string }>

/**
 * May the job be started again after this failure (DLI: restart_when_exception, resume_max_num per hour, -1 unlimited)?
 * `spent`: restarts of the present run in the last hour; Flink's own count like ours.
 */
export function mayRestart(
  settings: Pick<JobSettings, 'restartWhenException' | 'resumeMaxNum'>,
  spent: number,
): RestartAnswer {
  if (!settings.restartWhenException) return { may: false, because: 'restart_when_exception is off' }
  if (settings.resumeMaxNum === -1 || spent < settings.resumeMaxNum) return { may: true }
  return { may: false, because: `the ${settings.resumeMaxNum} restarts per hour of resume_max_num are spent` }
}

/** How long to wait before the next attempt: doubling with every restart of the last hour. */
export function backoffMs(spent: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** spent)
}
