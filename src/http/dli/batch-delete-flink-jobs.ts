import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { BatchAnswer, JobIds, runBatch } from './batch.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'

export const batchDeleteFlinkJobs = projectEndpoint({
  place: dliOperation('batchDeleteFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  body: Type.Object({ job_ids: JobIds }),
  answer: BatchAnswer,
  handle({ jobs, logger }, call) {
    return runBatch(call, logger, call.body.job_ids, MESSAGES.deleted, (id) => jobs.remove(call.caller, id))
  },
})
