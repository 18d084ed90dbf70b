import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { CreatedJob, toCreatedJob } from './changed-job.ts'
import { choice, given, optional, orNull, queueName, Tags, text } from './fields.ts'
import { JOB_TYPES } from './job-types.ts'
import { dliOperation } from './operations.ts'
import { SQL_JOB_FIELDS, toSqlSettings } from './sql-job-fields.ts'
import { toTemplateId } from './template-id.ts'

const Body = Type.Object({
  name: text('1 to 57 Chinese characters, letters, digits, "_" and "-"; unique in the project.', undefined, {
    minLength: 1,
    maxLength: 57,
  }),
  desc: optional(text('At most 512 characters.', undefined, { maxLength: 512, default: '' })),
  queue_name: optional(
    queueName('Queue on which the job is to run; with one, run_mode is exclusive_cluster by default.'),
  ),
  job_type: optional(
    choice(
      JOB_TYPES,
      'Must suit run_mode. Default: flink_opensource_sql_job on an exclusive cluster, flink_sql_job on the shared one.',
    ),
  ),
  template_id: optional(
    Type.Integer({ description: 'Template that gives the text when sql_body is absent or empty.' }),
  ),
  tags: optional(Tags),
  ...SQL_JOB_FIELDS,
})

export const createFlinkSqlJob = projectEndpoint({
  place: dliOperation('createFlinkSqlJob'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'Saves a job as a draft. SQL jobs do not run yet: a run ends in job_submit_fail and says so.',
  body: Body,
  answer: CreatedJob,
  async handle({ jobs }, { caller, body, language }) {
    const job = await jobs.createSql(caller, {
      name: body.name,
      type: given(body.job_type) ?? null,
      runMode: given(body.run_mode) ?? null,
      description: body.desc ?? '',
      queueName: orNull(body.queue_name),
      sqlBody: body.sql_body ?? '',
      templateId: body.template_id === undefined ? null : toTemplateId(String(body.template_id)),
      settings: toSqlSettings(body),
      tags: body.tags ?? [],
    })
    return toCreatedJob(job, language)
  },
})
