import type { ResourceLookup } from '../tags/index.ts'
import { toQueueName } from './new-queue.ts'
import { queueRows, readQueue } from './queue-store.ts'

/** Queues as things that carry tags: clients call them by name. */
export const TAGGED_QUEUES: ResourceLookup = {
  find: (reader, projectId, name) => readQueue(reader, projectId, toQueueName(name)),
  rows: queueRows,
}
