import type { Kysely } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

/** What belongs to a job and is too long to be read with every look at it: the text of an SQL job, the graph of the last run. */
export async function sqlAndGraphs(db: Kysely<unknown>, { text }: DialectQuirks): Promise<void> {
  await db.schema
    .createTable('job_sql')
    .addColumn('job_id', 'bigint', (c) => c.primaryKey().references('jobs.id'))
    .addColumn('sql_body', text, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('job_graphs')
    .addColumn('job_id', 'bigint', (c) => c.primaryKey().references('jobs.id'))
    .addColumn('attempt_id', text, (c) => c.notNull().references('attempts.id'))
    .addColumn('graph_json', text, (c) => c.notNull())
    .execute()
}
