import { Type } from 'typebox'
import type { PackageKind } from '../../artifacts/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { text } from './fields.ts'
import { type DliOperation, dliOperation } from './operations.ts'
import { toUploadAnswer, UploadAnswer } from './package-wire.ts'
import { Paths } from './upload-job-resources.ts'

/**
 * Three older calls that say "module" as well as "group", and replace the group of that name, where `uploadJobResources`
 * adds to it (DLI: uploading a JAR package group).
 */
const uploadByKind = (place: DliOperation, kind: PackageKind) =>
  projectEndpoint({
    place,
    room: 'general',
    tag: 'Packages',
    description: 'A group of the same name is replaced: packages that are not uploaded again are deleted.',
    body: Type.Object({ paths: Paths, group: text('Name of the group.') }),
    answer: UploadAnswer,
    async handle({ artifacts }, { caller, body, language }) {
      const { paths, group } = body
      const upload = await artifacts.upload(caller, { paths, kind, group, replacesGroup: true })
      return { ...toUploadAnswer(upload, language), description: '', module_name: group, module_type: kind }
    },
  })

export const uploadJarJobResources = uploadByKind(dliOperation('uploadJarJobResources'), 'jar')
export const uploadPythonFileJobResources = uploadByKind(dliOperation('uploadPythonFileJobResources'), 'pyFile')
export const uploadFileJobResources = uploadByKind(dliOperation('uploadFileJobResources'), 'file')
