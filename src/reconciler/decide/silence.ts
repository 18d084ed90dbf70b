import type { Attempt } from '../../jobs/job.ts'
import type { Failure } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import { TEXTS } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'

/**
 * A JobManager that lives but does not answer: it hangs, is stopped, or is too busy. That is shown and not yet believed to
 * be its end. Since when is recorded with the attempt, so that a restart of the service neither forgets nor prolongs it.
 */

/** While a job starts, nobody answers yet (that is what the patience of the start is for); nor while its end is recorded. */
export function isSilent({ job, attempt, observation }: JobView): boolean {
  const isAwaited =
    job.state === 'running' || job.state === 'stopping' || (job.state === 'recovering' && attempt?.runningAt != null)
  const isOver = attempt?.outcome != null
  return isAwaited && !isOver && observation?.jobManager.is === 'alive' && observation.rest === 'silent'
}

/** What is to be recorded when silence begins or ends; empty while nothing changes. */
export function silenceNews(view: JobView, now: Date): Pick<NonNullable<Decision['attempt']>, 'silentSince'> {
  const { attempt } = view
  if (!attempt || isSilent(view) === (attempt.silentSince !== null)) return {}
  return { silentSince: isSilent(view) ? now : null }
}

/** Until silence counts as death; the runtime tells when it ends before. */
export function patienceLeftMs(view: JobView, attempt: Attempt, now: Date, policy: Policy): number {
  if (!isSilent(view)) return Number.POSITIVE_INFINITY
  const silentMs = now.getTime() - (attempt.silentSince ?? now).getTime()
  return Math.max(policy.steadyMs, policy.silentMs - silentMs)
}

/** Null while it is borne with. */
export function failureOfSilence(view: JobView, attempt: Attempt, now: Date, policy: Policy): Failure | null {
  if (!isSilent(view) || attempt.silentSince === null) return null
  const silentMs = now.getTime() - attempt.silentSince.getTime()
  return silentMs > policy.silentMs ? TEXTS.silentTooLong(Math.round(silentMs / 1000)) : null
}
