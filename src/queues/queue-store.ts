import type { Selectable } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
import type { Schema } from '../db/schema.ts'
import { isVisible } from '../grants/index.ts'
import type { ResourceRows } from '../tags/index.ts'
import type { QueueSettings } from './new-queue.ts'
import type { Queue, QueueQuery, QueueType } from './queue.ts'

/** A queue as far as it is a row: neither its load nor its tags. */
export type StoredQueue = Omit<Queue, 'busyCus' | 'scaling' | 'tags'>

export type QueueRecord = Omit<QueueSettings, 'tags'> &
  Readonly<{ resourceId: string; projectId: string; ownerId: string; createdAt: Date }>

const queues = (reader: Reader, projectId: string) =>
  reader
    .selectFrom('queues')
    .innerJoin('users', 'users.id', 'queues.owner_id')
    .selectAll('queues')
    .select('users.name as owner_name')
    .where('queues.project_id', '=', projectId)

const toQueue = (row: Selectable<Schema['queues']> & { owner_name: string }): StoredQueue => ({
  id: row.id,
  resourceId: row.resource_id,
  projectId: row.project_id,
  name: row.name,
  type: row.type as QueueType,
  description: row.description,
  cuCount: row.cu_count,
  cuSpec: row.cu_spec,
  resourceMode: row.resource_mode === 1 ? 1 : 0,
  chargingMode: row.charging_mode,
  engine: row.engine,
  platform: row.platform,
  feature: row.feature,
  labels: JSON.parse(row.labels_json),
  enterpriseProjectId: row.enterprise_project_id,
  elasticResourcePoolName: row.elastic_resource_pool_name,
  properties: JSON.parse(row.properties_json),
  cidrInVpc: row.cidr_in_vpc,
  ownerId: row.owner_id,
  ownerName: row.owner_name,
  createdAt: new Date(row.created_at),
})

export async function insertQueue(tx: Tx, queue: QueueRecord): Promise<number> {
  const { id } = await tx.db
    .insertInto('queues')
    .values({
      resource_id: queue.resourceId,
      project_id: queue.projectId,
      name: queue.name,
      type: queue.type,
      description: queue.description,
      cu_count: queue.cuCount,
      cu_spec: queue.cuCount,
      resource_mode: queue.resourceMode,
      charging_mode: queue.chargingMode,
      engine: queue.engine,
      platform: queue.platform,
      feature: queue.feature,
      labels_json: JSON.stringify(queue.labels),
      enterprise_project_id: queue.enterpriseProjectId,
      elastic_resource_pool_name: queue.elasticResourcePoolName,
      properties_json: JSON.stringify(queue.properties),
      cidr_in_vpc: queue.cidrInVpc,
      owner_id: queue.ownerId,
      created_at: queue.createdAt.getTime(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function readQueue(reader: Reader, projectId: string, name: string): Promise<StoredQueue | null> {
  const row = await queues(reader, projectId).where('queues.name', '=', name).executeTakeFirst()
  return row ? toQueue(row) : null
}

/** Queues of a project, in no order. */
export async function readQueues(
  reader: Reader,
  projectId: string,
  { type = 'all', visibleTo }: Pick<QueueQuery, 'type' | 'visibleTo'>,
): Promise<StoredQueue[]> {
  const rows = await queues(reader, projectId)
    .$if(type !== 'all', (query) => query.where('queues.type', '=', type))
    .$if(visibleTo !== undefined, (query) => query.where(isVisible('queue', visibleTo ?? '')))
    .execute()
  return rows.map(toQueue)
}

/** Queues of a project as things that carry tags. */
export function queueRows(reader: Reader, projectId: string, visibleTo: string | undefined): ResourceRows {
  return reader
    .selectFrom('queues')
    .select(['id', 'name', 'name as resource_id'])
    .where('project_id', '=', projectId)
    .$if(visibleTo !== undefined, (query) => query.where(isVisible('queue', visibleTo ?? '')))
}

/** Queues of a project and their CUs together. */
export async function sumQueues(reader: Reader, projectId: string): Promise<{ count: number; cus: number }> {
  const sums = await reader
    .selectFrom('queues')
    .select((e) => [e.fn.countAll<number>().as('count'), e.fn.sum<number | null>('cu_count').as('cus')])
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow()
  return { count: Number(sums.count), cus: Number(sums.cus ?? 0) }
}

/** What may change of a queue. */
export type QueuePatch = Partial<Pick<Queue, 'cuCount' | 'cidrInVpc' | 'properties'>>

export async function patchQueue(tx: Tx, id: number, { cuCount, cidrInVpc, properties }: QueuePatch): Promise<void> {
  const changes = {
    ...(cuCount === undefined ? {} : { cu_count: cuCount }),
    ...(cidrInVpc === undefined ? {} : { cidr_in_vpc: cidrInVpc }),
    ...(properties === undefined ? {} : { properties_json: JSON.stringify(properties) }),
  }
  await tx.db.updateTable('queues').set(changes).where('id', '=', id).execute()
}

export async function deleteQueue(tx: Tx, id: number): Promise<void> {
  await tx.db.deleteFrom('queues').where('id', '=', id).execute()
}
