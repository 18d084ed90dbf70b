import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { optional, text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'
import { toTemplateId } from './template-id.ts'

export const updateFlinkSqlJobTemplate = projectEndpoint({
  place: dliOperation('updateFlinkSqlJobTemplate'),
  room: 'general',
  tag: 'Templates',
  description: 'What is absent stays. Jobs that were made from the template do not change.',
  body: Type.Object({
    name: optional(text('1 to 64 Chinese characters, letters, digits, "_" and "-". Empty: unchanged.')),
    desc: optional(text('At most 512 characters.')),
    sql_body: optional(text('At most 1 048 576 characters.')),
  }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ templates }, { caller, params, body }) {
    const changes = { name: body.name, description: body.desc, sqlBody: body.sql_body }
    await templates.update(caller.projectId, toTemplateId(params.template_id), changes)
    return { is_success: SUCCESS, message: '' }
  },
})
