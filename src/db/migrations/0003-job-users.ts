import type { Kysely } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

/** The user id under which the jobs of a project run. Rows are never removed, so that no id is used twice. */
export async function jobUsers(db: Kysely<unknown>, { text }: DialectQuirks): Promise<void> {
  await db.schema
    .createTable('job_users')
    .addColumn('project_id', text, (c) => c.primaryKey().notNull().references('projects.id'))
    .addColumn('user_id', 'integer', (c) => c.notNull().unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
}
