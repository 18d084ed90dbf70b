import type { Attempt } from '../../jobs/job.ts'
import type { Policy } from '../policy.ts'
import { TEXTS } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'
import { anythingAlive, EMPTY, endedOperation, isOutOfPatience, seen } from './evidence.ts'
import { askedFor, operationEnd } from './running.ts'
import { isSilent } from './silence.ts'

/** The stop ladder: a last savepoint if one is wanted, Flink's cancel, the end of the processes. */

export function stop(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt, operation } = view
  if (!attempt)
    return { event: 'gone', because: 'nothing runs', facts: { endedAt: now }, actions: [], lookAgainInMs: 'whenAsked' }
  if (!anythingAlive(view.observation)) return stopped(view, attempt, now, policy)
  if (isOutOfPatience(view, now, policy)) {
    return {
      event: 'outOfPatience',
      because: TEXTS.stopFailed().en,
      ...endedOperation(view, 'The stop took too long.'),
      facts: { status: TEXTS.stopFailed() },
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.steadyMs,
    }
  }
  return operation ? stopWithSavepoint(view, attempt, now, policy) : stopNow(view, attempt, now, policy)
}

function stopWithSavepoint(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  const end = operationEnd(view, now, policy)
  if (end?.state === 'failed') {
    return {
      event: 'savepointFailed',
      because: `the savepoint failed: ${end.reason}`,
      operation: end,
      facts: { status: TEXTS.savepointFailed(end.reason), wish: { wants: 'running', resume: false } },
      actions: [],
      lookAgainInMs: policy.fastMs,
    }
  }
  if (end) {
    return { because: 'the savepoint is complete', operation: end, actions: [], lookAgainInMs: 0 }
  }
  return {
    because: 'the last savepoint is under way',
    actions: askedFor(view, attempt),
    lookAgainInMs: policy.fastMs,
  }
}

/** The ladder: ask Flink to cancel, give it a moment, then end the processes. */
function stopNow(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  const flink = view.observation?.flinkJob
  const over = !flink || ['CANCELED', 'FINISHED', 'FAILED', 'SUSPENDED'].includes(flink.state)
  if (over || now.getTime() - view.job.stateSince.getTime() > policy.cancelGraceMs) {
    return {
      because: `${whyKill(view, over)}: end its processes`,
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  return {
    because: 'Flink is cancelling the job',
    actions: flink.state === 'CANCELLING' ? [] : [{ do: 'cancel', attemptId: attempt.id }],
    lookAgainInMs: policy.fastMs,
  }
}

function whyKill(view: JobView, over: boolean): string {
  if (isSilent(view)) return 'Flink does not answer'
  return over ? 'Flink has nothing left to cancel' : 'Flink did not cancel in time'
}

/** Nothing runs any more. Without the savepoint that was asked for this is no success. */
function stopped(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  const end = operationEnd(view, now, policy)
  const lostSavepoint = view.operation !== null && end?.state !== 'completed'
  const reason = view.observation?.failure?.cause ?? ''
  return {
    event: lostSavepoint ? 'failed' : 'gone',
    because: lostSavepoint ? `it ended before its savepoint was complete. ${reason}` : 'nothing of it runs any more',
    ...(end?.state === 'completed'
      ? { operation: end }
      : endedOperation(view, 'The job ended before it was complete.')),
    facts: { status: lostSavepoint ? TEXTS.diedWhileStopping(reason) : EMPTY, endedAt: now },
    attempt: { live: false, outcome: lostSavepoint ? 'failed' : 'stopped', endedAt: now, ...seen(view, attempt) },
    actions: [
      { do: 'exportLogs', attemptId: attempt.id },
      { do: 'keepGraph', attemptId: attempt.id },
      { do: 'tidy', attemptId: attempt.id },
    ],
    lookAgainInMs: 'whenAsked',
  }
}

export function keepStopping(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt } = view
  if (!attempt)
    return { event: 'gone', because: 'nothing runs', facts: { endedAt: now }, actions: [], lookAgainInMs: 'whenAsked' }
  if (!anythingAlive(view.observation)) return stopped(view, attempt, now, policy)
  return {
    because: 'something of it still runs',
    actions: [{ do: 'kill', attemptId: attempt.id }],
    lookAgainInMs: policy.cancelGraceMs,
  }
}
