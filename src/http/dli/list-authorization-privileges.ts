import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { dliOperation } from './operations.ts'
import { Paging, pageOf } from './paging.ts'
import { toObjectNames, toThing, toUserPrivileges, UserPrivileges } from './privileges.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const listAuthorizationPrivileges = projectEndpoint({
  place: dliOperation('listAuthorizationPrivileges'),
  room: 'general',
  tag: 'Privileges',
  description: 'Without SHOW_PRIVILEGES a user sees only what he himself was given.',
  query: Type.Object({
    object: Type.String({
      description:
        'jobs.flink.<job id>, groups.<group>, resources.<package>, resources.<group>/<package>, queues.<name>.',
    }),
    ...Paging.properties,
  }),
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    object_name: Type.String({ description: 'The bare id or name.' }),
    object_type: Type.Enum(['flink', 'group', 'resource', 'queue']),
    count: Type.Integer({ description: 'Users, before paging.' }),
    privileges: Type.Array(Type.Object({ object: Type.String(), ...UserPrivileges.properties })),
  }),
  async handle({ grants }, { caller, query }) {
    const object = query.text('object')
    if (object === undefined) throw REQUEST_ERRORS.fieldMissing('object')
    const thing = toThing('object', object)
    const page = pageOf(query)
    const users = await grants.list(caller, thing)
    return {
      is_success: SUCCESS,
      message: '',
      ...toObjectNames(thing),
      count: users.length,
      privileges: page(users).map((user) => ({ object, ...toUserPrivileges(thing, user) })),
    }
  },
})
