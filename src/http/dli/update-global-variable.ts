import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const updateGlobalVariable = projectEndpoint({
  place: dliOperation('updateGlobalVariable'),
  room: 'general',
  tag: 'Global variables',
  description: 'Jobs that run keep the value they were started with, also when they are restarted after a failure.',
  body: Type.Object({ var_value: text('At most 10 000 characters.') }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ variables }, { caller, params, body }) {
    await variables.update(caller.projectId, params.var_name ?? '', body.var_value)
    return { is_success: SUCCESS, message: '' }
  },
})
