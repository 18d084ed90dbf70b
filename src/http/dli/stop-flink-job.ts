import { projectEndpoint } from '../endpoint.ts'
import { BatchAnswer, runBatch } from './batch.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'

export const stopFlinkJob = projectEndpoint({
  place: dliOperation('stopFlinkJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'The batch stop for one job, without a savepoint. The body, if any, is ignored.',
  answer: BatchAnswer,
  handle({ jobs, logger }, call) {
    const ids = [call.params.job_id ?? '']
    return runBatch(call, logger, ids, MESSAGES.stopAccepted, (id) =>
      jobs.stop(call.caller, id, { withSavepoint: false }),
    )
  },
})
