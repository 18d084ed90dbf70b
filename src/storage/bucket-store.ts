import type { Reader, Tx } from '../db/database.ts'

/** Records that the project may use the bucket; recording it again changes nothing. */
export async function insertGrant(tx: Tx, grant: { projectId: string; bucket: string; at: Date }): Promise<void> {
  await tx.db
    .insertInto('bucket_grants')
    .values({ project_id: grant.projectId, bucket: grant.bucket, created_at: grant.at.getTime() })
    .onConflict((conflict) => conflict.columns(['project_id', 'bucket']).doNothing())
    .execute()
}

export async function readGrants(reader: Reader, projectId: string): Promise<string[]> {
  const query = reader.selectFrom('bucket_grants').select('bucket').where('project_id', '=', projectId)
  return (await query.orderBy('bucket').execute()).map(({ bucket }) => bucket)
}

export async function isGranted(reader: Reader, projectId: string, bucket: string): Promise<boolean> {
  const query = reader.selectFrom('bucket_grants').select('bucket').where('project_id', '=', projectId)
  return (await query.where('bucket', '=', bucket).executeTakeFirst()) !== undefined
}
