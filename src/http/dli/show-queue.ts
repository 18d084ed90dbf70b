import { projectEndpoint } from '../endpoint.ts'
import { dliOperation } from './operations.ts'
import { QueueDetail, toQueueDetail } from './queue-wire.ts'

export const showQueue = projectEndpoint({
  place: dliOperation('showQueue'),
  room: 'general',
  tag: 'Queues',
  answer: QueueDetail,
  async handle({ queues, flinkVersions }, { caller, params }) {
    const queue = await queues.get(caller.projectId, params.queue_name ?? '')
    return toQueueDetail(queue, await flinkVersions())
  },
})
