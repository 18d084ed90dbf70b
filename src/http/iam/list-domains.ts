import { Type } from 'typebox'
import { callerEndpoint } from '../endpoint.ts'
import { Links, toLinks } from './links.ts'

const DomainItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  description: Type.String(),
  links: Type.Object({ self: Type.String() }),
})

/** Terraform asks for it at start when it was not told the id of the account. */
export const listAuthDomains = callerEndpoint({
  place: {
    id: 'listAuthDomains',
    method: 'GET',
    path: '/v3/auth/domains',
    success: 200,
    title: 'Show the own account (IAM)',
  },
  room: 'iam',
  tag: 'Identity',
  answer: Type.Object({ domains: Type.Array(DomainItem), links: Links }),
  async handle(_parts, { caller, baseUrl }) {
    const { domainId: id, domainName: name } = caller
    return {
      domains: [{ id, name, enabled: true, description: '', links: { self: `${baseUrl}/v3/domains/${id}` } }],
      links: toLinks(`${baseUrl}/v3/auth/domains`),
    }
  },
})
