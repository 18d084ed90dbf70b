import { Type } from 'typebox'
import { toQueueName } from '../../queues/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { Paging, pageOf } from './paging.ts'
import { toUserPrivileges, UserPrivileges } from './privileges.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const listQueueUsers = projectEndpoint({
  place: dliOperation('listQueueUsers'),
  room: 'general',
  tag: 'Privileges',
  description: 'Without SHOW_PRIVILEGES a user sees only what he himself was given.',
  query: Paging,
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    queue_name: Type.String(),
    privileges: Type.Array(UserPrivileges),
    count: Type.Integer({ description: 'Users, before paging.' }),
  }),
  async handle({ grants }, { caller, params, query }) {
    const queue = { kind: 'queue', name: toQueueName(params.queue_name ?? '') } as const
    const page = pageOf(query)
    const users = await grants.list(caller, queue)
    return {
      is_success: SUCCESS,
      message: '',
      queue_name: queue.name,
      privileges: page(users).map((user) => toUserPrivileges(queue, user)),
      count: users.length,
    }
  },
})
