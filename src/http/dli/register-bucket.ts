import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { bucketsAuthorized } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SuccessTextOrBoolean, successFor } from './success.ts'

export const registerBucket = projectEndpoint({
  place: dliOperation('registerBucket'),
  room: 'general',
  tag: 'Buckets',
  description: 'Makes the buckets if need be. Authorising a bucket again is fine.',
  body: Type.Object({
    obs_buckets: Type.Array(Type.String(), { maxItems: 100, description: 'Names of buckets.' }),
  }),
  answer: Type.Object({ is_success: SuccessTextOrBoolean, message: Type.String() }),
  async handle({ buckets }, call) {
    const names = call.body.obs_buckets
    await buckets.authorizeBuckets(call.caller, names)
    return { is_success: successFor(call, true), message: bucketsAuthorized(names)[call.language] }
  },
})
