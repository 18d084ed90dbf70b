import { Type } from 'typebox'
import { AGENCY_ROLES } from '../../projects/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { texts } from './fields.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

export const createDliAgency = projectEndpoint({
  place: dliOperation('createDliAgency'),
  room: 'general',
  tag: 'Use of other services',
  description: 'Takes the place of all roles before. Stored and answered; jobs here need none of them.',
  body: Type.Object({ roles: texts(`Of ${AGENCY_ROLES.join(', ')}.`, 64) }),
  answer: DoneAnswer,
  async handle({ agencies }, { caller, body }) {
    await agencies.setRoles(caller.projectId, body.roles)
    return DONE
  },
})
