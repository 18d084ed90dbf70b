import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { toUpdatedJob, UpdatedJob } from './changed-job.ts'
import { optional, queueName, text } from './fields.ts'
import { toJobId } from './job-id.ts'
import { dliOperation } from './operations.ts'
import { SQL_JOB_FIELDS, toSqlSettings } from './sql-job-fields.ts'

const Body = Type.Object({
  name: optional(text('As on creation. Empty: unchanged.')),
  desc: optional(text('At most 512 characters.')),
  queue_name: optional(queueName('Queue on which the job is to run. Empty: unchanged.')),
  ...SQL_JOB_FIELDS,
})

export const updateFlinkSqlJob = projectEndpoint({
  place: dliOperation('updateFlinkSqlJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'Changes what the body gives; the rest stays. The type of a job cannot be changed.',
  body: Body,
  answer: UpdatedJob,
  async handle({ jobs }, { caller, params, body, language }) {
    const job = await jobs.update(caller, toJobId(params.job_id), {
      kind: 'sql',
      ...(body.name ? { name: body.name } : {}),
      ...(body.desc === undefined ? {} : { description: body.desc }),
      ...(body.queue_name ? { queueName: body.queue_name } : {}),
      ...(body.sql_body === undefined ? {} : { sqlBody: body.sql_body }),
      settings: toSqlSettings(body),
    })
    return toUpdatedJob(job, language)
  },
})
