import { Type } from 'typebox'
import { VARIABLES_MAX, type Variable } from '../../variables/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const LIMIT_DEFAULT = 100
const HIDDEN = '******'

const VariableItem = Type.Object({
  id: Type.Integer(),
  var_name: Type.String(),
  var_value: Type.String({ description: `${HIDDEN} when the variable is sensitive.` }),
  is_sensitive: Type.Boolean(),
  project_id: Type.String(),
  user_id: Type.String({ description: 'Who created it.' }),
  user_name: Type.String(),
  create_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
  update_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
})

export const listGlobalVariables = projectEndpoint({
  place: dliOperation('listGlobalVariables'),
  room: 'general',
  tag: 'Global variables',
  description: 'In the order they were created.',
  query: Type.Object({
    limit: optional(Type.Integer({ minimum: 0, description: `Default 100. At most ${VARIABLES_MAX}.` })),
    offset: optional(Type.Integer({ minimum: 0, description: 'Variables to skip. Default 0.' })),
  }),
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    count: Type.Integer({ description: 'Variables of the project, before paging.' }),
    global_vars: Type.Array(VariableItem),
  }),
  async handle({ variables }, { caller, query }) {
    const found = await variables.list(caller.projectId, {
      limit: Math.min(VARIABLES_MAX, query.integer('limit', 0, REQUEST_ERRORS.pagingBad) ?? LIMIT_DEFAULT),
      offset: query.integer('offset', 0, REQUEST_ERRORS.pagingBad) ?? 0,
    })
    return { is_success: SUCCESS, message: '', count: found.total, global_vars: found.variables.map(toItem) }
  },
})

function toItem(variable: Variable) {
  return {
    id: variable.id,
    var_name: variable.name,
    var_value: variable.value ?? HIDDEN,
    is_sensitive: variable.value === null,
    project_id: variable.projectId,
    user_id: variable.ownerId,
    user_name: variable.ownerName,
    create_time: variable.createdAt.getTime(),
    update_time: variable.updatedAt.getTime(),
  }
}
