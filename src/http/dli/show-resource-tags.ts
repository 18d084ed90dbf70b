import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { Paging, pageOf, TagItems, toResourceKind, toTagItem } from './tag-wire.ts'

export const showResourceTags = projectEndpoint({
  place: dliOperation('showResourceTags'),
  room: 'general',
  tag: 'Tags',
  query: Paging,
  answer: Type.Object({ tags: TagItems, count: Type.Integer({ description: 'Tags, before paging.' }) }),
  async handle({ resourceTags }, { caller, params, query }) {
    const kind = toResourceKind(params.resource_type)
    const tags = await resourceTags.read(caller.projectId, kind, params.resource_id ?? '')
    return { tags: pageOf(tags, { query }).map(toTagItem), count: tags.length }
  },
})
