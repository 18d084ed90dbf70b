import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'
import { toTemplateId } from './template-id.ts'

export const deleteFlinkSqlJobTemplate = projectEndpoint({
  place: dliOperation('deleteFlinkSqlJobTemplate'),
  room: 'general',
  tag: 'Templates',
  description: 'Jobs that were made from the template stay as they are.',
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    template: Type.Object({ template_id: Type.Integer() }),
  }),
  async handle({ templates }, { caller, params }) {
    const id = toTemplateId(params.template_id)
    await templates.remove(caller.projectId, id)
    return { is_success: SUCCESS, message: '', template: { template_id: id } }
  },
})
