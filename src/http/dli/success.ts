import { Type } from 'typebox'
import type { Call } from '../endpoint.ts'

/**
 * `is_success` has two JSON types in this API, and clients fail on the wrong one: a text on Flink jobs and bucket
 * authorisation, a boolean elsewhere. Older Go SDKs read a boolean in some answers about Flink jobs; they are known by
 * their User-Agent.
 */
export const SuccessText = Type.Literal('true', { description: 'The text "true".' })

export const SUCCESS_TEXT = 'true' as const

export const SuccessBoolean = Type.Literal(true)

export const SUCCESS = true as const

/** The answer of operations that have nothing to tell but that it is done. */
export const DoneAnswer = Type.Object({
  is_success: SuccessBoolean,
  message: Type.String({ description: 'Empty on success.' }),
})

export const DONE = { is_success: SUCCESS, message: '' } as const

export const SuccessTextOrBoolean = Type.Union([Type.Enum(['true', 'false']), Type.Boolean()], {
  description: 'The text "true" or "false"; a boolean when the User-Agent contains huaweicloud-usdk-go.',
})

type SuccessValue = 'true' | 'false' | boolean

const GO_SDK = 'huaweicloud-usdk-go'

/** For batch items, single delete, savepoint and bucket authorisation. */
export function successFor(call: Pick<Call, 'headers'>, isSuccess: boolean): SuccessValue {
  const agent = call.headers['user-agent']
  if (typeof agent === 'string' && agent.includes(GO_SDK)) return isSuccess
  return isSuccess ? 'true' : 'false'
}
