import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import type { Database } from '../db/database.ts'
import { pageOfResources } from '../tags/resource-store.ts'
import type { JobId, JobQuery } from './job.ts'
import { jobRows, pageOfJobs } from './job-list-store.ts'
import { toRow } from './job-rows.ts'
import { DEFAULT_SETTINGS } from './job-settings.ts'
import { createJobStore } from './job-store.ts'

const JOBS = 600
const JOBS_OF_OTHERS = 6000
const AT_ONCE = 500
const PAGE = { order: 'desc', limit: 100, offset: 0 } as const

/** A list's filter and the index that must serve it. */
const PLANS: readonly [string, Partial<JobQuery>, RegExp][] = [
  ['all', {}, /jobs_page/u],
  ['by name', { nameContains: 'job-29' }, /jobs_(page|name)/u],
  ['by status', { states: ['running'] }, /jobs_state/u],
  ['by queue', { queueName: 'Q7' }, /jobs_queue/u],
  ['by tag', { tags: [{ key: 'team', value: 't7' }] }, /tags_value/u],
]

describeOnEachDatabase((open) => {
  test('a page of many jobs is found by an index, whatever is asked for', async () => {
    const { database, caller, stranger } = await openWorld(open)
    const other = await stranger()
    await fill(database, caller.projectId, caller.userId, JOBS)
    await fill(database, other.projectId, other.userId, JOBS_OF_OTHERS)
    await sql`analyze`.execute(database.db)
    for (const [what, filter, index] of PLANS) {
      const query = pageOfJobs(database.db, caller.projectId, { ...PAGE, ...filter })
      const plan = await planOf(database, query)
      expect(plan, `${what}: ${plan}`).toMatch(index)
      expect(plan, `${what}: ${plan}`).not.toMatch(/SCAN jobs(?! USING)|"Seq Scan"[^}]*"jobs"/u)
      expect((await query.execute()).length, what).toBeGreaterThan(0)
    }
  })

  test('jobs are found by an index of their tags, too, where tags are asked for all kinds of things', async () => {
    const { database, caller } = await openWorld(open)
    await fill(database, caller.projectId, caller.userId, JOBS)
    await sql`analyze`.execute(database.db)
    const rows = jobRows(database.db, caller.projectId, undefined)
    const filter = { tags: [{ key: 'team', values: ['t7', 't8'] }] }
    const query = pageOfResources(database.db, rows, { projectId: caller.projectId, kind: 'job' }, filter, PAGE)
    expect(await planOf(database, query)).toMatch(/tags_value/u)
    expect(await query.execute()).toHaveLength(60)
  })
})

describeOnEachDatabase((open) => {
  test('of every job the newest savepoint is told, of those of one moment the one with the greatest id', async () => {
    const { database, caller } = await openWorld(open)
    await fill(database, caller.projectId, caller.userId, 3)
    const store = createJobStore(database)
    const [first, second, third] = (await store.names(database.db, caller.projectId)).map(({ id }) => id) as JobId[]
    const savepoint = (jobId: JobId | undefined, id: string, at: number) => ({
      ...{ id, jobId: jobId as JobId, attemptId: null, origin: 'imported' as const, url: `file:/${id}`, path: id },
      createdAt: new Date(at),
    })
    const all = [
      savepoint(first, 'b', 2),
      savepoint(first, 'a', 1),
      savepoint(second, 'c', 3),
      savepoint(second, 'd', 3),
    ]
    await database.transact(async (tx) => {
      for (const each of all) await store.insertSavepoint(tx, each)
    })
    const latest = await store.latestSavepoints(database.db, [first, second, third] as JobId[])
    expect([...latest].sort()).toEqual([
      [first, all[0]],
      [second, all[3]],
    ])
  })
})

async function planOf(
  database: Database,
  query: ReturnType<typeof pageOfJobs> | ReturnType<typeof pageOfResources>,
): Promise<string> {
  const rows =
    database.quirks.name === 'sqlite' ? await query.explain(undefined, sql`query plan`) : await query.explain('json')
  return JSON.stringify(rows)
}

/** One in thirty runs; each thirty share a queue and a tag. */
async function fill(database: Database, projectId: string, ownerId: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => number)
  await database.transact(async (tx) => {
    for (let from = 0; from < count; from += AT_ONCE) {
      const rows = numbers.slice(from, from + AT_ONCE).map((number) => jobRow(projectId, ownerId, number))
      const ids = await tx.db.insertInto('jobs').values(rows).returning('id').execute()
      const tags = ids.map(({ id }, index) => tagRow(projectId, id, Math.floor((from + index) / 30)))
      await tx.db.insertInto('tags').values(tags).execute()
    }
  })
}

const tagRow = (project_id: string, id: number, rare: number) => ({
  ...{ project_id, resource_type: 'job', resource_id: String(id), key: 'team', value: `t${rare}` },
})

function jobRow(projectId: string, ownerId: string, number: number) {
  const at = new Date(1_760_000_000_000 + number)
  const none = { en: '', zh: '' }
  const queueName = `q${Math.floor(number / 30)}`
  const state = number % 30 === 0 ? 'running' : 'draft'
  return toRow({
    ...{ projectId, ownerId, name: `job-${number}`, type: 'flink_jar_job', description: '', queueName },
    ...{ settings: DEFAULT_SETTINGS, state, stateSince: at, status: none, condition: none },
    ...{ wish: { wants: 'stopped', withSavepoint: false, operationId: null }, generation: 0, seenGeneration: 0 },
    ...{ restartTimes: 0, createdAt: at, updatedAt: at, startedAt: null, endedAt: null, executionGraph: null },
  })
}
