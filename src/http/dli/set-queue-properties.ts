import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { type DliOperation, dliOperation } from './operations.ts'
import { QueueProperties, toPropertyTexts } from './queue-properties.ts'
import { DONE, DoneAnswer } from './success.ts'

/** Two calls of the vendor's that do the same. */
const setQueueProperties = (place: DliOperation) =>
  projectEndpoint({
    place,
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

export const createQueueProperty = setQueueProperties(dliOperation('createQueueProperty'))
export const updateQueueProperty = setQueueProperties(dliOperation('updateQueueProperty'))
