import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { integerOrText, optional, Tags, text, texts, toInteger } from './fields.ts'
import { dliOperation } from './operations.ts'
import { QueueProperties, toPropertyTexts } from './queue-properties.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const Body = Type.Object({
  queue_name: text('1 to 128 letters, digits and "_"; kept in lower case.', undefined, {
    minLength: 1,
    maxLength: 128,
  }),
  cu_count: integerOrText('CUs of the queue: a multiple of 16, such as 16, 64, 256.', { 'x-unit': 'CU' }),
  queue_type: optional(
    Type.Enum(['sql', 'general', ''], {
      documented: { default: 'sql' },
      description: 'Default sql. User-defined Flink jobs need general, or a dedicated queue.',
    }),
  ),
  description: optional(text('At most 256 bytes. Default empty.', undefined, { maxLength: 256, default: '' })),
  charging_mode: optional(integerOrText('0, 1 or 2. Default 1.', { default: 1 })),
  enterprise_project_id: optional(text('Default "0".', undefined, { default: '0' })),
  platform: optional(text('x86_64 or aarch64. Default x86_64.', undefined, { default: 'x86_64' })),
  resource_mode: optional(integerOrText('0: shared; 1: dedicated, as Flink Jar jobs need. Default 0.', { default: 0 })),
  labels: optional(texts('Such as multi_az=2.', 255)),
  feature: optional(text('basic or ai. Answered only when given.')),
  tags: optional(Tags),
  elastic_resource_pool_name: optional(text('Stored and answered; there are no pools yet.')),
  properties: optional(QueueProperties),
  engine: optional(text('spark or hetuEngine, of an sql queue. Default spark.', undefined, { default: 'spark' })),
})

export const createQueue = projectEndpoint({
  place: dliOperation('createQueue'),
  room: 'general',
  tag: 'Queues',
  body: Body,
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String(), queue_name: Type.String() }),
  async handle({ queues }, { caller, body }) {
    const queue = await queues.create(caller, {
      name: body.queue_name,
      cuCount: toInteger(body.cu_count),
      type: body.queue_type || undefined,
      description: body.description,
      chargingMode: body.charging_mode === undefined ? undefined : toInteger(body.charging_mode),
      enterpriseProjectId: body.enterprise_project_id || undefined,
      platform: body.platform || undefined,
      resourceMode: body.resource_mode === undefined ? undefined : toInteger(body.resource_mode),
      labels: body.labels,
      feature: body.feature || undefined,
      tags: body.tags,
      elasticResourcePoolName: body.elastic_resource_pool_name || undefined,
      properties: body.properties && toPropertyTexts(body.properties),
      engine: body.engine || undefined,
    })
    return { is_success: SUCCESS, message: '', queue_name: queue.name }
  },
})
