import { type Attempt, kindOfType } from '../../jobs/job.ts'
import { variablesMissing } from '../../jobs/job-errors.ts'
import { launchPlanOf } from '../../jobs/launch-plan.ts'
import { restorePointForRun } from '../../jobs/restore-point.ts'
import { assert, type Texts } from '../../lib/errors.ts'
import type { Failure } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import { hasRoom } from '../room.ts'
import { failureTexts, joined, TEXTS, waitingTexts } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'
import { endAttempt } from './at-rest.ts'
import {
  attemptFacts,
  EMPTY,
  endedOperation,
  failureOf,
  isOutOfPatience,
  secondsIn,
  seen,
  statusIfNew,
} from './evidence.ts'
import { failedToRestore, giveUpState, standsInFor, tryOlder } from './fallback.ts'

/** From a queued job to a running one. */

export function admit(view: JobView, now: Date, policy: Policy): Decision {
  const { job, room } = view
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  assert(
    room && view.restorable && job.wish.wants === 'running',
    `Job ${job.id}: a queued job has room, state and a wish`,
  )
  if (job.type === 'flink_sql_edge_job') return refuse(TEXTS.noEdge(), now)
  if (kindOfType(job.type) === 'sql') return refuse(TEXTS.noSqlYet(), now)
  if (!room.queue) return refuse(TEXTS.queueGone(job.queueName ?? ''), now)
  if (room.needsCus > room.queue.cuCount) {
    return refuse(TEXTS.queueTooSmall(room.queue.name, room.needsCus, room.queue.cuCount), now)
  }
  if (view.missingVariables.length > 0) return refuse(variablesMissing(view.missingVariables), now)
  const everRan = view.history.some((attempt) => attempt.runningAt !== null)
  const point = restorePointForRun(job, job.wish.resume, everRan, view.restorable)
  if ('missing' in point) return refuse(TEXTS.nothingToResume(point.because), now)

  if (hasRoom(room)) {
    return {
      event: 'admitted',
      because: `queue ${room.queue.name} and the host have room; ${point.because}`,
      facts: { status: EMPTY },
      newAttempt: { restoreFrom: point.restoreFrom, restoreBecause: point.because },
      actions: [],
      lookAgainInMs: 0,
    }
  }
  const status = waitingTexts(room)
  if (isOutOfPatience(view, now, policy)) {
    const waited = TEXTS.tooLong({ en: 'Finding room for the job', zh: '等待资源' }, secondsIn(view, now), status)
    return { ...refuse(waited, now), event: 'outOfPatience' }
  }
  return { because: status.en, ...statusIfNew(job, status), actions: [], lookAgainInMs: policy.steadyMs }
}

function refuse(status: Texts, now: Date): Decision {
  return {
    event: 'refused',
    because: status.en,
    facts: { status, endedAt: now },
    actions: [],
    lookAgainInMs: 'whenAsked',
  }
}

export function start(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt } = view
  if (!attempt) return tryOlder(view, now)
  if (attempt.outcome !== null) return endAttempt(view, attempt, now, policy)
  const failure = failureOf(view)
  if (failure && failedToRestore(attempt, failure)) return giveUpState(view, attempt, failure, now, policy)
  if (failure) {
    return {
      event: 'refused',
      because: failure.cause,
      facts: { status: failureTexts(failure), endedAt: now },
      attempt: { outcome: 'refused', failure, ...seen(view, attempt) },
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  return up(view, attempt, now, policy) ?? keepStarting(view, attempt, now, policy, 'refused')
}

/** The moves that a start and a recovery share: the job runs, or it has finished already. */
export function up(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision | null {
  const flink = view.observation?.flinkJob
  if (flink?.state === 'FINISHED') return finish(view, attempt, now, policy)
  if (!flink?.tasksUp) return null
  return {
    event: 'launched',
    because: `every task of attempt ${attempt.number} runs`,
    facts: {
      status: noteOn(view, attempt),
      ...(view.job.state === 'recovering' ? {} : { startedAt: now }),
    },
    attempt: { runningAt: attempt.runningAt ?? now, ...seen(view, attempt) },
    actions: [{ do: 'keepGraph', attemptId: attempt.id }],
    lookAgainInMs: policy.steadyMs,
  }
}

/** What the user should know about the run that begins. */
function noteOn(view: JobView, attempt: Attempt): Texts {
  const unreadable = standsInFor(view, attempt)
  const { note } = launchPlanOf(attempt)
  return joined(note ?? EMPTY, unreadable === null ? EMPTY : TEXTS.olderState(unreadable))
}

export function finish(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  return {
    event: 'finished',
    because: 'the program ended by itself',
    ...endedOperation(view, 'The program ended before the savepoint was complete.'),
    facts: {
      status: EMPTY,
      endedAt: view.observation?.flinkJob?.endedAt ?? now,
      ...(view.job.startedAt && attempt.runningAt ? {} : { startedAt: view.observation?.flinkJob?.startedAt ?? now }),
    },
    attempt: { outcome: 'finished', ...(attempt.runningAt ? {} : { runningAt: now }), ...seen(view, attempt) },
    actions: [{ do: 'keepGraph', attemptId: attempt.id }],
    lookAgainInMs: policy.fastMs,
  }
}

export function keepStarting(
  view: JobView,
  attempt: Attempt,
  now: Date,
  policy: Policy,
  end: 'refused' | 'failed',
): Decision {
  if (isOutOfPatience(view, now, policy)) {
    const seconds = secondsIn(view, now)
    const last: Texts = {
      en: `The last step was: ${view.observation?.timeline.at(-1)?.step ?? 'none'}. Look at the logs of the attempt.`,
      zh: `最后的步骤：${view.observation?.timeline.at(-1)?.step ?? '无'}。请查看该次启动的日志。`,
    }
    const status = TEXTS.tooLong({ en: 'The start', zh: '启动' }, seconds, last)
    const failure: Failure = { cause: `The start was not done after ${seconds} s.`, advice: last, detail: '' }
    return {
      event: 'outOfPatience',
      because: status.en,
      facts: { status, endedAt: now },
      attempt: { outcome: end, failure, ...seen(view, attempt) },
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  if (!view.observation?.exists || attempt.launchedAt === null) {
    return {
      because: `attempt ${attempt.number} is to be launched`,
      actions: [{ do: 'launch', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  return { because: 'starting', ...attemptFacts(view, attempt), actions: [], lookAgainInMs: policy.fastMs }
}
