import { Type } from 'typebox'
import { TEMPLATE_JOB_TYPES } from '../../templates/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { choice, given, optional, Tags, text } from './fields.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const Body = Type.Object({
  name: text('1 to 64 Chinese characters, letters, digits, "_" and "-".', undefined, { minLength: 1, maxLength: 64 }),
  desc: optional(text('At most 512 characters.', undefined, { maxLength: 512 })),
  sql_body: optional(
    text('At most 1 048 576 characters. Default empty.', undefined, { maxLength: 1_048_576, default: '' }),
  ),
  tags: optional(Tags),
  job_type: optional(choice(TEMPLATE_JOB_TYPES, 'Default flink_sql_job.')),
})

export const createFlinkSqlJobTemplate = projectEndpoint({
  place: dliOperation('createFlinkSqlJobTemplate'),
  room: 'general',
  tag: 'Templates',
  description: 'A project may have 100 templates.',
  body: Body,
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    template: Type.Object({
      template_id: Type.Integer(),
      name: Type.String(),
      desc: Type.String(),
      create_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }),
      job_type: Type.String(),
    }),
  }),
  async handle({ templates }, { caller, body }) {
    const template = await templates.create(caller, {
      name: body.name,
      description: body.desc,
      sqlBody: body.sql_body,
      tags: body.tags,
      jobType: given(body.job_type),
    })
    return {
      is_success: SUCCESS,
      message: '',
      template: {
        template_id: template.id,
        name: template.name,
        desc: template.description,
        create_time: template.createdAt.getTime(),
        job_type: template.jobType,
      },
    }
  },
})
