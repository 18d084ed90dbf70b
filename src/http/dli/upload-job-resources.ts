import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { booleanOrText, optional, Tags, text, toBoolean } from './fields.ts'
import { dliOperation } from './operations.ts'
import { PACKAGE_KINDS, toUploadAnswer, UploadAnswer } from './package-wire.ts'

/** Most packages of one upload. */
export const PATHS_MAX = 100

export const Paths = Type.Array(Type.String(), {
  minItems: 1,
  maxItems: PATHS_MAX,
  description: 'Objects: obs://bucket/key or https://bucket.obs.host/key.',
})

export const uploadJobResources = projectEndpoint({
  place: dliOperation('uploadJobResources'),
  room: 'general',
  tag: 'Packages',
  description: 'Takes copies of the objects. Uploading a name again replaces it.',
  body: Type.Object({
    paths: Paths,
    kind: Type.Enum(PACKAGE_KINDS, { description: 'A mixed group is of kind file.' }),
    group: optional(text('Name of the group: at most 64 letters, digits, ".", "_" and "-".')),
    is_async: optional(booleanOrText('Answer before the copies are made. Default false.')),
    tags: optional(Tags),
  }),
  answer: UploadAnswer,
  async handle({ artifacts }, { caller, body, language }) {
    const upload = await artifacts.upload(caller, {
      paths: body.paths,
      kind: body.kind,
      group: body.group || null,
      isAsync: toBoolean(body.is_async),
      tags: body.tags,
    })
    return toUploadAnswer(upload, language)
  },
})
