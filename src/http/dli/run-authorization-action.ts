import { type Static, Type } from 'typebox'
import type { GrantChange } from '../../grants/index.ts'
import { type Call, projectEndpoint } from '../endpoint.ts'
import type { HttpParts } from '../parts.ts'
import { optional, text } from './fields.ts'
import { type DliOperation, dliOperation } from './operations.ts'
import { toRights, toThing } from './privileges.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const OBJECTS_MAX = 100
const PRIVILEGES_MAX = 100

export const Action = Type.Enum(['grant', 'revoke', 'update'], {
  description: 'update replaces everything that the user was given on the object; an empty list takes back all.',
})

export const PrivilegeNames = Type.Array(Type.String(), { maxItems: PRIVILEGES_MAX })

const Body = Type.Object({
  user_name: text('A member of the project.'),
  action: Action,
  privileges: Type.Array(
    Type.Object({
      object: text(
        'jobs.flink.<job id>, groups.<group>, resources.<package>, resources.<group>/<package>, queues.<name>.',
      ),
      privileges: PrivilegeNames,
    }),
    { minItems: 1, maxItems: OBJECTS_MAX, description: 'All of them are changed, or none.' },
  ),
  projectId: optional(Type.Unknown({ description: 'Accepted and ignored: the path says which project.' })),
})

/** The same under two paths; the SDKs keep both. */
const grantOperation = (place: DliOperation) =>
  projectEndpoint({
    place,
    room: 'general',
    tag: 'Privileges',
    description: 'For the owner of the objects, administrators, and who was given GRANT_PRIVILEGE or REVOKE_PRIVILEGE.',
    body: Body,
    answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
    handle,
  })

async function handle({ grants }: HttpParts, { caller, body }: Call<Static<typeof Body>>) {
  await grants.change(caller, toChange(body))
  return { is_success: SUCCESS, message: '' }
}

function toChange({ user_name, action, privileges }: Static<typeof Body>): GrantChange {
  const rights = privileges.map(({ object, privileges: names }, index) => {
    const thing = toThing(`privileges[${index}].object`, object)
    return { thing, rights: toRights(`privileges[${index}].privileges`, thing, names) }
  })
  return { action, userName: user_name, rights }
}

export const runAuthorizationAction = grantOperation(dliOperation('runAuthorizationAction'))
export const changeAuthorization = grantOperation(dliOperation('changeAuthorization'))
