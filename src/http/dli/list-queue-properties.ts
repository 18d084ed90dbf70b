import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

/** Clients read it with every queue and page by `offset` until a page is empty, so it answers for queues of any type. */
export const listQueueProperties = projectEndpoint({
  place: dliOperation('listQueueProperties'),
  room: 'general',
  tag: 'Queues',
  query: Type.Object({
    offset: optional(Type.Integer({ minimum: 0, description: 'Properties to leave out. Default 0.' })),
    limit: optional(Type.Integer({ minimum: 0, description: 'Default: all.' })),
  }),
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    properties: Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { description: 'By name.' }),
  }),
  async handle({ queues }, { caller, params, query }) {
    const offset = query.integer('offset', 0, REQUEST_ERRORS.pagingBad) ?? 0
    const limit = query.integer('limit', 0, REQUEST_ERRORS.pagingBad) ?? Number.POSITIVE_INFINITY
    const { properties } = await queues.get(caller.projectId, params.queue_name ?? '')
    const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))
    const page = sorted.slice(offset, offset + limit).map(([key, value]) => ({ key, value }))
    return { is_success: SUCCESS, message: '', properties: page }
  },
})
