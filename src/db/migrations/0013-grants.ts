import type { Kysely } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

/** What members of a project may do to jobs, queues, packages and package groups that are not theirs. */
export async function grants(db: Kysely<unknown>, { text }: DialectQuirks): Promise<void> {
  await db.schema
    .createTable('grants')
    .addColumn('project_id', text, (c) => c.notNull().references('projects.id'))
    .addColumn('thing_kind', text, (c) => c.notNull())
    .addColumn('thing_id', text, (c) => c.notNull())
    .addColumn('user_id', text, (c) => c.notNull().references('users.id'))
    .addColumn('right_name', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('grants_key', ['project_id', 'thing_kind', 'thing_id', 'user_id', 'right_name'])
    .execute()
  await db.schema.createIndex('grants_user').on('grants').columns(['user_id', 'project_id', 'thing_kind']).execute()
}
