import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const deleteGlobalVariable = projectEndpoint({
  place: dliOperation('deleteGlobalVariable'),
  room: 'general',
  tag: 'Global variables',
  description: 'Jobs that run keep its value; the next run of a job that still names it is refused.',
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ variables }, { caller, params }) {
    await variables.remove(caller.projectId, params.var_name ?? '')
    return { is_success: SUCCESS, message: '' }
  },
})
