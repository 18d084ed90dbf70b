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
    const found = await resourceTags.find(caller.projectId, kind, toResourceFilter(body))
    return { total_count: found.length }
  },
})
