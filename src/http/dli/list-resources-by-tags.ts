import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { nullable } from './fields.ts'
import { dliOperation } from './operations.ts'
import { Filter, Paging, TagItems, toPage, toResourceFilter, toResourceKind, toTagItem } from './tag-wire.ts'

const Found = Type.Object({
  resource_id: Type.String({ description: 'Number of the job, name of the queue, or group#name of the package.' }),
  resource_name: Type.String(),
  resource_detail: nullable(Type.String({ description: 'Always null.' })),
  tags: TagItems,
})

export const listResourcesByTags = projectEndpoint({
  place: dliOperation('listResourcesByTags'),
  room: 'general',
  tag: 'Tags',
  query: Paging,
  body: Filter,
  answer: Type.Object({
    resources: Type.Array(Found, { description: 'Oldest first.' }),
    total_count: Type.Integer({ description: 'Matching resources, before paging.' }),
  }),
  async handle({ resourceTags }, { caller, params, query, body }) {
    const kind = toResourceKind(params.resource_type)
    const filter = toResourceFilter(caller, body)
    const found = await resourceTags.find(caller.projectId, kind, filter, toPage({ query }))
    const resources = found.resources.map(({ resourceId, name, tags }) => ({
      resource_id: resourceId,
      resource_name: name,
      resource_detail: null,
      tags: tags.map(toTagItem),
    }))
    return { resources, total_count: found.total }
  },
})
