import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { CreatedJob, toCreatedJob } from './changed-job.ts'
import { optional, orNull, queueName, Tags, text } from './fields.ts'
import { JAR_JOB_FIELDS, toJarSettings } from './jar-job-fields.ts'
import { dliOperation } from './operations.ts'

const Body = Type.Object({
  name: text('1 to 57 Chinese characters, letters, digits, "_" and "-"; unique in the project.', undefined, {
    minLength: 1,
    maxLength: 57,
  }),
  desc: optional(text('At most 512 characters.', undefined, { maxLength: 512, default: '' })),
  queue_name: optional(queueName('Dedicated queue on which the job runs.')),
  tags: optional(Tags),
  ...JAR_JOB_FIELDS,
})

/** Of a request that speaks of checkpoints but not of their interval; without a word on them it is 10. */
const INTERVAL_WITH_CHECKPOINTS_SECONDS = 30

export const createFlinkJarJob = projectEndpoint({
  place: dliOperation('createFlinkJarJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'Saves a job as a draft. It does not start it.',
  body: Body,
  answer: CreatedJob,
  async handle({ jobs }, { caller, body, language }) {
    const given = toJarSettings(body)
    const interval =
      body.checkpoint_enabled === undefined ? {} : { checkpointIntervalSeconds: INTERVAL_WITH_CHECKPOINTS_SECONDS }
    const job = await jobs.create(caller, {
      name: body.name,
      type: 'flink_jar_job',
      description: body.desc ?? '',
      queueName: orNull(body.queue_name),
      settings: { ...interval, ...given },
      tags: body.tags ?? [],
    })
    return toCreatedJob(job, language)
  },
})
