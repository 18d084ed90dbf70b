import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

/** The CUs that a queue was made with, now that they change; tests of addresses; what a project's agency may do. */
export async function queueChanges(db: Kysely<unknown>, quirks: DialectQuirks): Promise<void> {
  const { text } = quirks
  await db.schema
    .alterTable('queues')
    .addColumn('cu_spec', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await sql`update queues set cu_spec = cu_count`.execute(db)
  await quirks
    .withCountedId(db.schema.createTable('connectivity_tests'))
    .addColumn('queue_id', 'bigint', (c) => c.notNull().references('queues.id').onDelete('cascade'))
    .addColumn('host', text, required)
    .addColumn('port', 'integer', required)
    .addColumn('reachable', 'integer')
    .addColumn('created_at', 'bigint', required)
    .execute()
  await db.schema.createIndex('connectivity_tests_queue').on('connectivity_tests').column('queue_id').execute()
  await db.schema
    .createTable('agencies')
    .addColumn('project_id', text, (c) => c.primaryKey().notNull().references('projects.id'))
    .addColumn('roles_json', text, required)
    .addColumn('updated_at', 'bigint', required)
    .execute()
}
