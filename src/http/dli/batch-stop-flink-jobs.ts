import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { BatchAnswer, JobIds, runBatch } from './batch.ts'
import { booleanOrText, optional, toBoolean } from './fields.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'

export const batchStopFlinkJobs = projectEndpoint({
  place: dliOperation('batchStopFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  body: Type.Object({
    job_ids: JobIds,
    trigger_savepoint: optional(booleanOrText('Take a savepoint first. Default false.')),
  }),
  answer: BatchAnswer,
  handle({ jobs, logger }, call) {
    const { caller, body } = call
    const withSavepoint = toBoolean(body.trigger_savepoint)
    return runBatch(call, logger, body.job_ids, MESSAGES.stopAccepted, (id) => jobs.stop(caller, id, { withSavepoint }))
  },
})
