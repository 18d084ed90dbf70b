import type { Attempt } from '../../jobs/job.ts'
import { type RestorePoint, restorePointForRestart, withoutStates } from '../../jobs/restore-point.ts'
import { assert } from '../../lib/errors.ts'
import type { Failure, Observation } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import { backoffMs, mayRestart, type RestartAnswer } from '../restart-budget.ts'
import { failureTexts, TEXTS } from '../texts.ts'
import type { Action, Decision, JobView } from '../view.ts'
import { endAttempt } from './at-rest.ts'
import { attemptFacts, EMPTY, endedOperation, failureOf, seen } from './evidence.ts'
import { couldNotRestore, failedToRestore, giveUpState, tryOlder, unreadableStates } from './fallback.ts'
import { finish, keepStarting, up } from './going-up.ts'
import { interrupted } from './interruption.ts'
import { judgeFlinkRestarts, spentRestarts } from './restarts.ts'
import { failureOfSilence, isSilent, patienceLeftMs } from './silence.ts'

/** While it runs, and what follows when an attempt is lost. */

export function watch(view: JobView, now: Date, policy: Policy): Decision {
  const { job, attempt, observation } = view
  assert(attempt && observation, `Job ${job.id}: a running job has a live attempt`)
  const failure = failureOf(view) ?? failureOfSilence(view, attempt, now, policy)
  if (failure) return lose(view, attempt, failure, now, policy)
  if (observation.flinkJob?.state === 'FINISHED') return finish(view, attempt, now, policy)
  const overruled = overruleFlink(view, attempt, now, policy)
  if (overruled) return overruled
  return (
    interrupted(view, attempt) ??
    operationStep(view, attempt, now, policy) ?? {
      because: 'running',
      ...upkeep(view, attempt, observation, now),
      lookAgainInMs: Math.min(
        hasGraph(view, attempt) ? policy.watchedMs : policy.steadyMs,
        patienceLeftMs(view, attempt, now, policy),
      ),
    }
  )
}

/** DLI dumps logs about once a minute. */
const LOG_EXPORT_MS = 60_000

/** A Flink that was busy when the attempt began to run may not have told of it. */
function hasGraph({ job }: JobView, attempt: Attempt): boolean {
  return job.executionGraph?.includes(attempt.flinkJobId) ?? false
}

/** What a running attempt needs from time to time: dead TaskManagers replaced, its logs written to its bucket, its graph kept. */
function upkeep(
  view: JobView,
  attempt: Attempt,
  observation: Observation,
  now: Date,
): Pick<Decision, 'attempt' | 'actions'> {
  const { attempt: news } = attemptFacts(view, attempt)
  const loggedAt = attempt.logsExportedAt ?? attempt.createdAt
  const exportsLogs = view.job.settings.logEnabled && now.getTime() - loggedAt.getTime() > LOG_EXPORT_MS
  const facts = { ...news, ...(exportsLogs ? { logsExportedAt: now } : {}) }
  const actions: Action[] = []
  if (observation.taskManagers.some((process) => process.is === 'ended')) {
    actions.push({ do: 'replaceTaskManagers', attemptId: attempt.id })
  }
  if (exportsLogs) actions.push({ do: 'exportLogs', attemptId: attempt.id })
  if (!hasGraph(view, attempt)) actions.push({ do: 'keepGraph', attemptId: attempt.id })
  return { ...(Object.keys(facts).length > 0 ? { attempt: facts } : {}), actions }
}

/** The attempt is over with an error: another one, if the policy has one left, or the end. */
function lose(view: JobView, attempt: Attempt, failure: Failure, now: Date, policy: Policy): Decision {
  const answer = failure.isFinal ? NEVER : mayRestart(view.job.settings, spentRestarts(view, now))
  return endAs(answer, view, attempt, failure, now, policy)
}

/**
 * Flink restarted the job, and the policy that holds now says otherwise: the attempt ends. Without resume_checkpoint
 * Headgate then begins anew and says so, where Flink would go on from a checkpoint.
 */
function overruleFlink(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision | null {
  const answer = judgeFlinkRestarts(view, now)
  if (!answer) return null
  const end = endAs(answer, view, attempt, view.observation?.flinkJob?.lastFailure ?? FLINK_RESTARTED, now, policy)
  // The last of Flink's restarts does not stand; ours, if one follows, is recorded in its place.
  return { ...end, attempt: { ...end.attempt, flinkRestarts: (view.observation?.flinkJob?.restarts ?? 1) - 1 } }
}

const FLINK_RESTARTED: Failure = {
  cause: 'The program failed while it ran, and Flink restarted it.',
  advice: { en: 'Look at the logs of the attempt for the failure.', zh: '请查看该次启动的日志以了解失败原因。' },
  detail: '',
}

function endAs(
  answer: RestartAnswer,
  view: JobView,
  attempt: Attempt,
  failure: Failure,
  now: Date,
  policy: Policy,
): Decision {
  return {
    event: answer.may ? 'lost' : 'failed',
    because: answer.may ? failure.cause : `${failure.cause} (${answer.because})`,
    ...endedOperation(view, 'The job failed before the savepoint was complete.'),
    facts: answer.may
      ? { status: failureTexts(failure, TEXTS.restarting(view.job.settings.resumeCheckpoint)) }
      : {
          status: failureTexts(
            failure,
            view.job.settings.restartWhenException ? TEXTS.noRestart(answer.because) : undefined,
          ),
          endedAt: now,
        },
    attempt: { outcome: 'failed', failure, endedAt: now, ...seen(view, attempt) },
    actions: [{ do: 'kill', attemptId: attempt.id }],
    lookAgainInMs: policy.fastMs,
  }
}

const NEVER = { may: false, because: 'it would end in the same way' } as const

/** A savepoint asked for while the job runs. */
function operationStep(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision | null {
  if (!view.operation) return null
  const underWay = {
    because: 'a savepoint is under way',
    actions: askedFor(view, attempt),
    lookAgainInMs: policy.fastMs,
  }
  return operationOver(view, now, policy) ?? underWay
}

function operationOver(view: JobView, now: Date, policy: Policy): Decision | null {
  const end = operationEnd(view, now, policy)
  if (!end) return null
  const isComplete = end.state === 'completed'
  return {
    because: isComplete ? 'the savepoint is complete' : `the savepoint failed: ${end.reason}`,
    operation: end,
    facts: { status: isComplete ? EMPTY : TEXTS.savepointFailedRunsOn(end.reason) },
    actions: [],
    lookAgainInMs: policy.fastMs,
  }
}

/** Asks for the savepoint unless it is under way already, or nobody would hear. */
export function askedFor(view: JobView, attempt: Attempt): Action[] {
  if (!view.operation || view.savepoint?.is !== 'unknown' || isSilent(view)) return []
  return [{ do: 'savepoint', attemptId: attempt.id, operationId: view.operation.id }]
}

export function operationEnd(view: JobView, now: Date, policy: Policy): Decision['operation'] | null {
  const { attempt, operation, savepoint } = view
  if (!operation) return null
  if (savepoint?.is === 'completed') return { state: 'completed', locationUrl: savepoint.locationUrl, reason: '' }
  if (savepoint?.is === 'failed') return { state: 'failed', locationUrl: null, reason: savepoint.reason }
  const silence = attempt && failureOfSilence(view, attempt, now, policy)
  if (silence) return { state: 'failed', locationUrl: null, reason: silence.cause }
  const elapsedMs = now.getTime() - operation.createdAt.getTime()
  if (elapsedMs < policy.savepointMs) return null
  return { state: 'failed', locationUrl: null, reason: `It was not finished after ${Math.round(elapsedMs / 1000)} s.` }
}

export function recover(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt } = view
  if (!attempt) return tryAgain(view, now)
  if (attempt.outcome !== null) return endAttempt(view, attempt, now, policy)
  const failure = failureOf(view) ?? failureOfSilence(view, attempt, now, policy)
  if (failure && failedToRestore(attempt, failure)) return giveUpState(view, attempt, failure, now, policy)
  if (failure) return lose(view, attempt, failure, now, policy)
  const overruled = attempt.runningAt === null ? null : overruleFlink(view, attempt, now, policy)
  if (overruled) return overruled
  return up(view, attempt, now, policy) ?? operationOver(view, now, policy) ?? comeBack(view, attempt, now, policy)
}

/** The attempt is being launched; or it ran before, and Flink restarts its tasks. */
function comeBack(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  const step = keepStarting(view, attempt, now, policy, 'failed')
  if (step.event || attempt.runningAt === null || !view.observation) return step
  const because = 'Flink is restarting the tasks'
  return { because, ...upkeep(view, attempt, view.observation, now), lookAgainInMs: policy.fastMs }
}

function tryAgain(view: JobView, now: Date): Decision {
  const { job } = view
  const [last] = view.history
  assert(last && view.restorable, `Job ${job.id}: a recovering job has a failed attempt`)
  if (couldNotRestore(last)) return tryOlder(view, now)
  const waitMs = (last.endedAt ?? job.stateSince).getTime() + backoffMs(view.restarts.length) - now.getTime()
  if (waitMs > 0) return { because: 'waits before the next attempt', actions: [], lookAgainInMs: waitMs }
  const point: RestorePoint = restorePointForRestart(job, last, withoutStates(view.restorable, unreadableStates(view)))
  if ('missing' in point) {
    const status = TEXTS.nothingToResume(point.because)
    return {
      event: 'failed',
      because: point.because,
      facts: { status, endedAt: now },
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
