import { type Selectable, sql } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
import type { Schema } from '../db/schema.ts'
import { isVisible } from '../grants/index.ts'
import type { Texts } from '../lib/errors.ts'
import type { ResourceRows } from '../tags/index.ts'
import type { Package, PackageKind, PackageQuery, PackageStatus } from './package.ts'

/** A package as far as it is a row. */
export type StoredPackage = Omit<Package, 'tags'>

export type PackageRecord = Readonly<{
  projectId: string
  group: string | null
  name: string
  kind: PackageKind
  status: PackageStatus
  underlyingName: string
  source: string
  sha256: string | null
  sizeBytes: number | null
  isAsync: boolean
  ownerId: string
  at: Date
}>

const packages = (reader: Reader) =>
  reader
    .selectFrom('packages')
    .innerJoin('users', 'users.id', 'packages.owner_id')
    .selectAll('packages')
    .select('users.name as owner_name')

const toPackage = (row: Selectable<Schema['packages']> & { owner_name: string }): StoredPackage => ({
  id: row.id,
  projectId: row.project_id,
  group: row.group_name === '' ? null : row.group_name,
  name: row.name,
  kind: row.kind as PackageKind,
  status: row.status as PackageStatus,
  underlyingName: row.underlying_name,
  source: row.source,
  sha256: row.sha256,
  sizeBytes: row.size_bytes,
  isAsync: row.is_async === 1,
  failure: row.failure_json === null ? null : JSON.parse(row.failure_json),
  ownerId: row.owner_id,
  ownerName: row.owner_name,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
})

/** Writes a new package, or puts it in the place of the one with its name, whose owner stays; answers the id. */
export async function upsertPackage(tx: Tx, record: PackageRecord): Promise<number> {
  const changes = {
    kind: record.kind,
    status: record.status,
    underlying_name: record.underlyingName,
    source: record.source,
    sha256: record.sha256,
    size_bytes: record.sizeBytes,
    is_async: record.isAsync ? 1 : 0,
    failure_json: null,
    updated_at: record.at.getTime(),
  }
  const { id } = await tx.db
    .insertInto('packages')
    .values({
      ...changes,
      project_id: record.projectId,
      group_name: record.group ?? '',
      name: record.name,
      owner_id: record.ownerId,
      created_at: record.at.getTime(),
    })
    .onConflict((conflict) => conflict.columns(['project_id', 'group_name', 'name']).doUpdateSet(changes))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Ends the upload under this underlying name; false when the package was replaced or removed meanwhile. */
export async function finishUpload(
  tx: Tx,
  underlyingName: string,
  result: { sha256: string; sizeBytes: number } | { failure: Texts },
  at: Date,
): Promise<boolean> {
  const isReady = 'sha256' in result
  const { numUpdatedRows } = await tx.db
    .updateTable('packages')
    .set({
      status: isReady ? 'READY' : 'FAILED',
      sha256: isReady ? result.sha256 : null,
      size_bytes: isReady ? result.sizeBytes : null,
      failure_json: isReady ? null : JSON.stringify(result.failure),
      updated_at: at.getTime(),
    })
    .where('underlying_name', '=', underlyingName)
    .where('status', '=', 'UPLOADING')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function readPackage(
  reader: Reader,
  projectId: string,
  group: string | null,
  name: string,
): Promise<StoredPackage | null> {
  const row = await packages(reader)
    .where('packages.project_id', '=', projectId)
    .where('packages.group_name', '=', group ?? '')
    .where('packages.name', '=', name)
    .executeTakeFirst()
  return row ? toPackage(row) : null
}

/** The packages of that name in every group. */
export async function readPackagesNamed(reader: Reader, projectId: string, name: string): Promise<StoredPackage[]> {
  const query = packages(reader).where('packages.project_id', '=', projectId).where('packages.name', '=', name)
  return (await query.execute()).map(toPackage)
}

/** The project's packages, oldest first. */
export async function readPackages(
  reader: Reader,
  projectId: string,
  { kind, visibleTo }: Pick<PackageQuery, 'kind' | 'visibleTo'>,
): Promise<StoredPackage[]> {
  const rows = await packages(reader)
    .where('packages.project_id', '=', projectId)
    .$if(kind !== undefined, (query) => query.where('packages.kind', '=', kind ?? ''))
    .$if(visibleTo !== undefined, (query) => query.where(isVisible('package', visibleTo ?? '')))
    .orderBy('packages.id')
    .execute()
  return rows.map(toPackage)
}

/** Packages of a project as things that carry tags. */
export function packageRows(reader: Reader, projectId: string, visibleTo: string | undefined): ResourceRows {
  const id = sql<string>`case group_name when '' then name else group_name || '#' || name end`
  return reader
    .selectFrom('packages')
    .select(['id', 'name', id.as('resource_id')])
    .where('project_id', '=', projectId)
    .$if(visibleTo !== undefined, (query) => query.where(isVisible('package', visibleTo ?? '')))
}

/** Uploads of every project that have no end yet. */
export async function readUnfinished(reader: Reader): Promise<StoredPackage[]> {
  const query = packages(reader).where('packages.status', '=', 'UPLOADING').orderBy('packages.id')
  return (await query.execute()).map(toPackage)
}

export async function isGroupThere(reader: Reader, projectId: string, group: string): Promise<boolean> {
  const query = reader.selectFrom('packages').select('id').where('project_id', '=', projectId)
  return (await query.where('group_name', '=', group).limit(1).executeTakeFirst()) !== undefined
}

export async function countPackages(reader: Reader, projectId: string): Promise<number> {
  const query = reader.selectFrom('packages').where('project_id', '=', projectId)
  const { count } = await query.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

/** Gives packages to another owner: one, or without a name all of a group. Answers how many there were. */
export async function updateOwner(
  tx: Tx,
  projectId: string,
  { group, name }: { group: string | null; name: string | null },
  ownerId: string,
): Promise<number> {
  const { numUpdatedRows } = await tx.db
    .updateTable('packages')
    .set({ owner_id: ownerId })
    .where('project_id', '=', projectId)
    .where('group_name', '=', group ?? '')
    .$if(name !== null, (query) => query.where('name', '=', name ?? ''))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

export async function deletePackage(tx: Tx, id: number): Promise<void> {
  await tx.db.deleteFrom('packages').where('id', '=', id).execute()
}

/** Those of the contents that a package of any project refers to. */
export async function readReferredTo(reader: Reader, sha256s: readonly string[]): Promise<Set<string>> {
  const query = reader.selectFrom('packages').select('sha256').distinct()
  const rows = await query.where('sha256', 'in', [...sha256s]).execute()
  return new Set(rows.flatMap(({ sha256 }) => sha256 ?? []))
}
