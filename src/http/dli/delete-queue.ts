import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

export const deleteQueue = projectEndpoint({
  place: dliOperation('deleteQueue'),
  room: 'general',
  tag: 'Queues',
  description: 'Refused while a job runs on the queue.',
  answer: Type.Object({ is_success: SuccessBoolean, message: Type.String() }),
  async handle({ queues }, { caller, params }) {
    await queues.remove(caller.projectId, params.queue_name ?? '')
    return { is_success: SUCCESS, message: '' }
  },
})
