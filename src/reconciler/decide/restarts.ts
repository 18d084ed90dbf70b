import type { Attempt, Restart } from '../../jobs/job.ts'
import { mayRestart, type RestartAnswer } from '../restart-budget.ts'
import type { Decision, JobView } from '../view.ts'

/**
 * Restarts are facts: each is recorded with what notes it, and the hourly budget counts what is recorded. Flink restarts
 * inside an attempt, as the policy said at its launch; the policy may have changed since, and Flink knows nothing of the
 * budget's other half. So each restart of Flink's is judged when it is seen: it stands, or it ends the attempt.
 */

/** Restarts that Flink made since the last look. */
export function newFlinkRestarts({ observation }: JobView, attempt: Attempt): number {
  return Math.max(0, (observation?.flinkJob?.restarts ?? 0) - attempt.flinkRestarts)
}

/** Null: what Flink did is what the policy says now. Else what is to follow, as after any failure. */
export function judgeFlinkRestarts(view: JobView, attempt: Attempt): RestartAnswer | null {
  const made = newFlinkRestarts(view, attempt)
  if (made === 0) return null
  const answer = mayRestart(view.job.settings, view.restarts.length + made - 1)
  return answer.may && view.job.settings.resumeCheckpoint ? null : answer
}

/** The restarts that a decision makes or lets stand, to be recorded with it. */
export function restartsIn(view: JobView, decision: Decision, now: Date): Restart[] {
  const before = view.attempt?.flinkRestarts ?? 0
  const flinks = Math.max(0, (decision.attempt?.flinkRestarts ?? before) - before)
  const ours = decision.newAttempt && view.job.state === 'recovering' ? 1 : 0
  return [
    ...Array.from({ length: flinks }, (): Restart => ({ by: 'flink', at: now })),
    ...Array.from({ length: ours }, (): Restart => ({ by: 'headgate', at: now })),
  ]
}
