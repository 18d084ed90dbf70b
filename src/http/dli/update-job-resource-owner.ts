import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { optional, orNull, text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

export const updateJobResourceOwner = projectEndpoint({
  place: dliOperation('updateJobResourceOwner'),
  room: 'general',
  tag: 'Packages',
  description: 'A group alone: all its packages. A package alone: the one without group.',
  body: Type.Object({
    new_owner: text('Name of a member of the project.', 64),
    group_name: optional(text('Name of the group.', 64)),
    resource_name: optional(text('Name of the package.', 128)),
  }),
  answer: DoneAnswer,
  async handle({ artifacts }, { caller, body }) {
    const { new_owner: newOwner, group_name, resource_name } = body
    await artifacts.changeOwner(caller.projectId, { group: orNull(group_name), name: orNull(resource_name), newOwner })
    return DONE
  },
})
