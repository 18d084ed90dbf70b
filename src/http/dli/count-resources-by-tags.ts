import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { Filter, toResourceFilter, toResourceKind } from './tag-wire.ts'

export const countResourcesByTags = projectEndpoint({
  place: dliOperation('countResourcesByTags'),
  room: 'general',
  tag: 'Tags',
  body: Filter,
  answer: Type.Object({ total_count: Type.Integer() }),
  async handle({ resourceTags }, { caller, params, body }) {
    const kind = toResourceKind(params.resource_type)
    return { total_count: await resourceTags.count(caller.projectId, kind, toResourceFilter(caller, body)) }
  },
})
