import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { Filter, toResourceFilter, toResourceKind, visibleOf } from './tag-wire.ts'

export const countResourcesByTags = projectEndpoint({
  place: dliOperation('countResourcesByTags'),
  room: 'general',
  tag: 'Tags',
  body: Filter,
  answer: Type.Object({ total_count: Type.Integer() }),
  async handle({ resourceTags, grants }, { caller, params, body }) {
    const kind = toResourceKind(params.resource_type)
    const isVisible = await visibleOf(grants, caller, kind)
    const found = await resourceTags.find(caller.projectId, kind, { ...toResourceFilter(body), isVisible })
    return { total_count: found.length }
  },
})
