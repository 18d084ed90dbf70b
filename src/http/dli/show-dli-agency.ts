import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const VERSION = 'v2' as const

export const showDliAgency = projectEndpoint({
  place: dliOperation('showDliAgency'),
  room: 'general',
  tag: 'Use of other services',
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    version: Type.Literal(VERSION),
    current_roles: Type.Array(Type.String()),
  }),
  async handle({ agencies }, { caller }) {
    const roles = await agencies.roles(caller.projectId)
    return { is_success: SUCCESS, message: '', version: VERSION, current_roles: [...roles] }
  },
})
