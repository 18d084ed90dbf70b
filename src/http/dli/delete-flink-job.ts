import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SuccessTextOrBoolean, successFor } from './success.ts'

export const deleteFlinkJob = projectEndpoint({
  place: dliOperation('deleteFlinkJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'In any state: what runs is ended. From the next request on the job is gone.',
  answer: Type.Object({ is_success: SuccessTextOrBoolean, message: Type.String() }),
  async handle({ jobs }, call) {
    await jobs.remove(call.caller, toJobId(call.params.job_id))
    return { is_success: successFor(call, true), message: MESSAGES.deleted[call.language] }
  },
})
