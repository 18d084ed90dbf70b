import { Type } from 'typebox'
import { parseFolderUrl } from '../../storage/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional, orNull, text } from './fields.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SuccessTextOrBoolean, successFor } from './success.ts'

export const executeFlinkJobSavepoint = projectEndpoint({
  place: dliOperation('executeFlinkJobSavepoint'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'Of a running job. It shows job_savepointing until the savepoint is complete.',
  body: Type.Object({
    action: Type.Literal('TRIGGER', { description: 'Always TRIGGER.' }),
    savepoint_path: optional(text('bucket/directory. Default: a directory of the job in its bucket.')),
  }),
  answer: Type.Object({ is_success: SuccessTextOrBoolean, message: Type.String() }),
  async handle({ jobs }, call) {
    const path = toFolder(orNull(call.body.savepoint_path))
    await jobs.triggerSavepoint(call.caller, toJobId(call.params.job_id), path)
    return { is_success: successFor(call, true), message: MESSAGES.savepointAccepted[call.language] }
  },
})

/** `bucket/directory`, however it came. */
function toFolder(path: string | null): string | null {
  if (path === null) return null
  try {
    const { bucket, key } = parseFolderUrl(path)
    return key === '' ? bucket : `${bucket}/${key}`
  } catch {
    throw REQUEST_ERRORS.fieldBad('savepoint_path', { en: 'bucket/directory', zh: ' bucket/目录 的形式' })
  }
}
