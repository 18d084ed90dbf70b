import { Type } from 'typebox'
import { optional } from '../dli/fields.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { Moment, toMoment } from './times.ts'

const LIMIT_DEFAULT = 100
const LIMIT_MAX = 1000

export const listBuckets = projectEndpoint({
  place: {
    id: 'listBuckets',
    method: 'GET',
    path: '/api/v1/:project_id/buckets',
    success: 200,
    title: 'The buckets of the project',
  },
  room: 'native',
  tag: 'Objects',
  answer: Type.Object({ buckets: Type.Array(Type.Object({ name: Type.String() })) }),
  async handle({ objects }, { caller }) {
    const names = await objects.listBuckets(caller.projectId)
    return { buckets: names.map((name) => ({ name })) }
  },
})

export const listObjects = projectEndpoint({
  place: {
    id: 'listObjects',
    method: 'GET',
    path: '/api/v1/:project_id/objects/:bucket',
    success: 200,
    title: 'The objects of a bucket, in key order',
  },
  room: 'native',
  tag: 'Objects',
  query: Type.Object({
    prefix: optional(Type.String({ description: 'Only keys that start so.' })),
    after: optional(Type.String({ description: 'Only keys after this one: next_after of the page before.' })),
    limit: optional(Type.Integer({ minimum: 1, description: 'Default 100, at most 1000.' })),
  }),
  answer: Type.Object({
    objects: Type.Array(Type.Object({ key: Type.String(), size: Type.Integer(), modified_at: Moment })),
    next_after: Type.Union([Type.String(), Type.Null()]),
  }),
  async handle({ objects }, { caller, params, query }) {
    const prefix = query.text('prefix')
    const after = query.text('after')
    const limit = query.integer('limit', 1, REQUEST_ERRORS.fieldBad) ?? LIMIT_DEFAULT
    const page = await objects.list(
      { projectId: caller.projectId, bucket: params.bucket ?? '' },
      { ...(prefix ? { prefix } : {}), ...(after ? { after } : {}), limit: Math.min(limit, LIMIT_MAX) },
    )
    return {
      objects: page.objects.map(({ key, sizeBytes, modifiedAt }) => ({
        key,
        size: sizeBytes,
        modified_at: toMoment(modifiedAt),
      })),
      next_after: page.nextAfter,
    }
  },
})
