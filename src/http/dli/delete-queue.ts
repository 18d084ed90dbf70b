import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { DONE, DoneAnswer } from './success.ts'

export const deleteQueue = projectEndpoint({
  place: dliOperation('deleteQueue'),
  room: 'general',
  tag: 'Queues',
  description: 'Refused while a job runs on the queue.',
  answer: DoneAnswer,
  async handle({ queues }, { caller, params }) {
    await queues.remove(caller.projectId, params.queue_name ?? '')
    return DONE
  },
})
