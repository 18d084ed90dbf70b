import type { Resource, ResourceLookup } from '../tags/index.ts'
import { toQueueName } from './new-queue.ts'
import { readQueue, readQueues, type StoredQueue } from './queue-store.ts'

/** Queues as things that carry tags: clients call them by name. */
export const TAGGED_QUEUES: ResourceLookup = {
  async find(reader, projectId, name) {
    const queue = await readQueue(reader, projectId, toQueueName(name))
    return queue && toResource(queue)
  },
  async list(reader, projectId) {
    const queues = await readQueues(reader, projectId)
    return queues.map(toResource).sort((a, b) => a.id - b.id)
  },
}

const toResource = ({ id, ownerId, name }: StoredQueue): Resource => ({
  ...{ id, ownerId, name },
  resourceId: name,
  group: null,
})
