import type { Reader, Tx } from '../db/database.ts'
import type { Texts } from '../lib/errors.ts'
import { CIDR_PROPERTY, checkCidr } from './cidr.ts'
import { checkProperties, toQueueName } from './new-queue.ts'
import type { Queue } from './queue.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'
import type { QueueParts } from './queue-service.ts'
import { patchQueue, readQueue, type StoredQueue, sumQueues } from './queue-store.ts'
import { type Scaling, scaledCus } from './scaling.ts'

/** What can be done to a queue that is there. Each reads and writes in one transaction. */

/** @throws Refusal `queue.notFound`, `queue.badCidr`, `queue.busy` */
export async function changeCidr(parts: QueueParts, projectId: string, name: string, cidr: string): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existing(tx.db, projectId, name)
    await setCidr(tx, parts, queue, cidr)
  })
}

/**
 * A queue is a budget: no process belongs to it, so a restart is over at once and its jobs go on.
 * @throws Refusal `queue.notFound`, `queue.onlySql`, `queue.busy` unless forced
 */
export async function restart(parts: QueueParts, projectId: string, name: string, force: boolean): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existing(tx.db, projectId, name)
    if (queue.type !== 'sql') throw QUEUE_ERRORS.onlySql(queue.name, TEXTS.restart)
    if (!force) await assertFree(tx, parts, queue, DEEDS.restarted)
  })
}

/** @throws Refusal `queue.notFound`, `queue.tooManyCusTogether`, and those of `scaledCus` */
export async function scale(parts: QueueParts, projectId: string, name: string, scaling: Scaling): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existing(tx.db, projectId, name)
    const busy = await parts.busyCus(tx.db, projectId)
    const cuCount = scaledCus(queue, scaling, {
      takenCus: busy.get(queue.name) ?? 0,
      hasRun: await parts.hasRun(tx.db, projectId, queue.name, queue.createdAt),
      maxCus: parts.limits.cusPerQueue,
    })
    if (scaling.direction === 'out') await assertCusLeft(tx, parts, projectId, scaling.cus)
    await patchQueue(tx, queue.id, { cuCount })
  })
}

/**
 * Sets properties of an SQL queue and keeps the others.
 * @throws Refusal `queue.notFound`, `queue.onlySql`, `queue.badField`, `queue.badCidr`, `queue.busy`
 */
export async function setProperties(
  parts: QueueParts,
  projectId: string,
  name: string,
  changes: Queue['properties'],
): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existingSql(tx.db, projectId, name)
    const properties = checkProperties({ ...queue.properties, ...changes })
    const cidr = changes[CIDR_PROPERTY]
    if (cidr !== undefined) await setCidr(tx, parts, queue, cidr)
    await patchQueue(tx, queue.id, { properties })
  })
}

/** Removes properties of an SQL queue; one that is not there is gone already. @throws as `setProperties` */
export async function dropProperties(
  parts: QueueParts,
  projectId: string,
  name: string,
  keys: readonly string[],
): Promise<void> {
  await parts.database.transact(async (tx) => {
    const queue = await existingSql(tx.db, projectId, name)
    const kept = Object.entries(queue.properties).filter(([key]) => !keys.includes(key))
    await patchQueue(tx, queue.id, { properties: Object.fromEntries(kept) })
  })
}

/** @throws Refusal `queue.notFound` */
export async function existing(reader: Reader, projectId: string, name: string): Promise<StoredQueue> {
  const queue = await readQueue(reader, projectId, toQueueName(name))
  if (!queue) throw QUEUE_ERRORS.notFound(name)
  return queue
}

/** @throws Refusal `queue.busy` while jobs run on the queue or are about to */
export async function assertFree(tx: Tx, { usedBy }: QueueParts, queue: StoredQueue, deed: Texts): Promise<void> {
  const jobs = await usedBy(tx, queue.projectId, queue.name)
  if (jobs > 0) throw QUEUE_ERRORS.busy(queue.name, jobs, deed)
}

/** @throws Refusal `queue.tooManyCusTogether` when the project's queues may not have so many more */
export async function assertCusLeft(tx: Tx, { limits }: QueueParts, projectId: string, cus: number): Promise<void> {
  const together = (await sumQueues(tx.db, projectId)).cus + cus
  if (together > limits.cusPerProject) throw QUEUE_ERRORS.tooManyCusTogether(together, limits.cusPerProject)
}

async function existingSql(reader: Reader, projectId: string, name: string): Promise<StoredQueue> {
  const queue = await existing(reader, projectId, name)
  if (queue.type !== 'sql') throw QUEUE_ERRORS.onlySql(queue.name, TEXTS.properties)
  return queue
}

async function setCidr(tx: Tx, parts: QueueParts, queue: StoredQueue, cidr: string): Promise<void> {
  const cidrInVpc = checkCidr(cidr, queue.cuCount)
  await assertFree(tx, parts, queue, DEEDS.moved)
  const isProperty = Object.hasOwn(queue.properties, CIDR_PROPERTY)
  const properties = isProperty ? { ...queue.properties, [CIDR_PROPERTY]: cidr } : queue.properties
  await patchQueue(tx, queue.id, { cidrInVpc, properties })
}

export const DEEDS = {
  deleted: { en: 'deleted', zh: '删除' },
  restarted: { en: 'restarted without force', zh: '非强制重启' },
  moved: { en: 'given another address range', zh: '修改网段' },
} as const satisfies Record<string, Texts>

const TEXTS = {
  restart: { en: 'can be restarted', zh: '支持重启' },
  properties: { en: 'have properties that can be changed', zh: '支持修改属性' },
} as const satisfies Record<string, Texts>
