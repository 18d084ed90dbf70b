import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { NewTags, toResourceKind } from './tag-wire.ts'

export const batchCreateResourceTags = projectEndpoint({
  place: dliOperation('batchCreateResourceTags'),
  room: 'general',
  tag: 'Tags',
  body: NewTags,
  answer: null,
  async handle({ resourceTags }, { caller, params, body }) {
    const kind = toResourceKind(params.resource_type)
    await resourceTags.add(caller.projectId, kind, params.resource_id ?? '', body.tags)
  },
})
