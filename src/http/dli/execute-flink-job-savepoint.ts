import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { optional, orNull, text } from './fields.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { toSavepointPath } from './savepoint-path.ts'
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
    const path = orNull(call.body.savepoint_path)
    await jobs.triggerSavepoint(call.caller, toJobId(call.params.job_id), path === null ? null : toSavepointPath(path))
    return { is_success: successFor(call, true), message: MESSAGES.savepointAccepted[call.language] }
  },
})
