import { Type } from 'typebox'
import type { Template } from '../../templates/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'
import { toTagPairs } from './tag-filter.ts'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
const ORDERS = ['asc', 'desc'] as const

const TemplateItem = Type.Object({
  template_id: Type.Integer(),
  name: Type.String(),
  desc: Type.String(),
  create_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
  update_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
  sql_body: Type.String(),
  job_type: Type.String(),
})

export const listFlinkSqlJobTemplates = projectEndpoint({
  place: dliOperation('listFlinkSqlJobTemplates'),
  room: 'general',
  tag: 'Templates',
  query: Type.Object({
    name: optional(Type.String({ description: 'Only templates with the text in their name, in any case.' })),
    tags: optional(Type.String({ description: 'Only templates with all the tags: k1=v1,k2=v2.' })),
    order: optional(Type.Enum(ORDERS, { description: 'By creation time. Default desc.' })),
    limit: optional(Type.Integer({ minimum: 0, description: 'Default 10. More than 100 counts as 100.' })),
    offset: optional(Type.Integer({ minimum: 0, description: 'Templates to skip. Default 0.' })),
  }),
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    template_list: Type.Object({
      total_count: Type.Integer({ description: 'Matching templates, before paging.' }),
      templates: Type.Array(TemplateItem),
    }),
  }),
  async handle({ templates }, { caller, query }) {
    const found = await templates.list(caller.projectId, {
      nameContains: query.text('name'),
      tags: toTagPairs(query.list('tags')),
      order: query.oneOf('order', ORDERS) ?? 'desc',
      limit: Math.min(LIMIT_MAX, query.integer('limit', 0, REQUEST_ERRORS.pagingBad) ?? LIMIT_DEFAULT),
      offset: query.integer('offset', 0, REQUEST_ERRORS.pagingBad) ?? 0,
    })
    const list = { total_count: found.total, templates: found.templates.map(toItem) }
    return { is_success: SUCCESS, message: '', template_list: list }
  },
})

function toItem(template: Template) {
  return {
    template_id: template.id,
    name: template.name,
    desc: template.description,
    create_time: template.createdAt.getTime(),
    update_time: template.updatedAt.getTime(),
    sql_body: template.sqlBody,
    job_type: template.jobType,
  }
}
