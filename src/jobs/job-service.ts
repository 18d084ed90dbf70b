import type { Reader, Tx } from '../db/database.ts'
import { type Actor, dropGrantsOn } from '../grants/index.ts'
import type { LogFile, LogPage } from '../runtimes/runtime.ts'
import { checkTags, readTagsOfKind, replaceTags } from '../tags/index.ts'
import {
  type Attempt,
  type Job,
  type JobChanges,
  type JobId,
  type JobQuery,
  type JobSettings,
  type JobType,
  type Move,
  NO_STATUS,
  type Operation,
  type Savepoint,
} from './job.ts'
import { checkCanRunHere, checkOutside, checkPathIsFree } from './job-checks.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import { bucketPath, placesOf } from './job-places.ts'
import type { JobPatch } from './job-rows.ts'
import { checkDescription, checkName, checkSettings, DEFAULT_SETTINGS } from './job-settings.ts'
import { sizeOf } from './job-sizing.ts'
import { changeJob, checkMayUpdate, patchFor, sameDefinition, withoutFiller } from './job-update.ts'
import type { JobEvent } from './lifecycle.ts'
import { mayResume, mayRun, mayStop, mayTakeSavepoint } from './may.ts'
import { findRestorable } from './restorable.ts'
import { restorePointForRun } from './restore-point.ts'

export type NewJob = Readonly<{
  name: string
  type: JobType
  description: string
  queueName: string | null
  /** Absent settings take the contract's defaults. */
  settings: Partial<JobSettings>
  tags: readonly { key: string; value: string }[]
}>

/** A job with what belongs to it, read at one moment. */
export type JobView = Readonly<{
  job: Job
  ownerName: string
  tags: readonly { key: string; value: string }[]
  openOperation: Operation | null
  latestSavepoint: Savepoint | null
  /** The live attempt, else the last one. */
  attempt: Attempt | null
  /** CUs and TaskManagers the job's settings come to. */
  sizing: Readonly<{ taskManagers: number; slotsPerTaskManager: number; cuCount: number }>
}>

/**
 * Commands on jobs and what can be read of them. A command records a wish and returns; it never waits for Flink.
 * Refusals are those of JOB_ERRORS, and `tag.*`.
 */
export interface JobService {
  create(actor: Actor, job: NewJob): Promise<Job>
  update(actor: Actor, id: JobId, changes: JobChanges): Promise<Job>
  run(actor: Actor, id: JobId, options: { resume: boolean }): Promise<void>
  stop(actor: Actor, id: JobId, options: { withSavepoint: boolean }): Promise<void>
  remove(actor: Actor, id: JobId): Promise<void>
  /** `path`: `bucket/dir` without scheme; null: the default directory. */
  triggerSavepoint(actor: Actor, id: JobId, path: string | null): Promise<void>

  read(projectId: string, id: JobId): Promise<JobView>
  list(projectId: string, query: JobQuery): Promise<{ total: number; jobs: JobView[] }>
  /** CUs taken on each queue of the project, by lower-case queue name. */
  busyCus(projectId: string): Promise<Map<string, number>>
  moves(projectId: string, id: JobId): Promise<Move[]>
  attempts(projectId: string, id: JobId): Promise<Attempt[]>
  savepoints(projectId: string, id: JobId): Promise<Savepoint[]>
  listLogs(projectId: string, id: JobId, attemptId: string): Promise<LogFile[]>
  readLog(
    projectId: string,
    id: JobId,
    attemptId: string,
    log: { name: string; offsetBytes: number; limitBytes: number },
  ): Promise<LogPage>
  /** Flink's own execution graph of the live attempt, or null. */
  executionGraph(projectId: string, id: JobId): Promise<unknown>
}

export function createJobService(parts: JobParts): JobService {
  const { database, store, clock, ids, runtime, limits } = parts

  const mustFind = async (reader: Reader, projectId: string, id: JobId): Promise<Job> => {
    const job = await store.find(reader, projectId, id)
    if (!job) throw JOB_ERRORS.notFound(id)
    return job
  }

  /** Records a command: the move, the wish behind it, and the poke after the commit. */
  const command = async (tx: Tx, job: Job, event: JobEvent, because: string, patch: JobPatch): Promise<Job> => {
    const moved = await store.move(tx, job, event, because, clock.now(), { ...patch, generation: job.generation + 1 })
    if (!moved) throw JOB_ERRORS.changedMeanwhile(job.id)
    tx.afterCommit(() => parts.poke(job.id, 'command'))
    return moved
  }

  /** A stop that waits for its savepoint becomes one without. */
  const giveUpSavepoint = async (tx: Tx, job: Job, open: Operation | null): Promise<void> => {
    const at = clock.now()
    const reason = 'The job was to be stopped without a savepoint after all.'
    if (open) await store.endOperation(tx, open.id, { state: 'failed', location: null, reason, at })
    const wish = { wants: 'stopped', withSavepoint: false, operationId: null } as const
    if (!(await store.patch(tx, job, { wish, generation: job.generation + 1 }, at))) {
      throw JOB_ERRORS.changedMeanwhile(job.id)
    }
    tx.afterCommit(() => parts.poke(job.id, 'command'))
  }

  return {
    async create(actor, wanted) {
      const settings = withoutFiller({ ...DEFAULT_SETTINGS, ...wanted.settings })
      checkName(wanted.name)
      checkDescription(wanted.description)
      checkSettings(settings, limits)
      checkTags(wanted.tags)
      await checkOutside(parts, actor.projectId, settings, null, actor)
      const now = clock.now()
      return database.transact(async (tx) => {
        const drafts = await store.countDrafts(tx.db, actor.projectId)
        if (drafts >= limits.maxDrafts) throw JOB_ERRORS.tooManyDrafts(limits.maxDrafts)
        await checkPathIsFree(store, tx.db, actor.projectId, null, settings)
        const job = await store.insert(tx, newJobRow(actor, wanted, settings, now))
        await replaceTags(tx, { projectId: actor.projectId, kind: 'job', id: String(job.id) }, wanted.tags)
        await store.recordMove(tx, {
          jobId: job.id,
          attemptId: null,
          event: 'create',
          from: null,
          to: 'draft',
          because: `created by user ${actor.userId}`,
          at: now,
        })
        return job
      })
    },

    async update(actor, id, changes) {
      const before = await mustFind(database.db, actor.projectId, id)
      const patch = patchFor(before, changes)
      if (patch.name !== undefined) checkName(patch.name)
      if (patch.description !== undefined) checkDescription(patch.description)
      const settings = patch.settings ?? before.settings
      checkSettings(settings, limits)
      await checkOutside(parts, actor.projectId, settings, before.settings, actor)
      const job = await database.transact(async (tx) => {
        const now = await mustFind(tx.db, actor.projectId, id)
        if (now.version !== before.version && !sameDefinition(now, before)) throw JOB_ERRORS.changedMeanwhile(id)
        checkMayUpdate(now, patch)
        await checkPathIsFree(store, tx.db, actor.projectId, id, settings)
        return changeJob(parts, tx, now, patch, `changed by user ${actor.userId}`)
      })
      parts.poke(id)
      return job
    },

    async run(actor, id, { resume }) {
      const before = await mustFind(database.db, actor.projectId, id)
      mayRun(before)
      await checkCanRunHere(parts, before)
      if (resume) {
        const attempts = await store.attemptsOf(database.db, [id])
        const everRan = attempts.some((attempt) => attempt.runningAt !== null)
        const point = restorePointForRun(before, true, everRan, await findRestorable(parts, before, attempts))
        mayResume(before, point)
      }
      await database.transact(async (tx) => {
        const job = await mustFind(tx.db, actor.projectId, id)
        mayRun(job)
        const queue = job.queueName ?? ''
        if (!(await parts.queues.isThere(tx, actor.projectId, queue))) throw JOB_ERRORS.queueNotFound(queue)
        if (!(await parts.grants.may(tx.db, actor, 'submit', { kind: 'queue', name: queue }))) {
          throw JOB_ERRORS.queueForbidden(queue)
        }
        await command(
          tx,
          job,
          'start',
          `run by user ${actor.userId}${resume ? ', to resume from its newest state' : ''}`,
          {
            wish: { wants: 'running', resume },
            status: NO_STATUS,
            restartTimes: 0,
            endedAt: null,
          },
        )
      })
    },

    async stop(actor, id, { withSavepoint }) {
      await database.transact(async (tx) => {
        const job = await mustFind(tx.db, actor.projectId, id)
        const open = (await store.openOperations(tx.db, [id])).get(id) ?? null
        const may = mayStop(job, open, withSavepoint)
        if (may === 'alreadySo') return
        if (may === 'withoutSavepoint') return giveUpSavepoint(tx, job, open)
        const attempt = (await store.newestAttempts(tx.db, [id])).get(id)
        const takesSavepoint = withSavepoint && job.state === 'running' && attempt?.live === true
        const operationId = takesSavepoint ? ids.hex32() : null
        if (operationId !== null && attempt) {
          await store.insertOperation(
            tx,
            newOperation(job, attempt.id, operationId, 'stopWithSavepoint', null, clock.now()),
          )
        }
        await command(tx, job, 'stop', `stopped by user ${actor.userId}${takesSavepoint ? ', with a savepoint' : ''}`, {
          wish: { wants: 'stopped', withSavepoint: takesSavepoint, operationId },
          status: NO_STATUS,
        })
      })
    },

    async remove(actor, id) {
      await database.transact(async (tx) => {
        const job = await mustFind(tx.db, actor.projectId, id)
        await command(tx, job, 'delete', `deleted by user ${actor.userId}`, {
          wish: { wants: 'deleted' },
          deletedAt: clock.now(),
        })
        await replaceTags(tx, { projectId: actor.projectId, kind: 'job', id: String(id) }, [])
        await dropGrantsOn(tx, actor.projectId, { kind: 'job', id: String(id) })
      })
    },

    async triggerSavepoint(actor, id, path) {
      await database.transact(async (tx) => {
        const job = await mustFind(tx.db, actor.projectId, id)
        const open = (await store.openOperations(tx.db, [id])).get(id) ?? null
        mayTakeSavepoint(job, open)
        const attempt = (await store.newestAttempts(tx.db, [id])).get(id)
        if (!attempt?.live) throw JOB_ERRORS.mayNotSavepoint(id, job.state)
        await store.insertOperation(tx, newOperation(job, attempt.id, ids.hex32(), 'savepoint', path, clock.now()))
        tx.afterCommit(() => parts.poke(id))
      })
    },

    async read(projectId, id) {
      const job = await mustFind(database.db, projectId, id)
      const [view] = await viewsOf(parts, [job])
      if (!view) throw JOB_ERRORS.notFound(id)
      return view
    },

    async list(projectId, query) {
      const { total, jobs } = await store.list(database.db, projectId, query)
      return { total, jobs: await viewsOf(parts, jobs) }
    },

    async busyCus(projectId) {
      const taken = await store.taken(database.db)
      return new Map(taken.filter((row) => row.projectId === projectId).map((row) => [row.queue, row.cus]))
    },

    async moves(projectId, id) {
      await mustFind(database.db, projectId, id)
      return store.moves(database.db, id)
    },

    async attempts(projectId, id) {
      await mustFind(database.db, projectId, id)
      return store.attemptsOf(database.db, [id])
    },

    async savepoints(projectId, id) {
      await mustFind(database.db, projectId, id)
      return store.savepointsOf(database.db, [id])
    },

    async listLogs(projectId, id, attemptId) {
      await mustFindAttempt(await this.attempts(projectId, id), attemptId)
      return runtime.listLogs(attemptId)
    },

    async readLog(projectId, id, attemptId, log) {
      await mustFindAttempt(await this.attempts(projectId, id), attemptId)
      return runtime.readLog(attemptId, log.name, log.offsetBytes, log.limitBytes)
    },

    async executionGraph(projectId, id) {
      await mustFind(database.db, projectId, id)
      const attempt = (await store.newestAttempts(database.db, [id])).get(id)
      return attempt?.live ? runtime.executionGraph(attempt.id) : null
    },
  }

  function newOperation(
    job: Job,
    attemptId: string,
    id: string,
    kind: Operation['kind'],
    path: string | null,
    at: Date,
  ): Operation {
    const directory = bucketPath(placesOf.savepoint(job, at, path))
    return {
      id,
      jobId: job.id,
      attemptId,
      kind,
      state: 'open',
      directory,
      location: null,
      reason: '',
      createdAt: at,
      endedAt: null,
    }
  }
}

async function viewsOf(parts: JobParts, jobs: readonly Job[]): Promise<JobView[]> {
  const { store, database } = parts
  const ids = jobs.map((job) => job.id)
  const [owners, operations, attempts, savepoints, tags] = await Promise.all([
    store.ownerNames(database.db, [...new Set(jobs.map((job) => job.ownerId))]),
    store.openOperations(database.db, ids),
    store.newestAttempts(database.db, ids),
    store.savepointsOf(database.db, ids),
    readTagsOfKind(database.db, jobs[0]?.projectId ?? '', 'job'),
  ])
  return jobs.map((job) => ({
    job,
    ownerName: owners.get(job.ownerId) ?? '',
    tags: tags.get(String(job.id)) ?? [],
    openOperation: operations.get(job.id) ?? null,
    latestSavepoint: savepoints.find((savepoint) => savepoint.jobId === job.id) ?? null,
    attempt: attempts.get(job.id) ?? null,
    sizing: sizeOf(job.settings, parts.limits.cuMemoryBytes),
  }))
}

function newJobRow(actor: Actor, wanted: NewJob, settings: JobSettings, now: Date): Omit<Job, 'id' | 'version'> {
  return {
    projectId: actor.projectId,
    name: wanted.name,
    type: wanted.type,
    description: wanted.description,
    queueName: wanted.queueName,
    settings,
    ownerId: actor.userId,
    state: 'draft',
    stateSince: now,
    status: NO_STATUS,
    condition: NO_STATUS,
    wish: { wants: 'stopped', withSavepoint: false, operationId: null },
    generation: 0,
    seenGeneration: 0,
    restartTimes: 0,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    endedAt: null,
    executionGraph: null,
  }
}

function mustFindAttempt(attempts: readonly Attempt[], id: string): void {
  if (!attempts.some((attempt) => attempt.id === id)) throw JOB_ERRORS.attemptNotFound(id)
}
