import type { Clock } from '../../lib/clock.ts'
import {
  type CheckpointView,
  checkpointDirectoryOf,
  type Failure,
  type FlinkJobView,
  type LaunchSpec,
  type Observation,
  type ProcessState,
  type TimelineStep,
} from '../runtime.ts'
import { normalStateUrl, statePath } from '../state-url.ts'
import type { FailureContext } from './advice.ts'
import { readArchive } from './archive.ts'
import type { Attempt, Details, Outcome, Overview } from './attempt.ts'
import { findCheckpoints, holdsState, searchCheckpoints } from './checkpoints.ts'
import { readJsonOrNull, unlessDiskFull, writeJsonLightly } from './disk.ts'
import { failureOfJob, failureOfJobManager } from './failure.ts'
import {
  checkpoints,
  endedWithoutJob,
  failureTimes,
  isBatch,
  isEnd,
  type JobLine,
  jobLine,
  mendedFailures,
  newestException,
  registeredTaskManagers,
  restarts,
  tasksUp,
} from './flink-answers.ts'
import { type FlinkRest, parseAnswer, Unreachable } from './flink-rest.ts'
import { logTail } from './logs.ts'
import { submitLog } from './submit-log.ts'

/**
 * Looks at an attempt: processes from /proc and marker files, the job from Flink. A live job costs one request
 * (`/jobs/overview`); the others follow when that answer changed, and now and then.
 *
 * Nothing is started or ended here. What is written (timeline, outcome) is only the memory of what was seen.
 */
export type ObserveDeps = Readonly<{ rest: FlinkRest; clock: Clock; javaMajorVersion: number }>

/** Rhythm of watching (watching.ts). */
export const WATCH_MS = 1000
/** Checkpoints change without a change in the overview. */
const DETAILS_MS = 30_000
/** Flink's metrics (numRestarts) are this much behind; a change is asked for again after it. */
const SETTLED_MS = 2_500
const SOON_MS = 500
const EXCEPTIONS = 'exceptions?maxExceptions=50'
const LOG_TAIL = 128 * 1024

export function nothingThere(at: Date): Observation {
  return {
    ...{ at, exists: false, jobManager: { is: 'absent' }, taskManagers: [], rest: 'notAsked', flinkJob: null },
    ...{ registeredTaskManagers: null, failure: null, latestCheckpoint: null, timeline: [] },
  }
}

type Asked = Readonly<{ rest: Observation['rest']; job: FlinkJobView | null; registered: number | null }>

export async function observe(attempt: Attempt, deps: ObserveDeps): Promise<Observation> {
  await attempt.table.refresh()
  await unlessDiskFull(() => attempt.saveOutcome())
  attempt.states = inspectedStates(attempt)
  const jobManager = attempt.stateOf('jobmanager')
  const taskManagers = attempt
    .roles()
    .slice(1)
    .map((role) => attempt.stateOf(role))
  if (taskManagers.some(({ is }) => is === 'ended')) attempt.taskManagerLostAt = deps.clock.now()
  const asked = await askFlink(attempt, jobManager, deps)
  if (jobManager.is === 'ended' && attempt.outcome === null) await readOutcomeFromArchive(attempt, deps)
  return {
    at: deps.clock.now(),
    exists: true,
    jobManager,
    taskManagers,
    rest: asked.rest,
    flinkJob: asked.job ?? attempt.outcome?.job ?? null,
    registeredTaskManagers: asked.registered,
    failure: await failureOf(attempt, jobManager, deps),
    latestCheckpoint: await latestCheckpoint(attempt, jobManager),
    timeline: attempt.timeline.entries(),
  }
}

async function askFlink(attempt: Attempt, jobManager: ProcessState, deps: ObserveDeps): Promise<Asked> {
  if (jobManager.is !== 'alive' || attempt.cluster === null || attempt.spec === null) {
    return { rest: 'notAsked', job: null, registered: null }
  }
  const { flinkJobId } = attempt.spec
  const port = attempt.cluster.ports.rest
  attempt.overview = isKnownSilent(attempt) ? 'silent' : await readOverview(port, deps.rest)
  if (attempt.overview === 'silent') return { rest: 'silent', job: null, registered: null }
  const line = jobLine(parseAnswer(attempt.overview ?? ''), flinkJobId)
  await stamp(attempt, ['jobManagerUp'], deps.clock.now())
  // When Flink is too busy for these, what it said just now still holds; they are asked for again the next time.
  await orSilent(() => askDetails(attempt, port, line, deps))
  const job = line === null ? null : toView(attempt, line, deps)
  await stampProgress(attempt, job, deps)
  if (job !== null && isEnd(job.state)) await orSilent(() => keepOutcome(attempt, port, job, deps))
  return { rest: 'answers', job, registered: attempt.details?.registered ?? null }
}

/** The one request that a live job costs, without what changes by itself. */
export async function readOverview(port: number, rest: FlinkRest): Promise<Overview> {
  const text = await orSilent(() => rest.readText(port, '/jobs/overview'))
  return text?.replaceAll(/"duration":\d+/gu, '"duration":0') ?? null
}

/** Who was silent a moment ago would only be waited for once more. Not while it starts: there every moment counts. */
function isKnownSilent({ watched, timeline }: Attempt): boolean {
  const isFresh = watched !== null && performance.now() - watched.atMs < 2 * WATCH_MS
  return isFresh && watched.overview === 'silent' && timeline.has('running')
}

/** The processes as of the table's last refresh, to be compared. */
export function inspectedStates(attempt: Attempt): string {
  return JSON.stringify(attempt.roles().map((role) => attempt.stateOf(role)))
}

async function orSilent<T>(ask: () => Promise<T>): Promise<T | 'silent'> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Unreachable) return 'silent'
    throw error
  }
}

async function askDetails(attempt: Attempt, port: number, line: JobLine | null, deps: ObserveDeps): Promise<void> {
  const nowMs = performance.now()
  if (!detailsAreDue(attempt, line, nowMs)) return
  const before = attempt.details
  const changed = before === null || before.version !== (line?.version ?? '')
  const asksHistory = changed || isSettling(before, nowMs)
  const told = await askInDetail(attempt, port, line, asksHistory, deps)
  const details: Details = {
    version: line?.version ?? '',
    changedAtMs: changed ? nowMs : before.changedAtMs,
    askedAtMs: nowMs,
    restarts: Math.max(before?.restarts ?? 0, restarts(told.metrics) ?? 0),
    failedAt: before?.failedAt ?? [],
    lastFailure: before?.lastFailure ?? null,
    checkpoints: before?.checkpoints ?? { latest: null, first: null },
    registered: registeredTaskManagers(told.cluster),
  }
  if (told.graph !== null) attempt.batch = isBatch(told.graph)
  if (line !== null && line.state !== 'INITIALIZING') {
    if (asksHistory) {
      // The metric may stay away for long on a busy machine.
      details.restarts = Math.max(details.restarts, mendedFailures(told.history, line.state))
      details.failedAt = failureTimes(told.history)
      const trace = newestException(told.history)
      details.lastFailure = trace === null ? null : failureOfJob(trace, contextOf(attempt, deps))
    }
    details.checkpoints = checkpoints(told.checkpoints, attempt.specOfLaunch().objectsUrl)
    await noteCheckpoint(attempt, details.checkpoints.latest)
  }
  attempt.details = details
  if (line === null) await askProgram(attempt, port, deps)
}

/** All at once, as each of a fresh JVM's first answers takes it some time. */
async function askInDetail(attempt: Attempt, port: number, line: JobLine | null, history: boolean, deps: ObserveDeps) {
  const job = line !== null && line.state !== 'INITIALIZING' ? line : null
  const path = `/jobs/${attempt.spec?.flinkJobId}`
  const ask = (isDue: boolean, where: string) => (isDue ? deps.rest.read(port, where) : null)
  const [cluster, graph, metrics, checkpointing, exceptions] = await Promise.all([
    deps.rest.read(port, '/overview'),
    ask(attempt.batch === null && job !== null && job.tasks.total > 0, path),
    ask(job !== null, `${path}/metrics?get=numRestarts`),
    ask(job !== null, `${path}/checkpoints`),
    // Only when something happened: the history is large, and it tells of a failure a moment after the overview.
    ask(job !== null && history, `${path}/${EXCEPTIONS}`),
  ])
  return { cluster, graph, metrics, checkpoints: checkpointing, history: exceptions }
}

/** No job yet: still in `main`, or never. The job that stands for a `main` that threw comes a moment after its end. */
async function askProgram(attempt: Attempt, port: number, deps: ObserveDeps): Promise<void> {
  if (attempt.outcome !== null || !endedWithoutJob(await deps.rest.read(port, '/applications/overview'))) return
  attempt.endSeenAtMs ??= performance.now()
  if (performance.now() - attempt.endSeenAtMs < REASON_LAG_MS) return
  const failure = failureOfJob('The program ended: it contains no execute() calls', contextOf(attempt, deps))
  await keep(attempt, { job: null, failure, latestCheckpoint: null }, deps)
}

/** On each change of the overview; a moment after it, for what lags behind; soon while starting; else now and then. */
function detailsAreDue(attempt: Attempt, line: JobLine | null, nowMs: number): boolean {
  return attempt.details?.version !== (line?.version ?? '') || isDueByTime(attempt, nowMs)
}

/** True when another inspection is worth its cost although nothing that is cheap to see has changed. */
export function isDueByTime(attempt: Attempt, nowMs: number): boolean {
  const { details } = attempt
  if (details === null) return true
  if (attempt.endSeenAtMs !== null && attempt.outcome === null) return true
  const age = nowMs - details.askedAtMs
  if (age >= DETAILS_MS) return true
  if (isSettling(details, nowMs)) return true
  const waiting = !attempt.timeline.has('running') || !attempt.timeline.has('firstCheckpoint')
  const young = nowMs - details.changedAtMs < 60_000
  return waiting && young && age >= SOON_MS
}

/** The last answers are from before what a change of the overview brings with it was to be had. */
function isSettling({ changedAtMs, askedAtMs }: Details, nowMs: number): boolean {
  return nowMs - changedAtMs >= SETTLED_MS && askedAtMs - changedAtMs < SETTLED_MS
}

/** How late Flink may learn of a dead TaskManager; until then it calls its tasks running. */
const LOSS_NOTICED_MS = 10_000

function isOlderThanLoss({ taskManagerLostAt }: Attempt, { state, changedAt }: JobLine, now: Date): boolean {
  if (taskManagerLostAt === null || isEnd(state)) return false
  const isNoticed = changedAt !== null && changedAt > taskManagerLostAt
  return !isNoticed && now.getTime() - taskManagerLostAt.getTime() < LOSS_NOTICED_MS
}

function toView(attempt: Attempt, line: JobLine, { clock }: ObserveDeps): FlinkJobView {
  return {
    state: line.state,
    tasksUp: tasksUp(line, attempt.batch === true) && !isOlderThanLoss(attempt, line, clock.now()),
    tasks: line.tasks,
    restarts: attempt.details?.restarts ?? 0,
    failedAt: attempt.details?.failedAt ?? [],
    lastFailure: attempt.details?.lastFailure ?? null,
    startedAt: line.startedAt,
    endedAt: line.endedAt,
  }
}

async function stampProgress(attempt: Attempt, job: FlinkJobView | null, deps: ObserveDeps): Promise<void> {
  const expected = attempt.spec?.shape.taskManagers ?? 0
  const first = attempt.details?.checkpoints.first ?? null
  // A checkpoint is complete only when all tasks ran; Flink's moment of it is more exact than our look.
  const at = first !== null && first < deps.clock.now() ? first : deps.clock.now()
  const up = job?.tasksUp === true
  if (up || (attempt.details?.registered ?? 0) >= expected) await stamp(attempt, ['taskManagersRegistered'], at)
  if (up || first !== null) await stamp(attempt, ['running'], at)
  if (first !== null) await stamp(attempt, ['firstCheckpoint'], first)
}

async function stamp(attempt: Attempt, steps: readonly TimelineStep[], at: Date): Promise<void> {
  await unlessDiskFull(() => attempt.timeline.stamp(steps, at))
}

/** Flink's overview knows of an end before its exceptions do: they come from a copy kept for `web.refresh-interval`. */
const REASON_LAG_MS = 2_000

/** Flink forgets an ended job with its JobManager, so the end is written down when it is seen, with its reason. */
async function keepOutcome(attempt: Attempt, port: number, job: FlinkJobView, deps: ObserveDeps): Promise<void> {
  if (attempt.outcome !== null) return
  const path = `/jobs/${attempt.spec?.flinkJobId}/${EXCEPTIONS}`
  const trace = job.state === 'FAILED' ? newestException(await deps.rest.read(port, path)) : null
  attempt.endSeenAtMs ??= performance.now()
  const reasonMayCome = job.state === 'FAILED' && trace === null
  if (reasonMayCome && performance.now() - attempt.endSeenAtMs < REASON_LAG_MS) return
  const failure = job.state === 'FAILED' ? failureOfJob(trace, contextOf(attempt, deps)) : null
  await keep(attempt, { job, failure, latestCheckpoint: attempt.details?.checkpoints.latest ?? null }, deps)
}

/** The JobManager went before we saw the end of the job, but it wrote its last answers down. */
async function readOutcomeFromArchive(attempt: Attempt, deps: ObserveDeps): Promise<void> {
  const archive = await readArchive(attempt.folder.archive, attempt.spec?.flinkJobId ?? '')
  if (archive === null) return
  const { line, trace } = archive
  const failure = line.state === 'FAILED' ? failureOfJob(trace, contextOf(attempt, deps)) : null
  const latestCheckpoint = attempt.details?.checkpoints.latest ?? null
  await keep(attempt, { job: toView(attempt, line, deps), failure, latestCheckpoint }, deps)
}

/** The stack trace goes into the log as well: Flink 2.3 does not write that of a failed `main` into its own. */
async function keep(attempt: Attempt, outcome: Outcome, deps: ObserveDeps): Promise<void> {
  await unlessDiskFull(async () => {
    await attempt.setOutcome(outcome)
    const log = submitLog(attempt.folder.submitLog, deps.clock)
    if (outcome.failure === null) await log(`the Flink job ended: ${outcome.job?.state}`)
    else await log(`the Flink job failed: ${outcome.failure.cause}\n${outcome.failure.detail}`)
  })
}

/** An end that was asked for (`closed`) is no failure, whatever the exit codes say. */
async function failureOf(attempt: Attempt, jobManager: ProcessState, deps: ObserveDeps): Promise<Failure | null> {
  if (attempt.outcome !== null) return attempt.outcome.failure
  if (jobManager.is !== 'ended' || attempt.closed || attempt.cluster === null) return null
  attempt.deathFailure ??= failureOfJobManager(
    {
      exitCode: jobManager.exitCode,
      log: await logOfStart(attempt),
      out: await logTail(attempt.folder, 'jobmanager.out', LOG_TAIL),
    },
    contextOf(attempt, deps),
  )
  return attempt.deathFailure
}

/** What the JobManager of the start that counts has logged; an earlier start's lines would mislead. */
export async function logOfStart(attempt: Attempt): Promise<string> {
  return logTail(attempt.folder, 'jobmanager.log', LOG_TAIL, attempt.cluster?.logOffset ?? 0)
}

function contextOf(attempt: Attempt, deps: ObserveDeps): FailureContext {
  return {
    mainClass: attempt.spec?.mainClass ?? '',
    javaMajorVersion: deps.javaMajorVersion,
    flinkVersion: attempt.cluster?.flinkVersion ?? '',
  }
}

/**
 * As Flink told. Once the job has ended, of what it told and what the disk holds the newest that is really there: a job
 * that finished removes its checkpoints, and one that was killed may have made another after it was last asked.
 */
async function latestCheckpoint(attempt: Attempt, jobManager: ProcessState): Promise<CheckpointView | null> {
  const told = attempt.details?.checkpoints.latest ?? attempt.outcome?.latestCheckpoint ?? null
  const { spec, outcome } = attempt
  if (spec === null || (jobManager.is !== 'ended' && outcome === null)) return told
  const found = (await leftCheckpoints(attempt, spec, told))
    .map((each) => ({ ...each, completedAt: new Date(each.completedAt) }))
    .sort((a, b) => b.completedAt.getTime() - a.completedAt.getTime())
  for (const each of found) if (statePath(each.url) === null || (await holdsState(each.url))) return each
  return null
}

/**
 * When no place is known, the job may have died before Flink was asked where its program puts checkpoints: then the
 * project's objects are searched, once, as nothing adds to them any more.
 */
async function leftCheckpoints(
  attempt: Attempt,
  spec: LaunchSpec,
  told: CheckpointView | null,
): Promise<readonly CheckpointView[]> {
  const left = await checkpointsInKnownPlaces(attempt, spec, told)
  if (left.length > 0 || attempt.outcome?.job?.state === 'FINISHED') return left
  attempt.searched ??= await searchCheckpoints(spec.objectsUrl, spec.flinkJobId)
  return attempt.searched
}

/** What was told and noted, and what lies beside that and in the directory of the launch. */
async function checkpointsInKnownPlaces(
  attempt: Attempt,
  spec: LaunchSpec,
  told: CheckpointView | null,
): Promise<readonly CheckpointView[]> {
  const noted = await readJsonOrNull<CheckpointView>(attempt.folder.checkpointElsewhere)
  const known = [told, noted].filter((each) => each !== null)
  const directories = new Set([spec.checkpoints.directoryUrl, ...known.map(({ url }) => checkpointDirectoryOf(url))])
  const onDisk = [...directories].filter((url) => statePath(url) !== null)
  const lying = await Promise.all(onDisk.map((url) => findCheckpoints(url, [spec.flinkJobId])))
  return [...known, ...lying.flat()]
}

/** A program may choose a directory of its own: without a note the place would be forgotten with the JobManager. */
async function noteCheckpoint(attempt: Attempt, latest: CheckpointView | null): Promise<void> {
  if (latest === null || latest.id === attempt.details?.checkpoints.latest?.id || attempt.spec === null) return
  const expected = normalStateUrl(attempt.spec.checkpoints.directoryUrl, attempt.spec.objectsUrl)
  if (latest.url.startsWith(`${expected}/`)) return
  await unlessDiskFull(() => writeJsonLightly(attempt.folder.checkpointElsewhere, latest))
}
