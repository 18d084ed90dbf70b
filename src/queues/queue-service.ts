import type { ProjectCaller } from '../access/index.ts'
import type { Database, Reader, Tx } from '../db/database.ts'
import { dropGrantsOn } from '../grants/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { deleteTags, matchesTagFilter, readTags, readTagsOfKind, replaceTags, type TaggedThing } from '../tags/index.ts'
import { toQueueName, toQueueSettings } from './new-queue.ts'
import type { NewQueue, Queue, QueueOrder, QueueQuery } from './queue.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'
import { countQueues, deleteQueue, insertQueue, readQueue, readQueues, type StoredQueue } from './queue-store.ts'

export type QueuesOptions = Readonly<{
  database: Database
  clock: Clock
  ids: Ids
  /** CUs taken now by the project's jobs, per queue name in any case. */
  busyCus: (projectId: string) => Promise<ReadonlyMap<string, number>>
  /** Jobs that run on the queue or are about to; asked inside the transaction that removes it. The name is lower case. */
  usedBy: (tx: Tx, projectId: string, queueName: string) => Promise<number>
  maxCusPerQueue?: number
  maxQueuesPerProject?: number
}>

/** Named budgets of CUs. Names are found whatever their capitals. */
export interface Queues {
  /** @throws Refusal `queue.taken`, `queue.tooMany`, `queue.tooManyCus`, `queue.bad…`, `tag.…` */
  create(caller: ProjectCaller, wanted: NewQueue): Promise<Queue>
  list(projectId: string, query?: QueueQuery): Promise<Queue[]>
  /** @throws Refusal `queue.notFound` */
  get(projectId: string, name: string): Promise<Queue>
  /** Asked inside the transaction that puts a job on the queue, so that its removal counts the job or comes first. */
  isThere(tx: Tx, projectId: string, name: string): Promise<boolean>
  /** @throws Refusal `queue.notFound`, `queue.busy` */
  remove(projectId: string, name: string): Promise<void>
}

const MAX_CUS_PER_QUEUE = 10_000
const MAX_QUEUES_PER_PROJECT = 1000

export function createQueues(options: QueuesOptions): Queues {
  return {
    create: (caller, wanted) => create(options, caller, wanted),
    list: (projectId, query = {}) => list(options, projectId, query),
    get: (projectId, name) => get(options, projectId, name),
    isThere: async (tx, projectId, name) => (await readQueue(tx.db, projectId, toQueueName(name))) !== null,
    remove: (projectId, name) => remove(options, projectId, name),
  }
}

async function create(options: QueuesOptions, caller: ProjectCaller, wanted: NewQueue): Promise<Queue> {
  const { database, clock, ids, maxCusPerQueue = MAX_CUS_PER_QUEUE } = options
  const { tags, ...settings } = toQueueSettings(wanted, maxCusPerQueue)
  const { projectId, userId: ownerId, userName: ownerName } = caller
  const record = { ...settings, resourceId: ids.uuid(), projectId, ownerId, createdAt: clock.now() }
  const id = await database.transact(async (tx) => {
    await assertRoom(tx, options, projectId)
    const id = await insertQueue(tx, record).catch((error: unknown) => {
      throw database.quirks.isUniqueViolation(error) ? QUEUE_ERRORS.taken(settings.name) : error
    })
    await replaceTags(tx, thing(projectId, id), tags)
    return id
  })
  return { ...record, id, ownerName, tags, busyCus: 0 }
}

async function assertRoom(tx: Tx, options: QueuesOptions, projectId: string): Promise<void> {
  const { maxQueuesPerProject: max = MAX_QUEUES_PER_PROJECT } = options
  if ((await countQueues(tx.db, projectId)) >= max) throw QUEUE_ERRORS.tooMany(max)
}

async function list(options: QueuesOptions, projectId: string, query: QueueQuery): Promise<Queue[]> {
  const { db } = options.database
  const type = query.type === 'all' ? undefined : query.type
  const stored = await readQueues(db, projectId, type)
  const tags = await readTagsOfKind(db, projectId, 'queue')
  const busy = await busyCusOf(options, projectId)
  const queues = stored
    .map((queue) => ({ ...queue, tags: tags.get(String(queue.id)) ?? [], busyCus: busy.get(queue.name) ?? 0 }))
    .filter((queue) => matchesTagFilter(queue.tags, query.tags ?? []))
    .filter(query.isVisible ?? (() => true))
    .sort(ORDERS[query.order ?? 'nameAscending'])
  return pageOf(queues, query)
}

async function get(options: QueuesOptions, projectId: string, name: string): Promise<Queue> {
  const { db } = options.database
  const queue = await existing(db, projectId, name)
  const busy = await busyCusOf(options, projectId)
  const tags = await readTags(db, thing(projectId, queue.id))
  return { ...queue, tags, busyCus: busy.get(queue.name) ?? 0 }
}

async function remove({ database, usedBy }: QueuesOptions, projectId: string, name: string): Promise<void> {
  await database.transact(async (tx) => {
    const queue = await existing(tx.db, projectId, name)
    const jobs = await usedBy(tx, projectId, queue.name)
    if (jobs > 0) throw QUEUE_ERRORS.busy(queue.name, jobs)
    await deleteTags(tx, thing(projectId, queue.id))
    await dropGrantsOn(tx, projectId, { kind: 'queue', id: String(queue.id) })
    await deleteQueue(tx, queue.id)
  })
}

async function existing(reader: Reader, projectId: string, name: string): Promise<StoredQueue> {
  const queue = await readQueue(reader, projectId, toQueueName(name))
  if (!queue) throw QUEUE_ERRORS.notFound(name)
  return queue
}

/** Jobs keep the name of their queue as it was sent, so the counts are added up under the lower-case name. */
async function busyCusOf({ busyCus }: QueuesOptions, projectId: string): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>()
  for (const [sent, cus] of await busyCus(projectId)) {
    const name = toQueueName(sent)
    sums.set(name, (sums.get(name) ?? 0) + cus)
  }
  return sums
}

type Compare = (a: StoredQueue, b: StoredQueue) => number

const byName: Compare = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
const byCus: Compare = (a, b) => a.cuCount - b.cuCount || byName(a, b)

const ORDERS: Record<QueueOrder, Compare> = {
  nameAscending: byName,
  nameDescending: (a, b) => byName(b, a),
  cusAscending: byCus,
  cusDescending: (a, b) => byCus(b, a),
}

function pageOf(queues: readonly Queue[], { page = 1, pageSize = queues.length }: QueueQuery): Queue[] {
  return queues.slice((page - 1) * pageSize, page * pageSize)
}

const thing = (projectId: string, id: number): TaggedThing => ({ projectId, kind: 'queue', id: String(id) })
