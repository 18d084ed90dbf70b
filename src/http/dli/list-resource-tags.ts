import { Type } from 'typebox'
import { visibleTo } from '../../grants/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { Paging, pageOf, toResourceKind, toTagValuesItem } from './tag-wire.ts'

export const listResourceTags = projectEndpoint({
  place: dliOperation('listResourceTags'),
  room: 'general',
  tag: 'Tags',
  query: Paging,
  answer: Type.Object({
    tags: Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) })),
    count: Type.Integer({ description: 'Keys, before paging.' }),
  }),
  async handle({ resourceTags }, { caller, params, query }) {
    const kind = toResourceKind(params.resource_type)
    const keys = await resourceTags.readKeys(caller.projectId, kind, visibleTo(caller))
    return { tags: pageOf(keys, { query }).map(toTagValuesItem), count: keys.length }
  },
})
