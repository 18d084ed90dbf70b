import PQueue from 'p-queue'
import type { Reader, Tx } from '../db/database.ts'
import type { Attempt, Job, JobId, Restart } from '../jobs/job.ts'
import type { JobParts } from '../jobs/job-parts.ts'
import { memoryOf, type Sizing, sizeOf } from '../jobs/job-sizing.ts'
import { flinkConfigOf, planLaunch, variablesIn } from '../jobs/launch-plan.ts'
import { kindOf } from '../jobs/lifecycle.ts'
import { findRestorable } from '../jobs/restorable.ts'
import { jvmsOf, startSteps } from '../jobs/start-steps.ts'
import type { Texts } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { AttemptId, Runtime } from '../runtimes/runtime.ts'
import type { ObjectStore } from '../storage/index.ts'
import type { LaunchValue, LaunchValues } from '../variables/index.ts'
import { decide } from './decide/decide.ts'
import type { Policy } from './policy.ts'
import { BUDGET_MS } from './restart-budget.ts'
import { hasRoom } from './room.ts'
import type { Action, ActionName, Decision, Executors, JobView, Room } from './view.ts'
import { visiblePath } from './visible-path.ts'

/**
 * The loop. For each job that is not at rest, a pass of five verbs:
 *
 *   read     one look into the database: job, live attempt, open operation
 *   observe  ask the runtime what is there; changes nothing
 *   decide   pure (decide.ts)
 *   record   one transaction: the move, its reason, the facts; may lose, then the pass starts over
 *   act      run the actions, each safe to repeat; the truth comes back with the next observe
 *
 * A pass receives a job id and nothing else, so pokes, timers and process exits take the same path, and a crash anywhere
 * is mended by the next pass. One pass per job at a time; a command of a user breaks off a launch that is under way.
 */
export interface Reconciler {
  /** Looks at every job that is not at rest, and cleans up what no job owns. */
  start(): Promise<void>
  /** Wakes the reconciler for one job. `command` also breaks off a launch of the job. */
  poke(id: JobId, why?: 'command'): void
  /** View and decision of a job, without recording or acting. */
  explain(id: JobId): Promise<{ view: JobView; decision: Decision } | null>
  stop(): Promise<void>
  health(): { lastPassAt: Date | null; passes: number; failedPasses: number; watched: number }
}

export type ReconcilerParts = Pick<
  JobParts,
  'database' | 'store' | 'clock' | 'ids' | 'queues' | 'chooseFlink' | 'variables'
> &
  Readonly<{
    launchValues: Pick<LaunchValues, 'choose' | 'of' | 'record'>
    objects: ObjectStore
    runtime: Runtime
    /** The user id for the jobs of a project; null: they run as the service does. */
    userOf: (projectId: string) => Promise<number | null>
    executors: Executors
    policy: Policy
    cuMemoryBytes: number
    startingMax: number
    beforeAct: (action: ActionName) => void
    logger: Logger
  }>

type PreparedLaunch = Readonly<{
  flink: { version: string; note: Texts | null }
  sizing: Sizing
  /** Null: none was prepared. */
  slot: AttemptId | null
}>

const SAFETY_LOOK_MS = 10_000
/** From here on a rhythm is spread by a quarter, so that jobs that began together do not stay together. */
const SPREAD_FROM_MS = 10_000
/** Passes mostly wait, for a JobManager that does not answer or a process that ends; those must not hold up the others. */
const PASSES_AT_ONCE = 128
/** A start that takes longer no longer keeps others from starting. */
const STARTING_COUNTS_MS = 60_000

type Slot = { running: boolean; again: boolean; timer: NodeJS.Timeout | null; abort: AbortController; failures: number }

export function createReconciler(parts: ReconcilerParts): Reconciler {
  const { database, store, clock, runtime, logger } = parts
  const slots = new Map<JobId, Slot>()
  const queue = new PQueue({ concurrency: PASSES_AT_ONCE })
  const attemptJobs = new Map<string, JobId>()
  const counts = { lastPassAt: null as Date | null, passes: 0, failedPasses: 0 }
  let stopping = false
  let safety: NodeJS.Timeout | null = null

  function poke(id: JobId, why?: 'command'): void {
    if (stopping) return
    const slot = slotOf(id)
    if (slot.timer) clearTimeout(slot.timer)
    slot.timer = null
    if (why === 'command') slot.abort.abort()
    if (slot.running) {
      slot.again = true
      return
    }
    slot.running = true
    void queue.add(() => run(id, slot))
  }

  function slotOf(id: JobId): Slot {
    const known = slots.get(id)
    if (known) return known
    const slot: Slot = { running: false, again: false, timer: null, abort: new AbortController(), failures: 0 }
    slots.set(id, slot)
    return slot
  }

  async function run(id: JobId, slot: Slot): Promise<void> {
    slot.again = false
    slot.abort = new AbortController()
    const lookAgainInMs = await guardedPass(id, slot)
    slot.running = false
    if (stopping) return
    if (slot.again || lookAgainInMs === 0) poke(id)
    else if (lookAgainInMs === 'whenAsked') slots.delete(id)
    else slot.timer = setTimeout(() => poke(id), spread(lookAgainInMs))
  }

  /** A pass that throws is counted, logged and backed off; it never ends the loop. */
  async function guardedPass(id: JobId, slot: Slot): Promise<number | 'whenAsked'> {
    try {
      const next = await pass(id, slot.abort.signal)
      slot.failures = 0
      counts.passes += 1
      counts.lastPassAt = clock.now()
      return next
    } catch (error) {
      if (slot.abort.signal.aborted) return 0
      slot.failures += 1
      counts.failedPasses += 1
      const backoffMs = Math.min(SAFETY_LOOK_MS, 200 * 2 ** slot.failures)
      logger.error({ err: error, jobId: id, backoffMs }, 'pass over a job failed')
      return backoffMs
    }
  }

  async function pass(id: JobId, signal: AbortSignal): Promise<number | 'whenAsked'> {
    const view = await look(id)
    if (!view) return 'whenAsked'
    const decision = decide(view, clock.now(), parts.policy)
    const recorded = await record(view, decision)
    if (!recorded) return 0
    // What is recorded is done, whatever a user wants next: no later pass would know of it. Only a launch is worth breaking off.
    for (const action of decision.actions) await act(action, view, signal)
    return decision.lookAgainInMs
  }

  /** read + observe */
  async function look(id: JobId): Promise<JobView | null> {
    const job = await store.load(database.db, id)
    if (!job) return null
    const history = kindOf(job.state) === 'moving' ? await store.attemptsOf(database.db, [id]) : []
    const newest = history[0] ?? (await store.newestAttempts(database.db, [id])).get(id)
    const attempt = newest?.live ? newest : null
    if (attempt) attemptJobs.set(attempt.id, id)
    else if (newest) attemptJobs.delete(newest.id)
    const operation = attempt ? ((await store.openOperations(database.db, [id])).get(id) ?? null) : null
    const observation = attempt ? await runtime.inspect(attempt.id) : null
    const savepoint = attempt && operation ? await runtime.savepointResult(attempt.id, operation.id) : null
    const launches = job.state === 'queued' || (!attempt && (job.state === 'submitting' || job.state === 'recovering'))
    return {
      job,
      attempt,
      history,
      restarts: await restartsOf(job),
      operation,
      observation,
      savepoint,
      room: job.state === 'queued' ? await roomFor(job) : null,
      missingVariables: job.state === 'queued' ? await missingVariables(job) : [],
      restorable: launches ? await findRestorable(parts, job, history) : null,
    }
  }

  /** Those that the budget counts. A run begins when the job first runs; only then can it be restarted. */
  async function restartsOf({ id, state, startedAt }: Job): Promise<Restart[]> {
    if (startedAt === null || (state !== 'running' && state !== 'recovering')) return []
    const anHourAgo = clock.now().getTime() - BUDGET_MS
    return store.restartsSince(database.db, id, new Date(Math.max(startedAt.getTime(), anHourAgo)))
  }

  /** One transaction. False: somebody else was faster, or the room is gone; look again. */
  async function record(view: JobView, decision: Decision): Promise<boolean> {
    if (!hasSomethingToRecord(decision)) return true
    const launch = decision.newAttempt ? await prepareLaunch(view.job) : null
    const recorded = await recordAtOnce(view, decision, launch)
    if (!recorded && launch?.slot) runtime.release(launch.slot)
    return recorded
  }

  /** What a new attempt needs to know before it is recorded. Its id is that of a place that waits for it, if there is one. */
  async function prepareLaunch({ projectId, settings }: Job): Promise<PreparedLaunch> {
    const flink = await parts.chooseFlink(settings.flinkVersion)
    const sizing = sizeOf(settings, parts.cuMemoryBytes)
    const slot = await runtime.reserve({
      ...{ user: await parts.userOf(projectId), flinkVersion: flink.version },
      ...{ shape: sizing.shape, flinkConfig: flinkConfigOf(settings) },
    })
    return { flink, sizing, slot }
  }

  function recordAtOnce(view: JobView, decision: Decision, launch: PreparedLaunch | null): Promise<boolean> {
    return database.transact(async (tx) => {
      const at = clock.now()
      if (decision.event === 'admitted' && !(await stillHasRoom(tx, view))) return false
      const values = decision.newAttempt ? await valuesForLaunch(tx, view) : []
      if (!values) return false
      const job = await recordJob(tx, view, decision, at)
      if (!job) return false
      if (view.attempt && decision.attempt) await store.patchAttempt(tx, view.attempt.id, decision.attempt)
      if (view.operation && decision.operation) await recordOperation(tx, view, decision.operation, at)
      const next = decision.newAttempt && launch ? newAttempt(view, job, decision.newAttempt, launch, at) : null
      if (next) await store.insertAttempt(tx, next, runtime.kind)
      if (next) await parts.launchValues.record(tx, next.id, values)
      const attemptId = (next ?? view.attempt)?.id
      if (attemptId) await store.insertRestarts(tx, job.id, attemptId, decision.restarts ?? [])
      if (decision.event) {
        logger.info({ jobId: job.id, event: decision.event, state: job.state, because: decision.because }, 'job moved')
      }
      if (decision.event === 'launched' && view.attempt) logStart({ ...view.attempt, ...decision.attempt })
      return true
    })
  }

  /** Milliseconds since it was asked for. */
  function logStart(attempt: Attempt): void {
    const steps = startSteps(attempt)
    const beganMs = steps[0]?.at.getTime() ?? 0
    const atMs = Object.fromEntries(steps.map(({ step, at }) => [step, at.getTime() - beganMs]))
    logger.info({ jobId: attempt.jobId, attemptId: attempt.id, jvms: jvmsOf(attempt), atMs }, 'job runs')
  }

  const missingVariables = (job: Job) => parts.variables.missing(job.projectId, variablesIn(job.settings))

  /** A run begins with what its variables stand for then, and keeps it. Null: one stands for nothing any more. */
  function valuesForLaunch(tx: Tx, { job, history }: JobView): Promise<LaunchValue[] | null> {
    const [before] = history
    if (job.state !== 'queued' && before) return parts.launchValues.of(tx.db, before.id)
    return parts.launchValues.choose(tx.db, job.projectId, variablesIn(job.settings))
  }

  async function recordJob(tx: Tx, view: JobView, decision: Decision, at: Date): Promise<Job | null> {
    const facts = { ...decision.facts, seenGeneration: view.job.generation }
    if (decision.event) {
      const attemptId = view.attempt ? { attemptId: view.attempt.id } : {}
      return store.move(tx, view.job, decision.event, decision.because, at, { ...facts, ...attemptId })
    }
    return decision.facts || decision.newAttempt ? store.patch(tx, view.job, facts, at) : view.job
  }

  /** `job` as it is after the decision. */
  function newAttempt(
    { job: before, history }: JobView,
    job: Job,
    point: NonNullable<Decision['newAttempt']>,
    { flink, sizing, slot }: PreparedLaunch,
    at: Date,
  ): Attempt {
    const ids = {
      id: slot ?? parts.ids.hex32(),
      flinkJobId: parts.ids.hex32(),
      flinkVersion: flink.version,
      restoreFrom: point.restoreFrom,
    }
    return {
      ...ids,
      jobId: job.id,
      number: (history[0]?.number ?? 0) + 1,
      run: (history[0]?.run ?? 0) + (before.state === 'queued' ? 1 : 0),
      live: true,
      cuCount: sizing.cuCount,
      memoryBytes: memoryOf(sizing.shape),
      restoreBecause: point.restoreBecause,
      launchJson: JSON.stringify(planLaunch(job, ids, sizing, parts.objects, flink.note, before.stateSince)),
      createdAt: at,
      launchedAt: null,
      runningAt: null,
      endedAt: null,
      outcome: null,
      failure: null,
      flinkRestarts: 0,
      timeline: [],
      lastCheckpoint: null,
      logsExportedAt: null,
      silentSince: null,
    }
  }

  async function recordOperation(
    tx: Tx,
    { job, operation }: JobView,
    end: NonNullable<Decision['operation']>,
    at: Date,
  ): Promise<void> {
    if (!operation) return
    await store.endOperation(tx, operation.id, { state: end.state, location: end.locationUrl, reason: end.reason, at })
    if (end.state !== 'completed' || end.locationUrl === null) return
    await store.insertSavepoint(tx, {
      id: operation.id,
      jobId: job.id,
      attemptId: operation.attemptId,
      origin: operation.kind,
      url: end.locationUrl,
      path: visiblePath(parts.objects, job.projectId, end.locationUrl) ?? operation.directory,
      createdAt: at,
    })
  }

  async function act<N extends Action['do']>(action: Extract<Action, { do: N }>, view: JobView, signal: AbortSignal) {
    parts.beforeAct(action.do)
    const execute = parts.executors[action.do] as (args: Action, view: JobView, signal: AbortSignal) => Promise<void>
    await execute(action, view, signal)
  }

  async function roomFor(job: Job): Promise<Room> {
    const sizing = sizeOf(job.settings, parts.cuMemoryBytes)
    return {
      needsCus: sizing.cuCount,
      needsMemoryBytes: memoryOf(sizing.shape),
      aheadInLine: await store.aheadInLine(database.db, job),
      startingMax: parts.startingMax,
      ...(await takenNow(database.db, job)),
    }
  }

  /** The part of the room that others change: other jobs, and whoever scales or removes the queue. */
  async function takenNow(reader: Reader, job: Job): Promise<Pick<Room, 'queue' | 'memory' | 'starting'>> {
    const queue = await parts.queues.find(reader, job.projectId, job.queueName ?? '')
    const taken = await store.taken(reader)
    const onQueue = taken.find((row) => row.projectId === job.projectId && row.queue === queue?.name)
    const budgetBytes = runtime.memoryBudgetBytes()
    const busyBytes = taken.reduce((sum, row) => sum + row.memoryBytes, 0)
    return {
      queue: queue && { name: queue.name, cuCount: queue.cuCount, busyCus: onQueue?.cus ?? 0 },
      memory: budgetBytes === null ? null : { budgetBytes, busyBytes },
      starting: await store.countStarting(reader, new Date(clock.now().getTime() - STARTING_COUNTS_MS)),
    }
  }

  /** Asked again inside the transaction that admits, so that two jobs never take the same room. */
  async function stillHasRoom(tx: Tx, { job, room }: JobView): Promise<boolean> {
    if (!room) return false
    return hasRoom({ ...room, ...(await takenNow(tx.db, job)) })
  }

  /** Of what is watched already, the next look is certain. */
  async function lookAtEverything(): Promise<void> {
    for (const id of await store.restless(database.db)) if (!slots.has(id)) poke(id)
  }

  /** What runs although no live attempt answers for it is ended; of deleted jobs not even the logs are kept. */
  async function sweepOrphans(): Promise<void> {
    const kept = await store.keptAttempts(database.db)
    for (const attemptId of await runtime.find()) {
      const attempt = kept.get(attemptId)
      if (attempt?.live) continue
      try {
        await runtime.kill(attemptId)
        await (attempt ? runtime.tidy(attemptId) : runtime.dispose(attemptId))
      } catch (error) {
        logger.error({ err: error, attemptId }, 'cleaning up after an attempt failed')
      }
    }
  }

  runtime.onChange((attemptId) => {
    const id = attemptJobs.get(attemptId)
    if (id !== undefined) poke(id)
  })

  return {
    poke,
    async start() {
      await sweepOrphans()
      await lookAtEverything()
      safety = setInterval(() => {
        lookAtEverything().catch((error: unknown) => logger.error({ err: error }, 'looking for restless jobs failed'))
      }, SAFETY_LOOK_MS)
    },
    async explain(id) {
      const view = await look(id)
      return view && { view, decision: decide(view, clock.now(), parts.policy) }
    },
    async stop() {
      stopping = true
      if (safety) clearInterval(safety)
      for (const slot of slots.values()) {
        if (slot.timer) clearTimeout(slot.timer)
        slot.abort.abort()
      }
      await queue.onIdle()
    },
    health: () => ({ ...counts, watched: slots.size }),
  }
}

function spread(ms: number): number {
  return ms < SPREAD_FROM_MS ? ms : ms * (0.75 + Math.random() / 2)
}

function hasSomethingToRecord(decision: Decision): boolean {
  return Boolean(decision.event || decision.facts || decision.attempt || decision.newAttempt || decision.operation)
}
