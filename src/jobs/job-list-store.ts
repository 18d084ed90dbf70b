import { sql } from 'kysely'
import { contains } from '../db/contains.ts'
import type { Reader } from '../db/database.ts'
import { isVisible } from '../grants/index.ts'
import { hasTag, type ResourceRows } from '../tags/index.ts'
import type { JobQuery } from './job.ts'

/** The jobs of a project that a list is about. Its filters are what the indexes of migration 0014 are for. */
export function matchingJobs(reader: Reader, projectId: string, query: JobQuery) {
  let jobs = reader.selectFrom('jobs').where('jobs.project_id', '=', projectId).where('jobs.deleted_at', 'is', null)
  const { visibleTo } = query
  if (visibleTo !== undefined) jobs = jobs.where(isVisible('job', visibleTo))
  if (query.type) jobs = jobs.where('jobs.type', '=', query.type)
  if (query.states) jobs = jobs.where('jobs.state', 'in', query.states.length > 0 ? [...query.states] : ['none'])
  if (query.queueName) jobs = jobs.where(sql<string>`lower(jobs.queue_name)`, '=', query.queueName.toLowerCase())
  if (query.nameContains) jobs = jobs.where(contains('jobs.name', query.nameContains))
  if (query.ownerName) {
    const owner = query.ownerName
    jobs = jobs.where('jobs.owner_id', 'in', (e) =>
      e.selectFrom('users').select('users.id').where('users.name', '=', owner),
    )
  }
  if (query.hasOpenOperation !== undefined) {
    const open = sql<boolean>`exists (select 1 from operations where operations.job_id = jobs.id and operations.state = 'open')`
    jobs = query.hasOpenOperation ? jobs.where(open) : jobs.where(sql<boolean>`not ${open}`)
  }
  for (const { key, value } of query.tags ?? [])
    jobs = jobs.where(hasTag('jobs.id', projectId, 'job', { key, values: [value] }))
  return jobs
}

/** One page of them, whole rows. The page is found by ids alone: what is sorted and skipped is then narrow. */
export function pageOfJobs(reader: Reader, projectId: string, query: JobQuery) {
  const { order, limit, offset } = query
  const page = matchingJobs(reader, projectId, query)
    .select('jobs.id')
    .orderBy('jobs.created_at', order)
    .orderBy('jobs.id', order)
    .limit(limit)
    .offset(offset)
  return reader.selectFrom('jobs').selectAll().where('id', 'in', page).orderBy('created_at', order).orderBy('id', order)
}

/** Jobs of a project as things that carry tags. */
export function jobRows(reader: Reader, projectId: string, visibleTo: string | undefined): ResourceRows {
  return reader
    .selectFrom('jobs')
    .select(['id', 'name', sql<string>`cast(id as text)`.as('resource_id')])
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .$if(visibleTo !== undefined, (query) => query.where(isVisible('job', visibleTo ?? '')))
}
