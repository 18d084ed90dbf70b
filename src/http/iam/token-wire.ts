import { Type } from 'typebox'
import type { TokenFacts } from '../../access/index.ts'

/** Tokens as the identity service spells them (Keystone's form). */
const text = Type.String()
const Named = Type.Object({ id: text, name: text })
const NamedInDomain = Type.Object({ id: text, name: text, domain: Named })

const Endpoint = Type.Object({ id: text, interface: text, region: text, region_id: text, url: text })
const Service = Type.Object({ id: text, name: text, type: text, endpoints: Type.Array(Endpoint) })

export const TokenAnswer = Type.Object({
  token: Type.Object({
    methods: Type.Array(text),
    expires_at: Type.String({ description: '24 hours after it was issued: ISO 8601, UTC, with microseconds.' }),
    issued_at: text,
    user: Type.Object({ ...NamedInDomain.properties, password_expires_at: text }),
    project: Type.Optional(NamedInDomain),
    domain: Type.Optional(Named),
    roles: Type.Array(Named),
    catalog: Type.Optional(Type.Array(Service)),
  }),
})

/** The token's body. The catalog points at this server for every service it answers for. */
export function toTokenAnswer(facts: TokenFacts, baseUrl: string, hasCatalog: boolean) {
  const domain = { id: facts.domainId, name: facts.domainName }
  const { project } = facts
  return {
    token: {
      methods: [...facts.methods],
      expires_at: toIamTime(facts.expiresAt),
      issued_at: toIamTime(facts.issuedAt),
      user: { id: facts.userId, name: facts.userName, domain, password_expires_at: '' },
      ...(project ? { project: { id: project.id, name: project.name, domain } } : { domain }),
      roles: facts.roles.map(({ id, name }) => ({ id, name })),
      ...(hasCatalog ? { catalog: catalogOf(baseUrl, project) } : {}),
    },
  }
}

/** IAM writes microseconds. */
function toIamTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}

function catalogOf(baseUrl: string, project: TokenFacts['project']) {
  const region = project?.name ?? '*'
  const services = [
    { name: 'iam', type: 'iam', url: `${baseUrl}/v3` },
    ...(project ? [{ name: 'dli', type: 'dli', url: `${baseUrl}/v1.0/${project.id}` }] : []),
  ]
  return services.map(({ name, type, url }) => ({
    id: name,
    name,
    type,
    endpoints: [{ id: `${name}-public`, interface: 'public', region, region_id: region, url }],
  }))
}
