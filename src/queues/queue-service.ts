import type { ProjectCaller } from '../access/index.ts'
import type { Database, Reader, Tx } from '../db/database.ts'
import { dropGrantsOn } from '../grants/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import {
  deleteTags,
  matchesTagFilter,
  readTags,
  readTagsOfKind,
  replaceTags,
  type Tag,
  type TaggedThing,
  type TagRules,
} from '../tags/index.ts'
import { toQueueName, toQueueSettings } from './new-queue.ts'
import type { NewQueue, Queue, QueueOrder, QueueQuery } from './queue.ts'
import {
  assertCusLeft,
  assertFree,
  changeCidr,
  DEEDS,
  dropProperties,
  existing,
  restart,
  scale,
  setProperties,
} from './queue-changes.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'
import { deleteQueue, insertQueue, readQueue, readQueues, type StoredQueue, sumQueues } from './queue-store.ts'
import { type Scaling, scalingLimits } from './scaling.ts'

/** What a project may have of queues. */
export type QueueLimits = Readonly<{ cusPerQueue: number; queuesPerProject: number; cusPerProject: number }>

export type QueueUsage = Readonly<{
  count: number
  /** CUs of all queues together. */
  cus: number
  /** CUs that jobs take of them now. */
  busyCus: number
  limits: QueueLimits
}>

export type QueueParts = Readonly<{
  database: Database
  clock: Clock
  ids: Ids
  /** CUs taken now by the project's jobs, by the lower-case name of the queue. */
  busyCus: (reader: Reader, projectId: string) => Promise<ReadonlyMap<string, number>>
  /** Jobs that run on the queue or are about to; asked inside the transaction that counts on it. The name is lower case. */
  usedBy: (tx: Tx, projectId: string, queueName: string) => Promise<number>
  /** True when a job was launched on the queue since then. The name is lower case. */
  hasRun: (reader: Reader, projectId: string, queueName: string, since: Date) => Promise<boolean>
  limits: QueueLimits
  tagRules: TagRules
}>

/** Named budgets of CUs. Names are found whatever their capitals. */
export interface Queues {
  /** @throws Refusal `queue.taken`, `queue.tooMany`, `queue.tooManyCus…`, `queue.bad…`, `tag.…` */
  create(caller: ProjectCaller, wanted: NewQueue): Promise<Queue>
  list(projectId: string, query?: QueueQuery): Promise<Queue[]>
  /** @throws Refusal `queue.notFound` */
  get(projectId: string, name: string): Promise<Queue>
  /**
   * The queue as it is stored, or null. Read inside the transaction that puts a job on it or admits one, so that its
   * removal or scaling counts the job or comes first.
   */
  find(reader: Reader, projectId: string, name: string): Promise<StoredQueue | null>
  /** @throws Refusal `queue.notFound`, `queue.busy` */
  remove(projectId: string, name: string): Promise<void>
  /** What the project has of queues, and may have. */
  usage(projectId: string): Promise<QueueUsage>
  /** @throws Refusal `queue.notFound`, `queue.badCidr`, `queue.busy` */
  changeCidr(projectId: string, name: string, cidr: string): Promise<void>
  /** @throws Refusal `queue.notFound`, `queue.onlySql`, `queue.busy` unless forced */
  restart(projectId: string, name: string, force: boolean): Promise<void>
  /** @throws Refusal `queue.notFound`, `queue.cannotScale`, `queue.badCuChange`, `queue.neverUsed`, `queue.inUse`, `queue.tooManyCus…` */
  scale(projectId: string, name: string, scaling: Scaling): Promise<void>
  /** Sets properties of an SQL queue, keeps the others. @throws Refusal `queue.notFound`, `queue.onlySql`, `queue.bad…` */
  setProperties(projectId: string, name: string, changes: Queue['properties']): Promise<void>
  /** @throws Refusal `queue.notFound`, `queue.onlySql` */
  dropProperties(projectId: string, name: string, keys: readonly string[]): Promise<void>
}

export function createQueues(parts: QueueParts): Queues {
  return {
    create: (caller, wanted) => create(parts, caller, wanted),
    list: (projectId, query = {}) => list(parts, projectId, query),
    get: (projectId, name) => get(parts, projectId, name),
    find: (reader, projectId, name) => readQueue(reader, projectId, toQueueName(name)),
    remove: (projectId, name) => remove(parts, projectId, name),
    usage: (projectId) => usage(parts, projectId),
    changeCidr: (projectId, name, cidr) => changeCidr(parts, projectId, name, cidr),
    restart: (projectId, name, force) => restart(parts, projectId, name, force),
    scale: (projectId, name, scaling) => scale(parts, projectId, name, scaling),
    setProperties: (projectId, name, changes) => setProperties(parts, projectId, name, changes),
    dropProperties: (projectId, name, keys) => dropProperties(parts, projectId, name, keys),
  }
}

async function create(parts: QueueParts, caller: ProjectCaller, wanted: NewQueue): Promise<Queue> {
  const { database, clock, ids, limits, tagRules } = parts
  const { tags, ...settings } = toQueueSettings(wanted, limits.cusPerQueue, tagRules)
  const { projectId, userId: ownerId, userName: ownerName } = caller
  const record = { ...settings, resourceId: ids.uuid(), projectId, ownerId, createdAt: clock.now() }
  const id = await database.transact(async (tx) => {
    await assertRoom(tx, parts, projectId, settings.cuCount)
    const id = await insertQueue(tx, record).catch((error: unknown) => {
      throw database.quirks.isUniqueViolation(error) ? QUEUE_ERRORS.taken(settings.name) : error
    })
    await replaceTags(tx, thing(projectId, id), tags)
    return id
  })
  return withFacts(parts, { ...record, id, ownerName, cuSpec: settings.cuCount }, tags, 0)
}

async function assertRoom(tx: Tx, parts: QueueParts, projectId: string, cuCount: number): Promise<void> {
  const { queuesPerProject: max } = parts.limits
  if ((await sumQueues(tx.db, projectId)).count >= max) throw QUEUE_ERRORS.tooMany(max)
  await assertCusLeft(tx, parts, projectId, cuCount)
}

async function list(parts: QueueParts, projectId: string, query: QueueQuery): Promise<Queue[]> {
  const { db } = parts.database
  const stored = await readQueues(db, projectId, query)
  const tags = await readTagsOfKind(db, projectId, 'queue')
  const busy = await parts.busyCus(db, projectId)
  const queues = stored
    .map((queue) => withFacts(parts, queue, tags.get(String(queue.id)) ?? [], busy.get(queue.name) ?? 0))
    .filter((queue) => matchesTagFilter(queue.tags, query.tags ?? []))
    .sort(ORDERS[query.order ?? 'nameAscending'])
  return pageOf(queues, query)
}

async function get(parts: QueueParts, projectId: string, name: string): Promise<Queue> {
  const { db } = parts.database
  const queue = await existing(db, projectId, name)
  const busy = await parts.busyCus(db, projectId)
  const tags = await readTags(db, thing(projectId, queue.id))
  return withFacts(parts, queue, tags, busy.get(queue.name) ?? 0)
}

function withFacts({ limits }: QueueParts, queue: StoredQueue, tags: readonly Tag[], busyCus: number): Queue {
  return { ...queue, tags, busyCus, scaling: scalingLimits(queue, limits.cusPerQueue) }
}

async function remove(parts: QueueParts, projectId: string, name: string): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existing(tx.db, projectId, name)
    await assertFree(tx, parts, queue, DEEDS.deleted)
    await deleteTags(tx, thing(projectId, queue.id))
    await dropGrantsOn(tx, projectId, { kind: 'queue', id: String(queue.id) })
    await deleteQueue(tx, queue.id)
  })
}

async function usage({ database: { db }, busyCus, limits }: QueueParts, projectId: string): Promise<QueueUsage> {
  const busy = await busyCus(db, projectId)
  const sum = [...busy.values()].reduce((total, cus) => total + cus, 0)
  return { ...(await sumQueues(db, projectId)), busyCus: sum, limits }
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
