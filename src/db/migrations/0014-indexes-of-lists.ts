import { type Kysely, sql } from 'kysely'

/** What lists of jobs filter and sort by, so that a page of ten thousand jobs costs no more than one of a hundred. */
export async function indexesOfLists(db: Kysely<unknown>): Promise<void> {
  const page = sql`created_at, id) where deleted_at is null`
  await sql`create index jobs_page on jobs (project_id, ${page}`.execute(db)
  await sql`create index jobs_state on jobs (project_id, state, ${page}`.execute(db)
  await sql`create index jobs_queue on jobs (project_id, lower(queue_name), ${page}`.execute(db)
  await sql`create index tags_value on tags (project_id, resource_type, key, value, resource_id)`.execute(db)
}
