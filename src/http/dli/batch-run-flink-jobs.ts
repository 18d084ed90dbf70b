import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { BatchAnswer, JobIds, runBatch } from './batch.ts'
import { booleanOrText, optional, toBoolean } from './fields.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'

export const batchRunFlinkJobs = projectEndpoint({
  place: dliOperation('batchRunFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  body: Type.Object({
    job_ids: JobIds,
    resume_savepoint: optional(
      booleanOrText('Go on from the newest savepoint or checkpoint. A job that never ran starts empty. Default false.'),
    ),
  }),
  answer: BatchAnswer,
  handle({ jobs, logger }, call) {
    const { caller, body } = call
    const resume = toBoolean(body.resume_savepoint)
    return runBatch(call, logger, body.job_ids, MESSAGES.runAccepted, (id) => jobs.run(caller, id, { resume }))
  },
})
