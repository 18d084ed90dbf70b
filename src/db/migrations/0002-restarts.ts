import { type Kysely, sql } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

/** Every restart of a job as a fact of its own, the runs that attempts belong to, and what stands out about a running job. */
export async function restarts(db: Kysely<unknown>, quirks: DialectQuirks): Promise<void> {
  const { text } = quirks
  await quirks
    .withCountedId(db.schema.createTable('restarts'))
    .addColumn('job_id', 'bigint', (c) => c.notNull().references('jobs.id'))
    .addColumn('attempt_id', text, (c) => c.notNull().references('attempts.id'))
    .addColumn('by', text, (c) => c.notNull().check(sql`"by" in ('flink', 'headgate')`))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('restarts_job').on('restarts').columns(['job_id', 'at']).execute()
  await db.schema
    .alterTable('jobs')
    .addColumn('condition_json', text, (c) => c.notNull().defaultTo('{"en":"","zh":""}'))
    .execute()
  await db.schema.alterTable('attempts').addColumn('silent_since', 'bigint').execute()
  await db.schema
    .alterTable('attempts')
    .addColumn('run', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
}
