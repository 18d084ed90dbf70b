import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { texts } from './fields.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

export const deleteQueueProperty = projectEndpoint({
  place: dliOperation('deleteQueueProperty'),
  room: 'general',
  tag: 'Queues',
  description: 'Removes properties of an SQL queue. One that is not there is no error.',
  body: Type.Object({ keys: texts('Names of the properties.', 128) }),
  answer: DoneAnswer,
  async handle({ queues }, { caller, params, body }) {
    await queues.dropProperties(caller.projectId, params.queue_name ?? '', body.keys)
    return DONE
  },
})
