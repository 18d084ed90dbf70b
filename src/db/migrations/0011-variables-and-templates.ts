import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import type { DialectQuirks } from '../dialect.ts'

const required = (column: ColumnDefinitionBuilder) => column.notNull()
const of = (table: string) => (column: ColumnDefinitionBuilder) => column.notNull().references(`${table}.id`)

/** Global variables, the values that each launch was given, and templates of SQL jobs. */
export async function variablesAndTemplates(db: Kysely<unknown>, quirks: DialectQuirks): Promise<void> {
  const { text } = quirks
  await quirks
    .withCountedId(db.schema.createTable('variables'))
    .addColumn('project_id', text, of('projects'))
    .addColumn('name', text, required)
    .addColumn('value_sealed', text, required)
    .addColumn('is_sensitive', 'integer', required)
    .addColumn('owner_id', text, of('users'))
    .addColumn('created_at', 'bigint', required)
    .addColumn('updated_at', 'bigint', required)
    .addUniqueConstraint('variables_name', ['project_id', 'name'])
    .execute()
  await db.schema
    .createTable('launch_values')
    .addColumn('attempt_id', text, (c) => c.primaryKey().notNull().references('attempts.id'))
    .addColumn('values_sealed', text, required)
    .execute()
  await quirks
    .withCountedId(db.schema.createTable('templates'))
    .addColumn('project_id', text, of('projects'))
    .addColumn('name', text, required)
    .addColumn('description', text, required)
    .addColumn('sql_body', text, required)
    .addColumn('job_type', text, required)
    .addColumn('owner_id', text, of('users'))
    .addColumn('created_at', 'bigint', required)
    .addColumn('updated_at', 'bigint', required)
    .addUniqueConstraint('templates_name', ['project_id', 'name'])
    .execute()
}
