import { sql } from 'kysely'
import type { Database, Reader, Tx } from '../db/database.ts'
import { Bug } from '../lib/errors.ts'
import type { Attempt, Job, JobId, JobQuery, Move, Operation, Restart, Savepoint } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import { matchingJobs, pageOfJobs } from './job-list-store.ts'
import {
  type AttemptPatch,
  attemptPatchRow,
  attemptRow,
  fromAttemptRow,
  fromOperationRow,
  fromRow,
  fromSavepointRow,
  type JobPatch,
  patchRow,
  toRow,
} from './job-rows.ts'
import type { LaunchPlan } from './launch-plan.ts'
import { type JobEvent, type JobState, nextState, OCCUPYING_STATES } from './lifecycle.ts'

export type JobStore = ReturnType<typeof createJobStore>

/** The only place that reads and writes jobs, attempts, moves, operations and savepoints. */
export function createJobStore(database: Pick<Database, 'quirks'>) {
  return {
    async insert(tx: Tx, row: Omit<Job, 'id' | 'version' | 'ownerId'> & { ownerId: string }): Promise<Job> {
      try {
        const inserted = await tx.db.insertInto('jobs').values(toRow(row)).returningAll().executeTakeFirstOrThrow()
        return fromRow(inserted)
      } catch (error) {
        if (database.quirks.isUniqueViolation(error)) throw JOB_ERRORS.nameTaken(row.name)
        throw error
      }
    },

    /** A job of the project that is not deleted, or null. */
    async find(reader: Reader, projectId: string, id: JobId): Promise<Job | null> {
      const row = await reader
        .selectFrom('jobs')
        .selectAll()
        .where('id', '=', id)
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Numbers, names and owners of the project's jobs, oldest first. */
    async names(reader: Reader, projectId: string): Promise<Pick<Job, 'id' | 'name' | 'ownerId'>[]> {
      const rows = await reader
        .selectFrom('jobs')
        .select(['id', 'name', 'owner_id'])
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ id: row.id as JobId, name: row.name, ownerId: row.owner_id }))
    },

    /** A job of the project that is not deleted, or null. */
    async findNamed(reader: Reader, projectId: string, name: string): Promise<Job | null> {
      const row = await reader
        .selectFrom('jobs')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Those of the ids that are of jobs of the project that are not deleted, in order. */
    async idsOf(reader: Reader, projectId: string, wanted: readonly JobId[]): Promise<JobId[]> {
      const rows = await reader
        .selectFrom('jobs')
        .select('id')
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .where('id', 'in', [...wanted])
        .orderBy('id')
        .execute()
      return rows.map((row) => row.id as JobId)
    },

    /** Those of the jobs that are there, in the order of their ids. */
    async findAll(reader: Reader, projectId: string, ids: readonly JobId[]): Promise<Job[]> {
      const rows = await reader
        .selectFrom('jobs')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .where('id', 'in', [...ids])
        .orderBy('id')
        .execute()
      return rows.map(fromRow)
    },

    /** For the reconciler: any job, deleted ones too. */
    async load(reader: Reader, id: JobId): Promise<Job | null> {
      const row = await reader.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? fromRow(row) : null
    },

    async list(reader: Reader, projectId: string, query: JobQuery): Promise<{ total: number; jobs: Job[] }> {
      const matching = matchingJobs(reader, projectId, query)
      const { total } = await matching.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      const rows = await pageOfJobs(reader, projectId, query).execute()
      return { total: Number(total), jobs: rows.map(fromRow) }
    },

    /** Ids of all jobs the reconciler has something to do for. */
    async restless(reader: Reader): Promise<JobId[]> {
      const rows = await reader
        .selectFrom('jobs')
        .select('id')
        .where((e) =>
          e.or([
            e('state', 'in', ['queued', ...OCCUPYING_STATES]),
            e.exists(
              e.selectFrom('attempts').select('id').whereRef('attempts.job_id', '=', 'jobs.id').where('live', '=', 1),
            ),
          ]),
        )
        .execute()
      return rows.map((row) => row.id as JobId)
    },

    async countDrafts(reader: Reader, projectId: string): Promise<number> {
      const row = await reader
        .selectFrom('jobs')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('project_id', '=', projectId)
        .where('state', '=', 'draft')
        .where('deleted_at', 'is', null)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    /** Settings of the other jobs of a project, for rules that hold between jobs. */
    async othersWithCheckpointPath(reader: Reader, projectId: string, except: JobId | null): Promise<Job[]> {
      const rows = await reader
        .selectFrom('jobs')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .where('settings_json', 'not like', '%"checkpointPath":null%')
        .execute()
      return rows.map(fromRow).filter((job) => job.id !== except)
    },

    /**
     * The only function that changes a job's state. Writes the move into the history in the same transaction. Answers
     * the job as it is now, or null when somebody else was faster: look again.
     */
    async move(
      tx: Tx,
      job: Job,
      event: JobEvent,
      because: string,
      at: Date,
      patch: JobPatch & { attemptId?: string } = {},
    ): Promise<Job | null> {
      const to = nextState(job.state, event)
      if (to === null) throw new Bug(`The lifecycle has no move "${event}" from "${job.state}" (job ${job.id})`)
      const moved = await writeJob(tx, job, patch, at, to)
      if (!moved) return null
      await insertMove(tx, {
        jobId: job.id,
        attemptId: patch.attemptId ?? null,
        event,
        from: job.state,
        to,
        because,
        at,
      })
      return moved
    },

    /** Changes a job without moving it. Null: somebody else was faster. */
    patch(tx: Tx, job: Job, patch: JobPatch, at: Date): Promise<Job | null> {
      return writeJob(tx, job, patch, at, job.state)
    },

    recordMove: insertMove,

    async moves(reader: Reader, id: JobId): Promise<Move[]> {
      const rows = await reader.selectFrom('moves').selectAll().where('job_id', '=', id).orderBy('id').execute()
      return rows.map((row) => ({
        jobId: row.job_id as JobId,
        attemptId: row.attempt_id,
        event: row.event as Move['event'],
        from: row.from_state as JobState | null,
        to: row.to_state as JobState,
        because: row.because,
        at: new Date(row.at),
      }))
    },

    async insertAttempt(tx: Tx, attempt: Attempt, runtime: string): Promise<void> {
      await tx.db.insertInto('attempts').values(attemptRow(attempt, runtime)).execute()
    },

    async patchAttempt(tx: Tx, id: string, patch: AttemptPatch): Promise<void> {
      const set = attemptPatchRow(patch)
      if (Object.keys(set).length > 0) await tx.db.updateTable('attempts').set(set).where('id', '=', id).execute()
    },

    async insertRestarts(tx: Tx, id: JobId, attemptId: string, restarts: readonly Restart[]): Promise<void> {
      if (restarts.length === 0) return
      const rows = restarts.map(({ by, at }) => ({ job_id: id, attempt_id: attemptId, by, at: at.getTime() }))
      await tx.db.insertInto('restarts').values(rows).execute()
    },

    /** Restarts of a job from a moment on, oldest first. */
    async restartsSince(reader: Reader, id: JobId, since: Date): Promise<Restart[]> {
      const rows = await reader
        .selectFrom('restarts')
        .select(['by', 'at'])
        .where('job_id', '=', id)
        .where('at', '>=', since.getTime())
        .orderBy('at')
        .execute()
      return rows.map(({ by, at }) => ({ by: by as Restart['by'], at: new Date(at) }))
    },

    /** All attempts of the jobs, newest first. */
    async attemptsOf(reader: Reader, ids: readonly JobId[]): Promise<Attempt[]> {
      if (ids.length === 0) return []
      const rows = await reader
        .selectFrom('attempts')
        .selectAll()
        .where('job_id', 'in', [...ids])
        .orderBy('number', 'desc')
        .execute()
      return rows.map(fromAttemptRow)
    },

    /** The newest attempt of each job. */
    async newestAttempts(reader: Reader, ids: readonly JobId[]): Promise<Map<JobId, Attempt>> {
      if (ids.length === 0) return new Map()
      const rows = await reader
        .selectFrom('attempts')
        .selectAll()
        .where('job_id', 'in', [...ids])
        .where('number', '=', (e) =>
          e
            .selectFrom('attempts as other')
            .select((o) => o.fn.max('other.number').as('newest'))
            .whereRef('other.job_id', '=', 'attempts.job_id'),
        )
        .execute()
      return new Map(rows.map((row) => [row.job_id as JobId, fromAttemptRow(row)]))
    },

    /** Those of the jobs that have a live attempt. */
    async liveOf(reader: Reader, ids: readonly JobId[]): Promise<Set<JobId>> {
      if (ids.length === 0) return new Set()
      const rows = await reader
        .selectFrom('attempts')
        .select('job_id')
        .where('job_id', 'in', [...ids])
        .where('live', '=', 1)
        .execute()
      return new Set(rows.map((row) => row.job_id as JobId))
    },

    /** Attempts whose jobs are not deleted, and whether each is live. */
    async keptAttempts(reader: Reader): Promise<Map<string, { live: boolean }>> {
      const rows = await reader
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select(['attempts.id', 'attempts.live'])
        .where((e) => e.or([e('jobs.state', '!=', 'deleted'), e('attempts.live', '=', 1)]))
        .execute()
      return new Map(rows.map((row) => [row.id, { live: row.live === 1 }]))
    },

    /** CUs and memory taken by live attempts, per project and queue, for admission and for the queue pages. */
    async taken(reader: Reader): Promise<{ projectId: string; queue: string; cus: number; memoryBytes: number }[]> {
      const rows = await reader
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select(['jobs.project_id as projectId', sql<string>`lower(jobs.queue_name)`.as('queue')])
        .select((e) => e.fn.sum<number>('attempts.cu_count').as('cus'))
        .select((e) => e.fn.sum<number>('attempts.memory_bytes').as('memoryBytes'))
        .where(takesRoom)
        .groupBy(['jobs.project_id', sql`lower(jobs.queue_name)`])
        .execute()
      return rows.map((row) => ({
        projectId: row.projectId,
        queue: row.queue,
        cus: Number(row.cus),
        memoryBytes: Number(row.memoryBytes),
      }))
    },

    /** CUs taken by live attempts of a project, by the lower-case name of the queue. */
    async busyCus(reader: Reader, projectId: string): Promise<ReadonlyMap<string, number>> {
      const taken = await this.taken(reader)
      return new Map(taken.filter((row) => row.projectId === projectId).map((row) => [row.queue, row.cus]))
    },

    /** True when a job that is on the queue was launched since then, even when it has been deleted. */
    async hasRunOnQueue(reader: Reader, projectId: string, queue: string, since: Date): Promise<boolean> {
      const row = await reader
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select('attempts.id')
        .where('jobs.project_id', '=', projectId)
        .where(sql<string>`lower(jobs.queue_name)`, '=', queue.toLowerCase())
        .where('attempts.launched_at', '>=', since.getTime())
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /** Jobs in the state `queued` of one queue that have waited longer than this one. */
    async aheadInLine(reader: Reader, job: Job): Promise<number> {
      const row = await reader
        .selectFrom('jobs')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('project_id', '=', job.projectId)
        .where(sql<string>`lower(queue_name)`, '=', (job.queueName ?? '').toLowerCase())
        .where('state', '=', 'queued')
        .where((e) =>
          e.or([
            e('state_since', '<', job.stateSince.getTime()),
            e.and([e('state_since', '=', job.stateSince.getTime()), e('id', '<', job.id)]),
          ]),
        )
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    /** Jobs of the project that run on the queue or are about to. */
    async countOnQueue(reader: Reader, projectId: string, queue: string): Promise<number> {
      const row = await reader
        .selectFrom('jobs')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('project_id', '=', projectId)
        .where(sql<string>`lower(queue_name)`, '=', queue.toLowerCase())
        .where('state', 'in', ['queued', ...OCCUPYING_STATES])
        .where('deleted_at', 'is', null)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    /** Jobs whose cluster is being started since the given moment. */
    async countStarting(reader: Reader, since: Date): Promise<number> {
      const row = await reader
        .selectFrom('attempts')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('live', '=', 1)
        .where('running_at', 'is', null)
        .where('outcome', 'is', null)
        .where('created_at', '>=', since.getTime())
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    /** How attempts were launched, the newest first. */
    async newestPlans(reader: Reader, limit: number): Promise<LaunchPlan[]> {
      const rows = await reader
        .selectFrom('attempts')
        .select('launch_json')
        .orderBy('created_at', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => JSON.parse(row.launch_json) as LaunchPlan)
    },

    async insertOperation(tx: Tx, operation: Operation): Promise<void> {
      try {
        await tx.db
          .insertInto('operations')
          .values({
            id: operation.id,
            job_id: operation.jobId,
            attempt_id: operation.attemptId,
            kind: operation.kind,
            state: operation.state,
            directory: operation.directory,
            location: operation.location,
            reason: operation.reason,
            created_at: operation.createdAt.getTime(),
            ended_at: null,
          })
          .execute()
      } catch (error) {
        if (database.quirks.isUniqueViolation(error)) throw JOB_ERRORS.savepointUnderWay(operation.jobId)
        throw error
      }
    },

    async endOperation(
      tx: Tx,
      id: string,
      end: { state: 'completed' | 'failed'; location: string | null; reason: string; at: Date },
    ): Promise<void> {
      await tx.db
        .updateTable('operations')
        .set({ state: end.state, location: end.location, reason: end.reason, ended_at: end.at.getTime() })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .execute()
    },

    async openOperations(reader: Reader, ids: readonly JobId[]): Promise<Map<JobId, Operation>> {
      if (ids.length === 0) return new Map()
      const rows = await reader
        .selectFrom('operations')
        .selectAll()
        .where('job_id', 'in', [...ids])
        .where('state', '=', 'open')
        .execute()
      return new Map(rows.map((row) => [row.job_id as JobId, fromOperationRow(row)]))
    },

    async insertSavepoint(tx: Tx, savepoint: Savepoint): Promise<void> {
      await tx.db
        .insertInto('savepoints')
        .values({
          id: savepoint.id,
          job_id: savepoint.jobId,
          attempt_id: savepoint.attemptId,
          origin: savepoint.origin,
          url: savepoint.url,
          path: savepoint.path,
          created_at: savepoint.createdAt.getTime(),
        })
        .execute()
    },

    /** Newest first. */
    async savepointsOf(reader: Reader, ids: readonly JobId[]): Promise<Savepoint[]> {
      if (ids.length === 0) return []
      const rows = await reader
        .selectFrom('savepoints')
        .selectAll()
        .where('job_id', 'in', [...ids])
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(fromSavepointRow)
    },

    /** The newest savepoint of each job. */
    async latestSavepoints(reader: Reader, ids: readonly JobId[]): Promise<Map<JobId, Savepoint>> {
      if (ids.length === 0) return new Map()
      const latest = sql<string>`(select newest.id from savepoints as newest where newest.job_id = jobs.id
        order by newest.created_at desc, newest.id desc limit 1)`
      const rows = await reader
        .selectFrom('savepoints')
        .selectAll()
        .where('id', 'in', (e) =>
          e
            .selectFrom('jobs')
            .select(latest.as('id'))
            .where('jobs.id', 'in', [...ids]),
        )
        .execute()
      return new Map(rows.map((row) => [row.job_id as JobId, fromSavepointRow(row)]))
    },

    /** Texts of SQL jobs; a job without one has none. */
    async sqlBodies(reader: Reader, ids: readonly JobId[]): Promise<Map<JobId, string>> {
      if (ids.length === 0) return new Map()
      const rows = await reader
        .selectFrom('job_sql')
        .selectAll()
        .where('job_id', 'in', [...ids])
        .execute()
      return new Map(rows.map((row) => [row.job_id as JobId, row.sql_body]))
    },

    async writeSqlBody(tx: Tx, id: JobId, sqlBody: string): Promise<void> {
      await tx.db
        .insertInto('job_sql')
        .values({ job_id: id, sql_body: sqlBody })
        .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ sql_body: sqlBody }))
        .execute()
    },

    /** `graph`: JSON of Flink's. Of each job one is kept. */
    async writeGraph(tx: Tx, id: JobId, attemptId: string, graph: string): Promise<void> {
      const row = { attempt_id: attemptId, graph_json: graph }
      await tx.db
        .insertInto('job_graphs')
        .values({ job_id: id, ...row })
        .onConflict((conflict) => conflict.column('job_id').doUpdateSet(row))
        .execute()
    },

    /** The graph of the attempt, as it was last kept; null when there is none of it. */
    async graphOf(reader: Reader, id: JobId, attemptId: string): Promise<unknown> {
      const row = await reader
        .selectFrom('job_graphs')
        .select('graph_json')
        .where('job_id', '=', id)
        .where('attempt_id', '=', attemptId)
        .executeTakeFirst()
      return row ? (JSON.parse(row.graph_json) as unknown) : null
    },

    /** What is long and of no use to the history of a deleted job. */
    async forgetTexts(tx: Tx, id: JobId): Promise<void> {
      await tx.db.deleteFrom('job_sql').where('job_id', '=', id).execute()
      await tx.db.deleteFrom('job_graphs').where('job_id', '=', id).execute()
    },

    async ownerNames(reader: Reader, userIds: readonly string[]): Promise<Map<string, string>> {
      if (userIds.length === 0) return new Map()
      const rows = await reader
        .selectFrom('users')
        .select(['id', 'name'])
        .where('id', 'in', [...userIds])
        .execute()
      return new Map(rows.map((row) => [row.id, row.name]))
    },
  }
}

async function writeJob(tx: Tx, job: Job, patch: JobPatch, at: Date, state: JobState): Promise<Job | null> {
  const row = await tx.db
    .updateTable('jobs')
    .set({
      ...patchRow(patch),
      state,
      ...(state === job.state ? {} : { state_since: at.getTime() }),
      version: job.version + 1,
    })
    .where('id', '=', job.id)
    .where('version', '=', job.version)
    .where('state', '=', job.state)
    .returningAll()
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

async function insertMove(tx: Tx, move: Move): Promise<void> {
  await tx.db
    .insertInto('moves')
    .values({
      job_id: move.jobId,
      attempt_id: move.attemptId,
      event: move.event,
      from_state: move.from,
      to_state: move.to,
      because: move.because,
      at: move.at.getTime(),
    })
    .execute()
}

/** A live attempt takes room; so does the last attempt of a job that waits to be launched again. */
const takesRoom = sql<boolean>`(attempts.live = 1 or (jobs.state in ('submitting', 'recovering') and attempts.number =
  (select max(other.number) from attempts as other where other.job_id = jobs.id)))`
