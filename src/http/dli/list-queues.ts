import { Type } from 'typebox'
import { visibleTo } from '../../grants/index.ts'
import type { QueueOrder } from '../../queues/index.ts'
import { parseTagFilter } from '../../tags/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import { QueueItem, toQueueItem } from './queue-wire.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const TYPES = ['sql', 'general', 'all'] as const
const ORDERS = {
  queue_name_asc: 'nameAscending',
  queue_name_desc: 'nameDescending',
  cu_asc: 'cusAscending',
  cu_desc: 'cusDescending',
} as const satisfies Record<string, QueueOrder>
const ORDER_NAMES = Object.keys(ORDERS) as (keyof typeof ORDERS)[]

export const listQueues = projectEndpoint({
  place: dliOperation('listQueues'),
  room: 'general',
  tag: 'Queues',
  query: Type.Object({
    queue_type: optional(Type.Enum(TYPES, { description: 'Default sql.' })),
    tags: optional(Type.String({ description: 'Only queues with all the tags: k1=v1,k2.' })),
    order: optional(Type.Enum(ORDER_NAMES, { description: 'Default queue_name_asc.' })),
    'page-size': optional(Type.Integer({ minimum: 1, description: 'Default: all.' })),
    'current-page': optional(Type.Integer({ minimum: 1, description: 'From 1. Default 1.' })),
    'with-priv': optional(Type.Boolean({ description: 'Accepted; the answer has no field for rights.' })),
    'with-charge-info': optional(Type.Boolean({ description: 'Accepted; nothing is charged here.' })),
  }),
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String(), queues: Type.Array(QueueItem) }),
  async handle({ queues, flinkVersions }, { caller, query }) {
    const order = query.oneOf('order', ORDER_NAMES)
    query.boolean('with-priv')
    query.boolean('with-charge-info')
    const found = await queues.list(caller.projectId, {
      visibleTo: visibleTo(caller),
      type: query.oneOf('queue_type', TYPES) ?? 'sql',
      tags: parseTagFilter(query.text('tags')),
      order: order && ORDERS[order],
      page: query.integer('current-page', 1, REQUEST_ERRORS.fieldBad),
      pageSize: query.integer('page-size', 1, REQUEST_ERRORS.fieldBad),
    })
    const versions = await flinkVersions()
    return { is_success: SUCCESS, message: '', queues: found.map((queue) => toQueueItem(queue, versions)) }
  },
})
