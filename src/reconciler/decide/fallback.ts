import type { Attempt } from '../../jobs/job.ts'
import { type RestorePoint, restorePointInstead } from '../../jobs/restore-point.ts'
import { assert } from '../../lib/errors.ts'
import type { Failure } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import { TEXTS } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'
import { seenAtStart } from './evidence.ts'

/**
 * When Flink cannot read the state that an attempt was to begin with, the next older one is tried, once and not in
 * silence. A job never slides from there to an empty start: when that one cannot be read either, it ends.
 */

/** It never ran, because its state could not be read. An attempt that ran has read its state, whatever came later. */
export function failedToRestore({ runningAt, restoreFrom }: Attempt, failure: Failure): boolean {
  return failure.unreadableState === true && runningAt === null && restoreFrom !== null
}

export function couldNotRestore(attempt: Attempt): boolean {
  return attempt.failure !== null && failedToRestore(attempt, attempt.failure)
}

/** States of the present run that could not be read, the newest attempt's first. */
export function unreadableStates({ history }: Pick<JobView, 'history'>): string[] {
  return history
    .filter((attempt) => attempt.run === history[0]?.run && couldNotRestore(attempt))
    .map((attempt) => attempt.restoreFrom ?? '')
}

/** The state that this attempt stands in for; null when it is no stand-in. */
export function standsInFor({ history }: JobView, attempt: Attempt): string | null {
  const before = history.find((each) => each.number === attempt.number - 1)
  return before && before.run === attempt.run && couldNotRestore(before) ? before.restoreFrom : null
}

/** The attempt ends; what follows is decided when nothing of it runs any more (tryOlder). */
export function giveUpState(view: JobView, attempt: Attempt, failure: Failure, now: Date, policy: Policy): Decision {
  const state = attempt.restoreFrom ?? ''
  return {
    event: 'unreadable',
    because: `Flink cannot read ${state}: ${failure.cause}`,
    facts: { status: TEXTS.unreadable(state, failure.cause) },
    attempt: { outcome: 'failed', failure, endedAt: now, ...seenAtStart(view, attempt) },
    actions: [{ do: 'kill', attemptId: attempt.id }],
    lookAgainInMs: policy.fastMs,
  }
}

export function tryOlder(view: JobView, now: Date): Decision {
  const point = olderPoint(view)
  if ('missing' in point) {
    return {
      event: view.job.state === 'submitting' ? 'refused' : 'failed',
      because: point.because,
      facts: { status: TEXTS.nothingReadable(point.because), endedAt: now },
      actions: [],
      lookAgainInMs: 'whenAsked',
    }
  }
  return {
    because: `a new attempt; ${point.because}`,
    newAttempt: { restoreFrom: point.restoreFrom, restoreBecause: point.because },
    actions: [],
    lookAgainInMs: 0,
  }
}

function olderPoint(view: JobView): RestorePoint {
  const { job, history, restorable } = view
  const [last] = history
  assert(last && restorable && couldNotRestore(last), `Job ${job.id}: an older state is tried after an unreadable one`)
  const first = standsInFor(view, last)
  if (first) return { missing: true, because: `neither ${first} nor the next older, ${last.restoreFrom}, can be read` }
  return restorePointInstead(job, unreadableStates(view), restorable)
}
