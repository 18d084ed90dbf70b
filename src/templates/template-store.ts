import type { Selectable } from 'kysely'
import { contains } from '../db/contains.ts'
import type { Reader, Tx } from '../db/database.ts'
import type { Schema } from '../db/schema.ts'
import { hasTag } from '../tags/index.ts'
import type { Template, TemplateJobType, TemplateQuery } from './template.ts'

export async function insertTemplate(tx: Tx, template: Omit<Template, 'id'> & { ownerId: string }): Promise<number> {
  const { id } = await tx.db
    .insertInto('templates')
    .values({
      project_id: template.projectId,
      name: template.name,
      description: template.description,
      sql_body: template.sqlBody,
      job_type: template.jobType,
      owner_id: template.ownerId,
      created_at: template.createdAt.getTime(),
      updated_at: template.updatedAt.getTime(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function readTemplate(reader: Reader, projectId: string, id: number): Promise<Template | null> {
  const query = reader.selectFrom('templates').selectAll().where('project_id', '=', projectId).where('id', '=', id)
  const row = await query.executeTakeFirst()
  return row ? toTemplate(row) : null
}

export async function listTemplates(
  reader: Reader,
  projectId: string,
  query: TemplateQuery,
): Promise<{ total: number; templates: Template[] }> {
  const matching = matchingTemplates(reader, projectId, query)
  const { total } = await matching.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await matching
    .selectAll('templates')
    .orderBy('templates.created_at', query.order)
    .orderBy('templates.id', query.order)
    .limit(query.limit)
    .offset(query.offset)
    .execute()
  return { total: Number(total), templates: rows.map(toTemplate) }
}

export async function countTemplates(reader: Reader, projectId: string): Promise<number> {
  const query = reader.selectFrom('templates').where('project_id', '=', projectId)
  const { count } = await query.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

export async function updateTemplate(tx: Tx, { id, name, description, sqlBody, updatedAt }: Template): Promise<void> {
  const set = { name, description, sql_body: sqlBody, updated_at: updatedAt.getTime() }
  await tx.db.updateTable('templates').set(set).where('id', '=', id).execute()
}

export async function deleteTemplate(tx: Tx, id: number): Promise<void> {
  await tx.db.deleteFrom('templates').where('id', '=', id).execute()
}

function matchingTemplates(reader: Reader, projectId: string, { nameContains, tags = [] }: TemplateQuery) {
  let templates = reader.selectFrom('templates').where('templates.project_id', '=', projectId)
  if (nameContains !== undefined) templates = templates.where(contains('templates.name', nameContains))
  for (const { key, value } of tags)
    templates = templates.where(hasTag('templates.id', projectId, 'template', { key, values: [value] }))
  return templates
}

const toTemplate = (row: Selectable<Schema['templates']>): Template => ({
  id: row.id,
  projectId: row.project_id,
  name: row.name,
  description: row.description,
  sqlBody: row.sql_body,
  jobType: row.job_type as TemplateJobType,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
})
