import { Type } from 'typebox'
import type { Caller } from '../../access/index.ts'
import { callerEndpoint } from '../endpoint.ts'
import type { HttpParts } from '../parts.ts'
import { Links, toLinks } from './links.ts'

const UserItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  enabled: Type.Boolean(),
  description: Type.String(),
  password_expires_at: Type.Null(),
  links: Type.Object({ self: Type.String() }),
})

/** Terraform asks for the id of the user it signs in with. Everybody sees himself, an administrator also others. */
export const listUsers = callerEndpoint({
  place: { id: 'listUsers', method: 'GET', path: '/v3/users', success: 200, title: 'Find a user (IAM)' },
  room: 'iam',
  tag: 'Identity',
  query: Type.Object({ name: Type.Optional(Type.String({ description: 'Default: the caller.' })) }),
  answer: Type.Object({ users: Type.Array(UserItem), links: Links }),
  async handle(parts, { caller, query, baseUrl }) {
    const found = await findVisible(parts, caller, query.text('name') ?? caller.userName)
    return {
      users: found.map(({ id, name, enabled }) => ({
        id,
        name,
        domain_id: caller.domainId,
        enabled,
        description: '',
        password_expires_at: null,
        links: { self: `${baseUrl}/v3/users/${id}` },
      })),
      links: toLinks(`${baseUrl}/v3/users`),
    }
  },
})

async function findVisible({ access }: HttpParts, caller: Caller, name: string) {
  if (name !== caller.userName && !caller.isAdmin) return []
  const user = await access.findUserByName(caller.domainId, name)
  return user ? [user] : []
}
