import { Type } from 'typebox'
import type { PackageKind } from '../../artifacts/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { text } from './fields.ts'
import { type DliOperation, dliOperation } from './operations.ts'
import { toUploadAnswer, UploadAnswer } from './package-wire.ts'
import { Paths } from './upload-job-resources.ts'

/** Three older calls that differ from `uploadJobResources` in their path, and in saying "module" as well as "group". */
const uploadByKind = (place: DliOperation, kind: PackageKind) =>
  projectEndpoint({
    place,
    room: 'general',
    tag: 'Packages',
    body: Type.Object({ paths: Paths, group: text('Name of the group.') }),
    answer: UploadAnswer,
    async handle({ artifacts }, { caller, body, language }) {
      const upload = await artifacts.upload(caller, { paths: body.paths, kind, group: body.group })
      return { ...toUploadAnswer(upload, language), description: '', module_name: body.group, module_type: kind }
    },
  })

export const uploadJarJobResources = uploadByKind(dliOperation('uploadJarJobResources'), 'jar')
export const uploadPythonFileJobResources = uploadByKind(dliOperation('uploadPythonFileJobResources'), 'pyFile')
export const uploadFileJobResources = uploadByKind(dliOperation('uploadFileJobResources'), 'file')
