import type { Restart } from '../../jobs/job.ts'
import { mayRestart, type RestartAnswer, withinBudget } from '../restart-budget.ts'
import type { Decision, JobView } from '../view.ts'
import { couldNotRestore } from './fallback.ts'

/**
 * Restarts are facts: each is recorded with what notes it, and the hourly budget counts what is recorded. Flink restarts
 * inside an attempt, as the policy said at its launch; the policy may have changed since, and Flink knows nothing of the
 * budget's other half. So each restart of Flink's is judged when it is seen: it stands, or it ends the attempt.
 */

/** How many of Flink's restarts are not recorded yet, `upTo` a count of Flink's; each at the moment of its failure. */
function newFlinkRestarts({ attempt, observation }: JobView, upTo: number, now: Date): Restart[] {
  const count = Math.max(0, upTo - (attempt?.flinkRestarts ?? 0))
  const failedAt = observation?.flinkJob?.failedAt ?? []
  return Array.from({ length: count }, (_, index) => ({ by: 'flink', at: failedAt[index] ?? now }))
}

/** What the budget has left to count, with Flink's restarts that are not recorded yet. */
export function spentRestarts(view: JobView, now: Date): number {
  const made = newFlinkRestarts(view, view.observation?.flinkJob?.restarts ?? 0, now)
  return view.restarts.length + withinBudget(made, now).length
}

/** Null: what Flink did is what the policy says now. Else what is to follow, as after any failure. */
export function judgeFlinkRestarts(view: JobView, now: Date): RestartAnswer | null {
  const made = newFlinkRestarts(view, view.observation?.flinkJob?.restarts ?? 0, now)
  if (made.length === 0) return null
  // Those of a time when nobody looked count for the hour they were made in.
  const [, ...earlier] = made
  const answer = mayRestart(view.job.settings, view.restarts.length + withinBudget(earlier, now).length)
  return answer.may && view.job.settings.resumeCheckpoint ? null : answer
}

/** The restarts that a decision makes or lets stand, to be recorded with it. */
export function restartsIn(view: JobView, decision: Decision, now: Date): Restart[] {
  const flinks = newFlinkRestarts(view, decision.attempt?.flinkRestarts ?? 0, now)
  return restartsAgain(view, decision) ? [...flinks, { by: 'headgate', at: now }] : flinks
}

/** A new attempt is a restart, but not when it stands in for one whose state could not be read. */
function restartsAgain({ job, history }: JobView, { newAttempt }: Decision): boolean {
  const [last] = history
  return newAttempt !== undefined && job.state === 'recovering' && last !== undefined && !couldNotRestore(last)
}
