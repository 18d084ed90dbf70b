import type { Reader, Tx } from '../db/database.ts'

/** Null: no role was ever set. */
export async function readAgencyRoles(reader: Reader, projectId: string): Promise<readonly string[] | null> {
  const query = reader.selectFrom('agencies').select('roles_json').where('project_id', '=', projectId)
  const row = await query.executeTakeFirst()
  return row ? JSON.parse(row.roles_json) : null
}

export async function upsertAgencyRoles(tx: Tx, projectId: string, roles: readonly string[], at: Date): Promise<void> {
  const changes = { roles_json: JSON.stringify(roles), updated_at: at.getTime() }
  await tx.db
    .insertInto('agencies')
    .values({ project_id: projectId, ...changes })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(changes))
    .execute()
}
