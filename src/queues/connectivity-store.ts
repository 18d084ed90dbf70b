import type { Reader, Tx } from '../db/database.ts'
import type { Address } from './reachable.ts'

export type ConnectivityTest = Readonly<{ address: Address /** Null until it is known. */; reachable: boolean | null }>

export async function insertTest(tx: Tx, queueId: number, { host, port }: Address, at: Date): Promise<number> {
  const { id } = await tx.db
    .insertInto('connectivity_tests')
    .values({ queue_id: queueId, host, port, reachable: null, created_at: at.getTime() })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function readTest(reader: Reader, queueId: number, id: number): Promise<ConnectivityTest | null> {
  const row = await reader
    .selectFrom('connectivity_tests')
    .select(['host', 'port', 'reachable'])
    .where('id', '=', id)
    .where('queue_id', '=', queueId)
    .executeTakeFirst()
  if (!row) return null
  const { host, port, reachable } = row
  return { address: { host, port }, reachable: reachable === null ? null : reachable === 1 }
}

export async function writeReachable(tx: Tx, id: number, reachable: boolean): Promise<void> {
  const changes = { reachable: reachable ? 1 : 0 }
  await tx.db.updateTable('connectivity_tests').set(changes).where('id', '=', id).execute()
}

export async function deleteTestsBefore(tx: Tx, queueId: number, before: Date): Promise<void> {
  await tx.db
    .deleteFrom('connectivity_tests')
    .where('queue_id', '=', queueId)
    .where('created_at', '<', before.getTime())
    .execute()
}
