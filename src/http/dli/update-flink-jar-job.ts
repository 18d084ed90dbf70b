import { Type } from 'typebox'
import type { JobChanges } from '../../jobs/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { toUpdatedJob, UpdatedJob } from './changed-job.ts'
import { optional, queueName, text } from './fields.ts'
import { JAR_JOB_FIELDS, toJarSettings } from './jar-job-fields.ts'
import { toJobId } from './job-id.ts'
import { dliOperation } from './operations.ts'

const Body = Type.Object({
  name: optional(text('As on creation. Empty: unchanged.')),
  desc: optional(text('At most 512 characters.')),
  queue_name: optional(queueName('Dedicated queue on which the job runs. Empty: unchanged.')),
  job_type: optional(Type.Unknown({ description: 'Accepted and ignored.' })),
  ...JAR_JOB_FIELDS,
})

export const updateFlinkJarJob = projectEndpoint({
  place: dliOperation('updateFlinkJarJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description:
    'Changes what the body gives; the rest stays. While the job runs, only smn_topic, restart_when_exception, resume_checkpoint, resume_max_num, obs_bucket and checkpoint_path may change.',
  body: Body,
  answer: UpdatedJob,
  async handle({ jobs }, { caller, params, body, language }) {
    const changes: JobChanges = {
      ...(body.name ? { name: body.name } : {}),
      ...(body.desc === undefined ? {} : { description: body.desc }),
      ...(body.queue_name ? { queueName: body.queue_name } : {}),
      kind: 'jar',
      settings: toJarSettings(body),
    }
    const job = await jobs.update(caller, toJobId(params.job_id), changes)
    return toUpdatedJob(job, language)
  },
})
