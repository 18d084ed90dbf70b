import { Type } from 'typebox'
import type { JobId } from '../../jobs/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional, text } from './fields.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { toSavepointPath } from './savepoint-path.ts'
import { SuccessTextOrBoolean, successFor } from './success.ts'

export const importFlinkJobSavepoint = projectEndpoint({
  place: dliOperation('importFlinkJobSavepoint'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description:
    'Of any job of the project, while nothing of this job runs. A checkpoint is taken, too. A run with resume_savepoint then begins there, also of a job that never ran.',
  body: Type.Object({
    job_id: optional(
      Type.Union([Type.Integer(), Type.String()], { description: 'Number of the job, the same as in the path.' }),
    ),
    savepoint_path: text('Directory that holds _metadata: bucket/directory, with or without obs:// in front.'),
  }),
  answer: Type.Object({ is_success: SuccessTextOrBoolean, message: Type.String() }),
  async handle({ jobs }, call) {
    const id = toJobId(call.params.job_id)
    checkSameJob(call.body.job_id, id)
    await jobs.importSavepoint(call.caller, id, toSavepointPath(call.body.savepoint_path))
    return { is_success: successFor(call, true), message: MESSAGES.savepointImported[call.language] }
  },
})

function checkSameJob(given: number | string | undefined, id: JobId): void {
  if (given === undefined || given === '' || Number(given) === id) return
  throw REQUEST_ERRORS.fieldBad('job_id', { en: `${id}, as in the path`, zh: `${id}（与路径一致）` })
}
