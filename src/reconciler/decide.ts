import type { Attempt, Job } from '../jobs/job.ts'
import { launchPlanOf } from '../jobs/launch-plan.ts'
import { type JobState, type Patience, patienceOf } from '../jobs/lifecycle.ts'
import { type RestorePoint, restorePointForRestart, restorePointForRun } from '../jobs/restore-point.ts'
import { assert, assertNever, type Texts } from '../lib/errors.ts'
import type { Failure, Observation, ProcessState } from '../runtimes/runtime.ts'
import { backoffMs, mayRestart } from './restart-budget.ts'
import { hasRoom } from './room.ts'
import { failureTexts, TEXTS, waitingTexts } from './texts.ts'
import type { Action, Decision, Facts, JobView } from './view.ts'

/**
 * What to do about one job, from what is recorded, wanted and seen. Pure: no clock, no randomness, no I/O, so that what
 * is hard about the product can be read here and tested in microseconds.
 *
 * Rules that every branch keeps:
 * - at most one move per pass, and nothing to do once converged;
 * - a failed probe is an observation, never by itself a state;
 * - no launch while another attempt of the job is live, none when a stop is wanted, none from empty when a restore point
 *   was required.
 */
export type Policy = Readonly<{
  patience: Patience
  /** A savepoint that takes longer has failed. */
  savepointMs: number
  /** How long Flink may take to cancel before its processes are ended. */
  cancelGraceMs: number
  /** Rhythm of looking: while something is on its way, and while it runs. */
  fastMs: number
  steadyMs: number
}>

export function decide(view: JobView, now: Date, policy: Policy): Decision {
  const { state } = view.job
  switch (state) {
    case 'draft':
    case 'submitFailed':
    case 'stopped':
    case 'failed':
    case 'finished':
    case 'deleted':
      return rest(view, now, policy)
    case 'queued':
      return admit(view, now, policy)
    case 'submitting':
      return start(view, now, policy)
    case 'running':
      return watch(view, now, policy)
    case 'recovering':
      return recover(view, now, policy)
    case 'stopping':
      return stop(view, now, policy)
    case 'stopFailed':
      return keepStopping(view, now, policy)
    case 'deleting':
      return forget(view, now, policy)
    default:
      return assertNever(state, 'job state')
  }
}

// ---- nothing wanted ----

function rest(view: JobView, now: Date, policy: Policy): Decision {
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  return nothing('at rest')
}

/** Ends what is left of an attempt whose outcome is recorded: first its processes, then its place in the books. */
function endAttempt(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  if (anythingAlive(view.observation)) {
    return {
      because: `attempt ${attempt.number} is over: end its processes`,
      ...endedOperation(view, 'The attempt ended before the savepoint was complete.'),
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  return {
    because: `nothing of attempt ${attempt.number} runs any more`,
    ...endedOperation(view, 'The attempt ended before the savepoint was complete.'),
    attempt: { live: false, ...(attempt.endedAt ? {} : { endedAt: now }), ...seen(view, attempt) },
    actions: [
      { do: 'exportLogs', attemptId: attempt.id },
      { do: 'tidy', attemptId: attempt.id },
    ],
    lookAgainInMs: policy.fastMs,
  }
}

function forget(view: JobView, now: Date, policy: Policy): Decision {
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  return {
    event: 'gone',
    because: 'nothing of it runs any more',
    actions: [{ do: 'dispose', attemptIds: view.history.map((attempt) => attempt.id) }],
    lookAgainInMs: 'whenAsked',
  }
}

// ---- on the way up ----

function admit(view: JobView, now: Date, policy: Policy): Decision {
  const { job, room } = view
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  assert(
    room && view.restorable && job.wish.wants === 'running',
    `Job ${job.id}: a queued job has room, state and a wish`,
  )
  if (!room.queue) return refuse(TEXTS.queueGone(job.queueName ?? ''), now)
  if (room.needsCus > room.queue.cuCount) {
    return refuse(TEXTS.queueTooSmall(room.queue.name, room.needsCus, room.queue.cuCount), now)
  }
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

function start(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt } = view
  assert(attempt, `Job ${view.job.id}: a submitting job has a live attempt`)
  const failure = failureOf(view)
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
function up(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision | null {
  const flink = view.observation?.flinkJob
  if (flink?.state === 'FINISHED') return finish(view, attempt, now, policy)
  if (!flink?.tasksUp) return null
  const recovered = view.job.state === 'recovering'
  return {
    event: 'launched',
    because: `every task of attempt ${attempt.number} runs`,
    facts: {
      status: launchPlanOf(attempt).note ?? EMPTY,
      ...(recovered ? { restartTimes: view.job.restartTimes + 1 } : { startedAt: now }),
    },
    attempt: { runningAt: now, ...seen(view, attempt) },
    actions: [{ do: 'readPlan', attemptId: attempt.id }],
    lookAgainInMs: policy.steadyMs,
  }
}

function finish(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
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
    actions: [{ do: 'readPlan', attemptId: attempt.id }],
    lookAgainInMs: policy.fastMs,
  }
}

function keepStarting(view: JobView, attempt: Attempt, now: Date, policy: Policy, end: 'refused' | 'failed'): Decision {
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

// ---- running ----

function watch(view: JobView, now: Date, policy: Policy): Decision {
  const { job, attempt, observation } = view
  assert(attempt && observation, `Job ${job.id}: a running job has a live attempt`)
  const failure = failureOf(view)
  if (failure) return lose(view, attempt, failure, now, policy)
  if (observation.flinkJob?.state === 'FINISHED') return finish(view, attempt, now, policy)
  const operation = operationStep(view, attempt, now, policy)
  if (operation) return operation
  const restarts = Math.max(0, (observation.flinkJob?.restarts ?? 0) - attempt.flinkRestarts)
  return {
    because: 'running',
    ...(restarts > 0 ? { facts: { restartTimes: job.restartTimes + restarts } } : {}),
    ...upkeep(view, attempt, observation, now),
    lookAgainInMs: policy.steadyMs,
  }
}

/** What a running attempt needs from time to time: dead TaskManagers replaced, its logs written to its bucket. */
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
  return { ...(Object.keys(facts).length > 0 ? { attempt: facts } : {}), actions }
}

/** The attempt is over with an error: another one, if the policy has one left, or the end. */
function lose(view: JobView, attempt: Attempt, failure: Failure, now: Date, policy: Policy): Decision {
  const answer = mayRestart(view.job, view.history, now)
  return {
    event: answer.may ? 'lost' : 'failed',
    because: answer.may ? failure.cause : `${failure.cause} (${answer.because})`,
    ...endedOperation(view, 'The job failed before the savepoint was complete.'),
    facts: answer.may
      ? { status: failureTexts(failure, TEXTS.restarting('restart_when_exception')) }
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

/** A savepoint asked for while the job runs. */
function operationStep(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision | null {
  const { operation, savepoint } = view
  if (!operation) return null
  const end = operationEnd(view, now, policy)
  if (end) {
    return {
      because: end.state === 'completed' ? 'the savepoint is complete' : `the savepoint failed: ${end.reason}`,
      operation: end,
      facts: {
        status:
          end.state === 'completed'
            ? EMPTY
            : {
                en: `The savepoint failed; the job runs on. ${end.reason}`,
                zh: `创建保存点失败，作业继续运行。${end.reason}`,
              },
      },
      actions: [],
      lookAgainInMs: policy.steadyMs,
    }
  }
  return {
    because: 'a savepoint is under way',
    actions: savepoint?.is === 'unknown' ? [{ do: 'savepoint', attemptId: attempt.id, operationId: operation.id }] : [],
    lookAgainInMs: policy.fastMs,
  }
}

function operationEnd({ operation, savepoint }: JobView, now: Date, policy: Policy): Decision['operation'] | null {
  if (!operation) return null
  if (savepoint?.is === 'completed') return { state: 'completed', locationUrl: savepoint.locationUrl, reason: '' }
  if (savepoint?.is === 'failed') return { state: 'failed', locationUrl: null, reason: savepoint.reason }
  const elapsedMs = now.getTime() - operation.createdAt.getTime()
  if (elapsedMs < policy.savepointMs) return null
  return { state: 'failed', locationUrl: null, reason: `It was not finished after ${Math.round(elapsedMs / 1000)} s.` }
}

// ---- recovering ----

function recover(view: JobView, now: Date, policy: Policy): Decision {
  const { attempt } = view
  if (!attempt) return tryAgain(view, now)
  if (attempt.outcome !== null) return endAttempt(view, attempt, now, policy)
  const failure = failureOf(view)
  if (failure) return lose(view, attempt, failure, now, policy)
  return up(view, attempt, now, policy) ?? keepStarting(view, attempt, now, policy, 'failed')
}

function tryAgain(view: JobView, now: Date): Decision {
  const { job, history } = view
  const [last] = history
  assert(last && view.restorable, `Job ${job.id}: a recovering job has a failed attempt`)
  const waitMs = (last.endedAt ?? job.stateSince).getTime() + backoffMs(job, history, now) - now.getTime()
  if (waitMs > 0) return { because: 'waits before the next attempt', actions: [], lookAgainInMs: waitMs }
  const point: RestorePoint = restorePointForRestart(job, last, view.restorable)
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

// ---- on the way down ----

function stop(view: JobView, now: Date, policy: Policy): Decision {
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
    actions:
      view.savepoint?.is === 'unknown' && view.operation
        ? [{ do: 'savepoint', attemptId: attempt.id, operationId: view.operation.id }]
        : [],
    lookAgainInMs: policy.fastMs,
  }
}

/** The ladder: ask Flink to cancel, give it a moment, then end the processes. */
function stopNow(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  const flink = view.observation?.flinkJob
  const over = !flink || ['CANCELED', 'FINISHED', 'FAILED', 'SUSPENDED'].includes(flink.state)
  if (over || now.getTime() - view.job.stateSince.getTime() > policy.cancelGraceMs) {
    return {
      because: over
        ? 'Flink has nothing left to cancel: end its processes'
        : 'Flink did not cancel in time: end its processes',
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
      { do: 'tidy', attemptId: attempt.id },
    ],
    lookAgainInMs: 'whenAsked',
  }
}

function keepStopping(view: JobView, now: Date, policy: Policy): Decision {
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

// ---- shared ----

const EMPTY: Texts = { en: '', zh: '' }

function nothing(because: string): Decision {
  return { because, actions: [], lookAgainInMs: 'whenAsked' }
}

/** Why the attempt is lost for good, from the launch, from Flink, or from its processes; null while it is not. */
function failureOf({ job, attempt, observation }: JobView): Failure | null {
  if (attempt?.failure) return attempt.failure
  if (!observation) return null
  if (observation.failure) return observation.failure
  if (observation.flinkJob?.state === 'CANCELED') return CANCELLED_ELSEWHERE
  if (attempt?.launchedAt && !observation.exists) return VANISHED
  const dead = observation.taskManagers.findIndex((process) => process.is === 'ended')
  const flinkGoesOn = job.settings.restartWhenException && job.settings.resumeCheckpoint && job.state === 'running'
  if (dead === -1 || flinkGoesOn || observation.flinkJob?.state === 'FINISHED') return null
  return taskManagerDied(dead + 1, observation.taskManagers[dead])
}

const CANCELLED_ELSEWHERE: Failure = {
  cause: 'The job was cancelled inside Flink, not through Headgate.',
  advice: { en: 'Run it again, and stop it through the API.', zh: '请重新运行，并通过API停止作业。' },
  detail: '',
}

const VANISHED: Failure = {
  cause: 'The files of the run have vanished from this host.',
  advice: { en: 'Somebody removed the run folder. Run the job again.', zh: '运行目录已被删除，请重新运行作业。' },
  detail: '',
}

function taskManagerDied(number: number, process: ProcessState | undefined): Failure {
  const code = process?.is === 'ended' ? process.exitCode : null
  return {
    cause: `TaskManager ${number} ended ${code === null ? 'without an exit code' : `with exit code ${code}`}.`,
    advice: {
      en: 'Exit code 137 or none means it was killed, often for want of memory: give the job more CUs. Else look at its log.',
      zh: '退出码137或无退出码表示进程被杀死，通常是内存不足，请增加CU；否则请查看TaskManager日志。',
    },
    detail: '',
  }
}

function anythingAlive(observation: Observation | null): boolean {
  return (
    observation !== null &&
    [observation.jobManager, ...observation.taskManagers].some((process) => process.is === 'alive')
  )
}

/** An operation that is still open ends with its attempt. */
function endedOperation(view: JobView, reason: string): Pick<Decision, 'operation'> {
  if (!view.operation) return {}
  if (view.savepoint?.is === 'completed') {
    return { operation: { state: 'completed', locationUrl: view.savepoint.locationUrl, reason: '' } }
  }
  return { operation: { state: 'failed', locationUrl: null, reason } }
}

/** What was seen of the attempt, for the books. */
function seen(
  { observation }: JobView,
  attempt: Attempt,
): Partial<Pick<Attempt, 'timeline' | 'lastCheckpoint' | 'flinkRestarts'>> {
  if (!observation?.exists) return {}
  return {
    ...(observation.timeline.length > 0 ? { timeline: observation.timeline } : {}),
    ...(observation.latestCheckpoint ? { lastCheckpoint: observation.latestCheckpoint } : {}),
    ...(observation.flinkJob ? { flinkRestarts: Math.max(attempt.flinkRestarts, observation.flinkJob.restarts) } : {}),
  }
}

const CHECKPOINT_NOTE_MS = 30_000
/** DLI dumps logs about once a minute. */
const LOG_EXPORT_MS = 60_000

/** The same while nothing moves: only what is worth a write. */
function attemptFacts(view: JobView, attempt: Attempt): Pick<Decision, 'attempt'> {
  const { observation } = view
  const news = seen(view, attempt)
  const restarted = (news.flinkRestarts ?? attempt.flinkRestarts) !== attempt.flinkRestarts
  const stepped = (news.timeline ?? []).length > attempt.timeline.length
  const checkpointed =
    observation?.latestCheckpoint != null &&
    observation.latestCheckpoint.completedAt.getTime() - (attempt.lastCheckpoint?.completedAt.getTime() ?? 0) >
      CHECKPOINT_NOTE_MS
  return restarted || stepped || checkpointed ? { attempt: news } : {}
}

function statusIfNew(job: Job, status: Texts): { facts?: Facts } {
  return job.status.en === status.en ? {} : { facts: { status } }
}

function isOutOfPatience({ job }: JobView, now: Date, policy: Policy): boolean {
  const limit = patienceOf(job.state as JobState, policy.patience)
  return limit !== null && now.getTime() - job.stateSince.getTime() > limit
}

function secondsIn({ job }: JobView, now: Date): number {
  return Math.round((now.getTime() - job.stateSince.getTime()) / 1000)
}
