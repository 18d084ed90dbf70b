import type { Reader, Tx } from '../db/database.ts'
import { type Actor, dropGrantsOn, GRANT_ERRORS } from '../grants/index.ts'
import type { JobCounters, LogFile, LogPage } from '../runtimes/runtime.ts'
import { checkTags, readTagsOfKind, replaceTags } from '../tags/index.ts'
import { findState } from './import-savepoint.ts'
import {
  type Attempt,
  type GivenSettings,
  type Job,
  type JobChanges,
  type JobId,
  type JobQuery,
  type JobSettings,
  type JobType,
  kindOfType,
  type Move,
  NO_STATUS,
  type Operation,
  type Savepoint,
} from './job.ts'
import { checkCanRunHere, checkOutside, checkPathIsFree } from './job-checks.ts'
import { readCounters } from './job-counters.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import { bucketPath, placesOf } from './job-places.ts'
import type { JobPatch } from './job-rows.ts'
import { checkDescription, checkName, checkSettings, DEFAULT_SETTINGS } from './job-settings.ts'
import { type Sizing, sizeOf } from './job-sizing.ts'
import { changeJob, checkMayUpdate, mergeSettings, patchFor, sameDefinition } from './job-update.ts'
import type { JobEvent } from './lifecycle.ts'
import { mayImportSavepoint, mayOverwrite, mayResume, mayRun, mayStop, mayTakeSavepoint } from './may.ts'
import { findRestorable } from './restorable.ts'
import { restorePointForRun } from './restore-point.ts'
import { checkMode, checkSqlBody, completeSqlJob, type NewSqlJob } from './sql-job.ts'

export type NewJob = Readonly<{
  name: string
  type: JobType
  description: string
  queueName: string | null
  /** Absent settings take the contract's defaults. */
  settings: GivenSettings
  /** Of an SQL job; of a Jar job there is none. */
  sqlBody?: string
  tags: readonly { key: string; value: string }[]
}>

/** What users say of a job, and nothing of how it fares. */
export type JobDefinition = Readonly<{ id: JobId; job: NewJob & Readonly<{ settings: JobSettings }> }>

/** A job with what belongs to it, read at one moment. */
export type JobView = Readonly<{
  job: Job
  ownerName: string
  openOperation: Operation | null
  latestSavepoint: Savepoint | null
  /** Something of it may be running: an attempt is live. */
  isLive: boolean
  /** CUs and TaskManagers the job's settings come to. */
  sizing: Readonly<Pick<Sizing, 'taskManagers' | 'taskManagerCus' | 'cuCount' | 'realCuCount'>>
  /** Text of an SQL job; empty for a Jar job, and where it was not asked for. */
  sqlBody: string
}>

/**
 * Commands on jobs and what can be read of them. A command records a wish and returns; it never waits for Flink.
 * Refusals are those of JOB_ERRORS, and `tag.*`.
 */
export interface JobService {
  create(actor: Actor, job: NewJob): Promise<Job>
  createSql(actor: Actor, job: NewSqlJob): Promise<Job>
  /**
   * Creates the job, however many drafts there are; with `cover` a job at rest of the same name becomes a draft with this
   * definition instead. What it ran and saved stays.
   */
  importJob(
    actor: Actor,
    job: NewJob,
    options: { cover: boolean },
  ): Promise<{ id: JobId; was: 'created' | 'overwritten' }>
  update(actor: Actor, id: JobId, changes: JobChanges): Promise<Job>
  run(actor: Actor, id: JobId, options: { resume: boolean }): Promise<void>
  stop(actor: Actor, id: JobId, options: { withSavepoint: boolean }): Promise<void>
  remove(actor: Actor, id: JobId): Promise<void>
  /** `path`: `bucket/dir` without scheme; null: the default directory. */
  triggerSavepoint(actor: Actor, id: JobId, path: string | null): Promise<void>
  /** Registers a savepoint or checkpoint of the project's buckets as the newest savepoint of the job. `path`: as above. */
  importSavepoint(actor: Actor, id: JobId, path: string): Promise<void>

  read(projectId: string, id: JobId): Promise<JobView>
  list(projectId: string, query: JobQuery): Promise<{ total: number; jobs: JobView[] }>
  /**
   * The jobs, or all that the actor may export, in the order of their ids, read while they are asked for.
   * @throws Refusal `job.notFound`, `grant.denied`
   */
  definitions(actor: Actor, ids: readonly JobId[] | null): Promise<AsyncIterable<JobDefinition>>
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
  /** Flink's own execution graph of the newest attempt: of a live one as it is, of an ended one as Flink last told; or null. */
  executionGraph(projectId: string, id: JobId): Promise<unknown>
  /** What the sources and sinks of those of the jobs count that run and whose Flink answers within two seconds. */
  counters(projectId: string, ids: readonly JobId[]): Promise<Map<JobId, JobCounters>>
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

  const checkNew = async (actor: Actor, wanted: NewJob): Promise<JobSettings> => {
    const settings = mergeSettings(DEFAULT_SETTINGS, wanted.settings)
    checkName(wanted.name)
    checkDescription(wanted.description)
    checkMode(wanted.type, settings.runMode)
    checkSqlBody(wanted.sqlBody ?? '')
    checkSettings(settings, limits)
    checkTags(wanted.tags, parts.tagRules)
    await checkOutside(parts, actor.projectId, settings, null, actor)
    return settings
  }

  const insert = async (tx: Tx, actor: Actor, wanted: NewJob, settings: JobSettings, because: string): Promise<Job> => {
    const at = clock.now()
    await checkPathIsFree(store, tx.db, actor.projectId, null, settings)
    const job = await store.insert(tx, newJobRow(actor, wanted, settings, at))
    if (wanted.sqlBody) await store.writeSqlBody(tx, job.id, wanted.sqlBody)
    await replaceTags(tx, { projectId: actor.projectId, kind: 'job', id: String(job.id) }, wanted.tags)
    const move = { jobId: job.id, attemptId: null, event: 'create', from: null, to: 'draft', because, at } as const
    await store.recordMove(tx, move)
    return job
  }

  const overwrite = async (tx: Tx, actor: Actor, job: Job, wanted: NewJob, settings: JobSettings): Promise<Job> => {
    mayOverwrite(job, wanted.type)
    await checkPathIsFree(store, tx.db, actor.projectId, job.id, settings)
    await replaceTags(tx, { projectId: actor.projectId, kind: 'job', id: String(job.id) }, wanted.tags)
    if (kindOfType(job.type) === 'sql') await store.writeSqlBody(tx, job.id, wanted.sqlBody ?? '')
    const { description, queueName } = wanted
    const fresh = newJobRow(actor, wanted, settings, clock.now())
    const { status, condition, wish, restartTimes, updatedAt, startedAt, endedAt, executionGraph } = fresh
    return command(tx, job, 'overwrite', `overwritten by an import of user ${actor.userId}`, {
      ...{ description, queueName, settings, status, condition, wish, restartTimes },
      ...{ updatedAt, startedAt, endedAt, executionGraph },
    })
  }

  /** The text that an update gives, when it is another than the job has. */
  const changedSqlBody = async (reader: Reader, id: JobId, { sqlBody }: JobChanges): Promise<string | null> => {
    if (sqlBody === undefined) return null
    const before = (await store.sqlBodies(reader, [id])).get(id) ?? ''
    return before === sqlBody ? null : sqlBody
  }

  /** Its queue may have been removed since it was looked at; an SQL job may do without. */
  const mustHaveQueue = async (tx: Tx, { type, projectId, queueName }: Job): Promise<void> => {
    if (queueName === null && kindOfType(type) === 'sql') return
    if (!(await parts.queues.find(tx.db, projectId, queueName ?? ''))) throw JOB_ERRORS.queueNotFound(queueName ?? '')
  }

  const mustMaySubmit = async (tx: Tx, actor: Actor, { queueName }: Job): Promise<void> => {
    if (queueName === null) return
    if (await parts.grants.may(tx.db, actor, 'submit', { kind: 'queue', name: queueName })) return
    throw JOB_ERRORS.queueForbidden(queueName)
  }

  return {
    async create(actor, wanted) {
      const settings = await checkNew(actor, wanted)
      return database.transact(async (tx) => {
        const drafts = await store.countDrafts(tx.db, actor.projectId)
        if (drafts >= limits.maxDrafts) throw JOB_ERRORS.tooManyDrafts(limits.maxDrafts)
        return insert(tx, actor, wanted, settings, `created by user ${actor.userId}`)
      })
    },

    async importJob(actor, wanted, { cover }) {
      const settings = await checkNew(actor, wanted)
      return database.transact(async (tx) => {
        const job = await store.findNamed(tx.db, actor.projectId, wanted.name)
        if (job && !cover) throw JOB_ERRORS.nameTaken(wanted.name)
        if (job) {
          await parts.grants.require(actor, 'update', { kind: 'job', id: job.id }, tx.db)
          return { id: (await overwrite(tx, actor, job, wanted, settings)).id, was: 'overwritten' }
        }
        const { id } = await insert(tx, actor, wanted, settings, `imported by user ${actor.userId}`)
        return { id, was: 'created' }
      })
    },

    async createSql(actor, wanted) {
      return this.create(actor, await completeSqlJob(parts, actor.projectId, wanted))
    },

    async update(actor, id, changes) {
      const before = await mustFind(database.db, actor.projectId, id)
      if (changes.kind && changes.kind !== kindOfType(before.type)) throw JOB_ERRORS.kindWrong(id, before.type)
      const patch = patchFor(before, changes)
      if (patch.name !== undefined) checkName(patch.name)
      if (patch.description !== undefined) checkDescription(patch.description)
      const settings = patch.settings ?? before.settings
      checkMode(before.type, settings.runMode)
      checkSqlBody(changes.sqlBody ?? '')
      checkSettings(settings, limits)
      await checkOutside(parts, actor.projectId, settings, before.settings, actor)
      const job = await database.transact(async (tx) => {
        const now = await mustFind(tx.db, actor.projectId, id)
        if (now.version !== before.version && !sameDefinition(now, before)) throw JOB_ERRORS.changedMeanwhile(id)
        const sqlBody = await changedSqlBody(tx.db, id, changes)
        const open = (await store.openOperations(tx.db, [id])).get(id) ?? null
        checkMayUpdate(now, patch, open, sqlBody === null ? [] : ['sqlBody'])
        await checkPathIsFree(store, tx.db, actor.projectId, id, settings)
        if (sqlBody !== null) await store.writeSqlBody(tx, id, sqlBody)
        return changeJob(parts, tx, now, patch, `changed by user ${actor.userId}`)
      })
      parts.poke(id)
      return job
    },

    async run(actor, id, { resume }) {
      const before = await mustFind(database.db, actor.projectId, id)
      mayRun(before)
      await checkCanRunHere(parts, actor, before)
      if (resume) {
        const attempts = await store.attemptsOf(database.db, [id])
        const everRan = attempts.some((attempt) => attempt.runningAt !== null)
        const point = restorePointForRun(before, true, everRan, await findRestorable(parts, before, attempts))
        mayResume(before, point)
      }
      await database.transact(async (tx) => {
        const job = await mustFind(tx.db, actor.projectId, id)
        mayRun(job)
        await mustHaveQueue(tx, job)
        await mustMaySubmit(tx, actor, job)
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
        await store.forgetTexts(tx, id)
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

    async importSavepoint(actor, id, path) {
      mayImportSavepoint(await mustFind(database.db, actor.projectId, id))
      const state = await findState(parts, actor.projectId, path)
      await database.transact(async (tx) => {
        mayImportSavepoint(await mustFind(tx.db, actor.projectId, id))
        await store.insertSavepoint(tx, {
          ...state,
          id: ids.hex32(),
          jobId: id,
          attemptId: null,
          origin: 'imported',
          createdAt: clock.now(),
        })
      })
    },

    async read(projectId, id) {
      const job = await mustFind(database.db, projectId, id)
      const [view] = await viewsOf(parts, [job], true)
      if (!view) throw JOB_ERRORS.notFound(id)
      return view
    },

    async list(projectId, query) {
      const { total, jobs } = await store.list(database.db, projectId, query)
      return { total, jobs: await viewsOf(parts, jobs, query.withSqlBody ?? false) }
    },

    async definitions(actor, wanted) {
      const jobs = await store.names(database.db, actor.projectId)
      const mayExport = await parts.grants.mayExportJob(actor)
      const ids = (wanted ? selected(jobs, wanted, mayExport) : jobs.filter(mayExport)).map(({ id }) => id)
      return definitionsOf(parts, actor.projectId, ids)
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
      if (!attempt) return null
      return (await runtime.executionGraph(attempt.id)) ?? store.graphOf(database.db, id, attempt.id)
    },

    async counters(projectId, asked) {
      const known = new Set(await store.idsOf(database.db, projectId, asked))
      const missing = asked.find((id) => !known.has(id))
      if (missing !== undefined) throw JOB_ERRORS.notFound(missing)
      const attempts = await store.newestAttempts(database.db, asked)
      return readCounters(
        runtime,
        [...attempts.values()].filter(({ live }) => live),
      )
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

async function viewsOf(parts: JobParts, jobs: readonly Job[], withSqlBody: boolean): Promise<JobView[]> {
  const { store, database } = parts
  const ids = jobs.map((job) => job.id)
  const sqlJobs = jobs.filter((job) => kindOfType(job.type) === 'sql').map((job) => job.id)
  const [owners, operations, live, savepoints, sqlBodies] = await Promise.all([
    store.ownerNames(database.db, [...new Set(jobs.map((job) => job.ownerId))]),
    store.openOperations(database.db, ids),
    store.liveOf(database.db, ids),
    store.latestSavepoints(database.db, ids),
    store.sqlBodies(database.db, withSqlBody ? sqlJobs : []),
  ])
  return jobs.map((job) => ({
    job,
    ownerName: owners.get(job.ownerId) ?? '',
    openOperation: operations.get(job.id) ?? null,
    latestSavepoint: savepoints.get(job.id) ?? null,
    isLive: live.has(job.id),
    sizing: sizeOf(job.settings, parts.limits.cuMemoryBytes),
    sqlBody: sqlBodies.get(job.id) ?? '',
  }))
}

/** One that is missing or may not be exported refuses all. */
function selected<Found extends Pick<Job, 'id' | 'ownerId'>>(
  jobs: readonly Found[],
  wanted: readonly JobId[],
  mayExport: (job: Found) => boolean,
): Found[] {
  const asked = new Set(wanted)
  const found = jobs.filter(({ id }) => asked.has(id))
  const there = new Set(found.map(({ id }) => id))
  const missing = wanted.find((id) => !there.has(id))
  if (missing !== undefined) throw JOB_ERRORS.notFound(missing)
  const denied = found.find((job) => !mayExport(job))
  if (denied) throw GRANT_ERRORS.denied('export', { kind: 'job', id: denied.id })
  return found
}

/** Their texts may be long, so few are in memory at a time. */
const DEFINITIONS_AT_ONCE = 50

/** What is deleted meanwhile is left out. */
async function* definitionsOf(
  { store, database }: JobParts,
  projectId: string,
  ids: readonly JobId[],
): AsyncGenerator<JobDefinition> {
  const tags = await readTagsOfKind(database.db, projectId, 'job')
  for (let start = 0; start < ids.length; start += DEFINITIONS_AT_ONCE) {
    const some = ids.slice(start, start + DEFINITIONS_AT_ONCE)
    const jobs = await store.findAll(database.db, projectId, some)
    const sqlBodies = await store.sqlBodies(database.db, some)
    for (const { id, name, type, description, queueName, settings } of jobs) {
      const sqlBody = sqlBodies.get(id)
      const definition = { name, type, description, queueName, settings, tags: tags.get(String(id)) ?? [] }
      yield { id, job: sqlBody === undefined ? definition : { ...definition, sqlBody } }
    }
  }
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
