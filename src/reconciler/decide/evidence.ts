import type { Attempt, Job } from '../../jobs/job.ts'
import { type JobState, patienceOf } from '../../jobs/lifecycle.ts'
import type { Texts } from '../../lib/errors.ts'
import type { Failure, Observation, ProcessState } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import type { Decision, Facts, JobView } from '../view.ts'

/** What a view says, read in the same way by every part of the decision. */

export const EMPTY: Texts = { en: '', zh: '' }

export function nothing(because: string): Decision {
  return { because, actions: [], lookAgainInMs: 'whenAsked' }
}

/** Why the attempt is lost for good, from the launch, from Flink, or from its processes; null while it is not. */
export function failureOf(view: JobView): Failure | null {
  const { attempt, observation } = view
  if (attempt?.failure) return attempt.failure
  if (!observation) return null
  if (observation.failure) return observation.failure
  // Flink would restart it again and again, each time from the same state.
  const { tasksUp, lastFailure } = observation.flinkJob ?? { tasksUp: false, lastFailure: null }
  if (!tasksUp && lastFailure?.unreadableState) return lastFailure
  if (observation.flinkJob?.state === 'CANCELED') return CANCELLED_ELSEWHERE
  if (attempt && hasVanished(view, attempt)) return VANISHED
  const dead = observation.taskManagers.findIndex((process) => process.is === 'ended')
  const flinkGoesOn = attempt?.runningAt != null && flinkMayRestart(view)
  if (dead === -1 || flinkGoesOn || observation.flinkJob?.state === 'FINISHED') return null
  return taskManagerDied(dead + 1, observation.taskManagers[dead])
}

/** Flink restarts tasks by itself, always from the newest checkpoint, when the policy wants both (launch-plan.ts). */
export function flinkMayRestart({ job }: JobView): boolean {
  return job.settings.restartWhenException && job.settings.resumeCheckpoint
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

export function anythingAlive(observation: Observation | null): boolean {
  return (
    observation !== null &&
    [observation.jobManager, ...observation.taskManagers].some((process) => process.is === 'alive')
  )
}

/** It was launched, and there is no run folder. */
export function hasVanished({ observation }: JobView, { launchedAt }: Attempt): boolean {
  return launchedAt !== null && observation?.exists === false
}

/** An operation that is still open ends with its attempt. */
export function endedOperation(view: JobView, reason: string): Pick<Decision, 'operation'> {
  if (!view.operation) return {}
  if (view.savepoint?.is === 'completed') {
    return { operation: { state: 'completed', locationUrl: view.savepoint.locationUrl, reason: '' } }
  }
  return { operation: { state: 'failed', locationUrl: null, reason } }
}

/** What was seen of the attempt, for the books. */
export function seen(
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

/** The same of an attempt that has not run yet: what Flink restarts until then belongs to the start and its patience. */
export function seenAtStart(
  view: JobView,
  attempt: Attempt,
): Partial<Pick<Attempt, 'timeline' | 'lastCheckpoint' | 'flinkRestarts'>> {
  const { flinkRestarts: _, ...rest } = seen(view, attempt)
  return rest
}

const CHECKPOINT_NOTE_MS = 30_000

/** The same while nothing moves: only what is worth a write. */
export function attemptFacts(view: JobView, attempt: Attempt): Pick<Decision, 'attempt'> {
  const { observation } = view
  const news = attempt.runningAt === null ? seenAtStart(view, attempt) : seen(view, attempt)
  const restarted = (news.flinkRestarts ?? attempt.flinkRestarts) !== attempt.flinkRestarts
  const stepped = (news.timeline ?? []).length > attempt.timeline.length
  const checkpointed =
    observation?.latestCheckpoint != null &&
    observation.latestCheckpoint.completedAt.getTime() - (attempt.lastCheckpoint?.completedAt.getTime() ?? 0) >
      CHECKPOINT_NOTE_MS
  return restarted || stepped || checkpointed ? { attempt: news } : {}
}

export function statusIfNew(job: Job, status: Texts): { facts?: Facts } {
  return job.status.en === status.en ? {} : { facts: { status } }
}

export function isOutOfPatience({ job }: JobView, now: Date, policy: Policy): boolean {
  const limit = patienceOf(job.state as JobState, policy.patience)
  return limit !== null && now.getTime() - job.stateSince.getTime() > limit
}

export function secondsIn({ job }: JobView, now: Date): number {
  return Math.round((now.getTime() - job.stateSince.getTime()) / 1000)
}
