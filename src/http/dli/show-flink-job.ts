import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'
import { JobDetail, toJobDetail } from './wire.ts'

export const showFlinkJob = projectEndpoint({
  place: dliOperation('showFlinkJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'A job that does not exist is refused with HTTP 400 and DLI.16001.',
  answer: Type.Object({ is_success: SuccessText, message: Type.String(), job_detail: JobDetail }),
  async handle({ jobs, clock }, { caller, params, language }) {
    const view = await jobs.read(caller.projectId, toJobId(params.job_id))
    return {
      is_success: SUCCESS_TEXT,
      message: MESSAGES.shown[language],
      job_detail: toJobDetail(view, { language, now: clock.now() }),
    }
  },
})
