import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { OldTags, toResourceKind } from './tag-wire.ts'

export const batchDeleteResourceTags = projectEndpoint({
  place: dliOperation('batchDeleteResourceTags'),
  room: 'general',
  tag: 'Tags',
  body: OldTags,
  answer: null,
  async handle({ resourceTags }, { caller, params, body }) {
    const kind = toResourceKind(params.resource_type)
    const keys = body.tags.map(({ key }) => key)
    await resourceTags.remove(caller.projectId, kind, params.resource_id ?? '', keys)
  },
})
