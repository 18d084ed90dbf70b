import type { Attempt, Job } from '../jobs/job.ts'

const HOUR_MS = 3_600_000
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000

export type RestartAnswer = Readonly<{ may: true } | { may: false; because: string }>

/**
 * May the job be started again after this failure (DLI: restart_when_exception, resume_max_num per hour, -1 unlimited)?
 * `history` holds the attempts before and with the failed one; Flink's own restarts count like ours.
 */
export function mayRestart(
  job: Pick<Job, 'settings' | 'startedAt'>,
  history: readonly Attempt[],
  now: Date,
): RestartAnswer {
  const { restartWhenException, resumeMaxNum } = job.settings
  if (!restartWhenException) return { may: false, because: 'restart_when_exception is off' }
  if (resumeMaxNum === -1) return { may: true }
  if (restartsInLastHour(job, history, now) < resumeMaxNum) return { may: true }
  return { may: false, because: `the ${resumeMaxNum} restarts per hour of resume_max_num are spent` }
}

/** Restarts of the present run in the last hour: our new attempts, and those Flink made inside attempts. */
export function restartsInLastHour(job: Pick<Job, 'startedAt'>, history: readonly Attempt[], now: Date): number {
  const recent = history.filter((attempt) => now.getTime() - attempt.createdAt.getTime() < HOUR_MS)
  const ours = recent.filter((attempt) => job.startedAt !== null && attempt.createdAt > job.startedAt).length
  const ofThisRun = recent.filter((attempt) => job.startedAt === null || (attempt.runningAt ?? now) >= job.startedAt)
  return ours + ofThisRun.reduce((sum, attempt) => sum + attempt.flinkRestarts, 0)
}

/** How long to wait before the next attempt: doubling with every restart, computed from what is recorded. */
export function backoffMs(job: Pick<Job, 'startedAt'>, history: readonly Attempt[], now: Date): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** restartsInLastHour(job, history, now))
}
