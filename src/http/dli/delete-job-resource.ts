import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { GroupParameter } from './show-job-resource.ts'

export const deleteJobResource = projectEndpoint({
  place: dliOperation('deleteJobResource'),
  room: 'general',
  tag: 'Packages',
  description: 'The answer has no body. A group goes with its last package.',
  query: GroupParameter,
  answer: null,
  async handle({ artifacts }, { caller, params, query }) {
    await artifacts.remove(caller.projectId, params.resource_name ?? '', query.text('group') ?? null)
  },
})
