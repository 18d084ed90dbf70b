import type { Reader, Tx } from '../db/database.ts'

/** A variable as it is stored: its value sealed. */
export type StoredVariable = Readonly<{
  id: number
  projectId: string
  name: string
  valueSealed: string
  isSensitive: boolean
  ownerId: string
  ownerName: string
  createdAt: Date
  updatedAt: Date
}>

export async function insertVariable(tx: Tx, variable: Omit<StoredVariable, 'id' | 'ownerName'>): Promise<void> {
  await tx.db
    .insertInto('variables')
    .values({
      project_id: variable.projectId,
      name: variable.name,
      value_sealed: variable.valueSealed,
      is_sensitive: variable.isSensitive ? 1 : 0,
      owner_id: variable.ownerId,
      created_at: variable.createdAt.getTime(),
      updated_at: variable.updatedAt.getTime(),
    })
    .execute()
}

/** In the order they were made. */
export async function readVariables(
  reader: Reader,
  projectId: string,
  page: Readonly<{ limit: number; offset: number }>,
): Promise<StoredVariable[]> {
  const rows = await variables(reader, projectId)
    .orderBy('variables.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return rows.map(toVariable)
}

/** All of the project: a text may mention more names than a query takes. */
export async function readVariableNames(reader: Reader, projectId: string): Promise<string[]> {
  const rows = await reader.selectFrom('variables').select('name').where('project_id', '=', projectId).execute()
  return rows.map(({ name }) => name)
}

export async function readVariablesNamed(
  reader: Reader,
  projectId: string,
  names: readonly string[],
): Promise<StoredVariable[]> {
  if (names.length === 0) return []
  const rows = await variables(reader, projectId)
    .where('variables.name', 'in', [...names])
    .execute()
  return rows.map(toVariable)
}

/** Of all projects. */
export async function readAllVariables(
  reader: Reader,
): Promise<Pick<StoredVariable, 'projectId' | 'name' | 'valueSealed'>[]> {
  const query = reader.selectFrom('variables')
  return query.select(['project_id as projectId', 'name', 'value_sealed as valueSealed']).execute()
}

export async function countVariables(reader: Reader, projectId: string): Promise<number> {
  const query = reader.selectFrom('variables').where('project_id', '=', projectId)
  const { count } = await query.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

/** Answers whether there is such a variable. */
export async function updateVariable(
  tx: Tx,
  projectId: string,
  name: string,
  change: Readonly<{ valueSealed: string; updatedAt: Date }>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('variables')
    .set({ value_sealed: change.valueSealed, updated_at: change.updatedAt.getTime() })
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Answers whether there was such a variable. */
export async function deleteVariable(tx: Tx, projectId: string, name: string): Promise<boolean> {
  const query = tx.db.deleteFrom('variables').where('project_id', '=', projectId).where('name', '=', name)
  return (await query.executeTakeFirst()).numDeletedRows > 0n
}

export async function insertLaunchValues(tx: Tx, attemptId: string, valuesSealed: string): Promise<void> {
  await tx.db.insertInto('launch_values').values({ attempt_id: attemptId, values_sealed: valuesSealed }).execute()
}

export async function readLaunchValues(reader: Reader, attemptId: string): Promise<string | null> {
  const query = reader.selectFrom('launch_values').select('values_sealed').where('attempt_id', '=', attemptId)
  return (await query.executeTakeFirst())?.values_sealed ?? null
}

export async function readAllLaunchValues(reader: Reader): Promise<{ attemptId: string; sealed: string }[]> {
  const query = reader.selectFrom('launch_values')
  return query.select(['attempt_id as attemptId', 'values_sealed as sealed']).execute()
}

export async function deleteLaunchValues(tx: Tx, attemptIds: readonly string[]): Promise<void> {
  if (attemptIds.length === 0) return
  await tx.db
    .deleteFrom('launch_values')
    .where('attempt_id', 'in', [...attemptIds])
    .execute()
}

const variables = (reader: Reader, projectId: string) =>
  reader
    .selectFrom('variables')
    .innerJoin('users', 'users.id', 'variables.owner_id')
    .selectAll('variables')
    .select('users.name as owner_name')
    .where('variables.project_id', '=', projectId)

type Row = Awaited<ReturnType<ReturnType<typeof variables>['execute']>>[number]

const toVariable = (row: Row): StoredVariable => ({
  id: row.id,
  projectId: row.project_id,
  name: row.name,
  valueSealed: row.value_sealed,
  isSensitive: row.is_sensitive === 1,
  ownerId: row.owner_id,
  ownerName: row.owner_name,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
})
