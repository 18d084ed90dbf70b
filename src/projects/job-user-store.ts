import type { Reader, Tx } from '../db/database.ts'

export type JobUser = Readonly<{ projectId: string; user: number }>

export async function readJobUsers(reader: Reader): Promise<JobUser[]> {
  const rows = await reader.selectFrom('job_users').select(['project_id', 'user_id']).execute()
  return rows.map((row) => ({ projectId: row.project_id, user: row.user_id }))
}

export async function insertJobUser(tx: Tx, { projectId, user }: JobUser, at: Date): Promise<void> {
  await tx.db
    .insertInto('job_users')
    .values({ project_id: projectId, user_id: user, created_at: at.getTime() })
    .execute()
}
