import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { QueueProperties, toPropertyTexts } from './queue-properties.ts'
import { DONE, DoneAnswer } from './success.ts'

export const updateQueueProperty = projectEndpoint({
  place: dliOperation('updateQueueProperty'),
  room: 'general',
  tag: 'Queues',
  description: 'Sets the named properties of an SQL queue, new or not, and keeps the others.',
  body: Type.Object({ properties: QueueProperties }),
  answer: DoneAnswer,
  async handle({ queues }, { caller, params, body }) {
    await queues.setProperties(caller.projectId, params.queue_name ?? '', toPropertyTexts(body.properties))
    return DONE
  },
})
