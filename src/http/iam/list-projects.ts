import { Type } from 'typebox'
import { dliOperation } from '../dli/operations.ts'
import { callerEndpoint } from '../endpoint.ts'
import type { Query } from '../query.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { Links, toLinks } from './links.ts'

const text = Type.Optional(Type.String())

const ProjectItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  parent_id: Type.String(),
  is_domain: Type.Boolean(),
  enabled: Type.Boolean(),
  description: Type.String(),
  links: Type.Object({ self: Type.String() }),
})

export const listProjects = callerEndpoint({
  place: dliOperation('listProjects'),
  room: 'iam',
  tag: 'Identity',
  description: 'Projects of which the caller is a member. The SDKs ask with the region as name.',
  query: Type.Object({
    name: text,
    domain_id: text,
    parent_id: text,
    enabled: text,
    is_domain: text,
    page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
    per_page: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  answer: Type.Object({ projects: Type.Array(ProjectItem), links: Links }),
  async handle({ access }, { caller, query, baseUrl }) {
    const found = await access.listProjects(caller, { name: query.text('name') })
    const isWanted = query.boolean('is_domain') !== true && query.boolean('enabled') !== false
    const ofDomain = [query.text('domain_id'), query.text('parent_id')].filter((id) => id !== undefined)
    const wanted = found.filter((project) => isWanted && ofDomain.every((id) => id === project.domainId))
    return {
      projects: pageOf(query, wanted).map(({ id, name, domainId, enabled, description }) => ({
        id,
        name,
        domain_id: domainId,
        parent_id: domainId,
        is_domain: false,
        enabled,
        description,
        links: { self: `${baseUrl}/v3/projects/${id}` },
      })),
      links: toLinks(`${baseUrl}/v3/projects`),
    }
  },
})

function pageOf<Row>(query: Query, rows: readonly Row[]): Row[] {
  const page = query.integer('page', 1, REQUEST_ERRORS.fieldBad) ?? 1
  const size = query.integer('per_page', 1, REQUEST_ERRORS.fieldBad) ?? rows.length
  return rows.slice((page - 1) * size, page * size)
}
