import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
import type { Schema } from '../db/schema.ts'
import { type GivenRights, keyOf, type Right, type Thing, type ThingKind, type ThingName } from './grant.ts'

export type Member = Readonly<{ userId: string; userName: string; isAdmin: boolean }>

/** The thing of that name with what it lies in, or null. */
export function findThing(reader: Reader, projectId: string, name: ThingName): Promise<Thing | null> {
  switch (name.kind) {
    case 'job':
      return findJob(reader, projectId, name.id)
    case 'queue':
      return findQueue(reader, projectId, name.name)
    case 'group':
      return findGroup(reader, projectId, name.name)
    case 'package':
      return findPackage(reader, projectId, name)
  }
}

async function findJob(reader: Reader, projectId: string, id: number): Promise<Thing | null> {
  const row = await reader
    .selectFrom('jobs')
    .select(['owner_id', 'queue_name'])
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  const queue = row.queue_name === null ? null : await findQueue(reader, projectId, row.queue_name)
  return { kind: 'job', id: String(id), ownerId: row.owner_id, within: queue }
}

async function findQueue(reader: Reader, projectId: string, name: string): Promise<Thing | null> {
  const row = await reader
    .selectFrom('queues')
    .select(['id', 'owner_id'])
    .where('project_id', '=', projectId)
    .where('name', '=', name.toLowerCase())
    .executeTakeFirst()
  return row ? { kind: 'queue', id: String(row.id), ownerId: row.owner_id, within: null } : null
}

/** A group is there while a package is in it; the owner of the oldest owns the group. */
async function findGroup(reader: Reader, projectId: string, name: string): Promise<Thing | null> {
  const row = await reader
    .selectFrom('packages')
    .select('owner_id')
    .where('project_id', '=', projectId)
    .where('group_name', '=', name)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row && name !== '' ? { kind: 'group', id: name, ownerId: row.owner_id, within: null } : null
}

async function findPackage(
  reader: Reader,
  projectId: string,
  { group, name, asTarget = false }: ThingName & { kind: 'package' },
): Promise<Thing | null> {
  const rows = await reader
    .selectFrom('packages')
    .select(['id', 'owner_id', 'group_name'])
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .execute()
  const exact = rows.find((row) => row.group_name === (group ?? ''))
  const row = exact ?? (group === null && !asTarget && rows.length === 1 ? rows[0] : undefined)
  if (!row) return asTarget ? findGroup(reader, projectId, group ?? '') : null
  const within = await findGroup(reader, projectId, row.group_name)
  return { kind: 'package', id: String(row.id), ownerId: row.owner_id, within }
}

/** What the user was given on the thing and on what it lies in. */
export async function readRightsOn(
  reader: Reader,
  projectId: string,
  thing: Thing,
  userId: string,
): Promise<GivenRights> {
  const things = thing.within ? [thing, thing.within] : [thing]
  const rows = await reader
    .selectFrom('grants')
    .select(['thing_kind', 'thing_id', 'right_name'])
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .where((e) => e.or(things.map(({ kind, id }) => e.and([e('thing_kind', '=', kind), e('thing_id', '=', id)]))))
    .execute()
  return rightsBy(rows, ({ thing_kind, thing_id }) => keyOf({ kind: thing_kind as ThingKind, id: thing_id }))
}

/** Ids of the things of a kind on which the user was given the right, or any. */
export async function readThingsWith(
  reader: Reader,
  projectId: string,
  userId: string,
  kind: ThingKind,
  right: Right | 'any',
): Promise<ReadonlySet<string>> {
  const rows = await reader
    .selectFrom('grants')
    .select('thing_id')
    .distinct()
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .where('thing_kind', '=', kind)
    .$if(right !== 'any', (query) => query.where('right_name', '=', right))
    .execute()
  return new Set(rows.map((row) => row.thing_id))
}

/** Groups whose oldest package belongs to the user. */
export async function readGroupsOf(reader: Reader, projectId: string, userId: string): Promise<ReadonlySet<string>> {
  const rows = await reader
    .selectFrom('packages')
    .select('group_name')
    .where('owner_id', '=', userId)
    .where('id', 'in', (e) =>
      e
        .selectFrom('packages')
        .select((min) => min.fn.min('id').as('id'))
        .where('project_id', '=', projectId)
        .where('group_name', '!=', '')
        .groupBy('group_name'),
    )
    .execute()
  return new Set(rows.map((row) => row.group_name))
}

/** For queries over jobs: the job belongs to the user, or he was given the right to see it. */
export function isVisibleJob(e: ExpressionBuilder<Schema, 'jobs'>, userId: string): Expression<SqlBool> {
  return e.or([
    e('jobs.owner_id', '=', userId),
    e.exists(
      e
        .selectFrom('grants')
        .select('grants.user_id')
        .whereRef('grants.project_id', '=', 'jobs.project_id')
        .where('grants.thing_kind', '=', 'job')
        .where(sql<boolean>`grants.thing_id = cast(jobs.id as text)`)
        .where('grants.user_id', '=', userId)
        .where('grants.right_name', '=', 'view'),
    ),
  ])
}

export async function insertGrants(
  tx: Tx,
  projectId: string,
  thing: Thing,
  userId: string,
  rights: readonly Right[],
): Promise<void> {
  if (rights.length === 0) return
  const rows = [...new Set(rights)].map((right) => ({
    project_id: projectId,
    thing_kind: thing.kind,
    thing_id: thing.id,
    user_id: userId,
    right_name: right,
  }))
  await tx.db
    .insertInto('grants')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function deleteGrants(
  tx: Tx,
  projectId: string,
  thing: Thing,
  userId: string,
  rights: readonly Right[],
): Promise<void> {
  if (rights.length === 0) return
  await ofThing(tx, projectId, thing)
    .where('user_id', '=', userId)
    .where('right_name', 'in', [...rights])
    .execute()
}

/** A thing that goes leaves no rights behind: one that comes under its name starts without. */
export async function dropGrantsOn(tx: Tx, projectId: string, thing: Pick<Thing, 'kind' | 'id'>): Promise<void> {
  await ofThing(tx, projectId, thing).execute()
}

const ofThing = (tx: Tx, projectId: string, { kind, id }: Pick<Thing, 'kind' | 'id'>) =>
  tx.db
    .deleteFrom('grants')
    .where('project_id', '=', projectId)
    .where('thing_kind', '=', kind)
    .where('thing_id', '=', id)

/** The rights that members were given on the thing, by user id. */
export async function readGivenOn(reader: Reader, projectId: string, { kind, id }: Thing): Promise<GivenRights> {
  const rows = await reader
    .selectFrom('grants')
    .select(['user_id', 'right_name'])
    .where('project_id', '=', projectId)
    .where('thing_kind', '=', kind)
    .where('thing_id', '=', id)
    .execute()
  return rightsBy(rows, ({ user_id }) => user_id)
}

function rightsBy<Row extends { right_name: string }>(
  rows: readonly Row[],
  keyOfRow: (row: Row) => string,
): GivenRights {
  const groups = [...Map.groupBy(rows, keyOfRow)]
  return new Map(groups.map(([key, given]) => [key, new Set(given.map(({ right_name }) => right_name as Right))]))
}

/** The enabled members of a project, by name. */
export async function readMembers(reader: Reader, projectId: string): Promise<Member[]> {
  const rows = await reader
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.id', 'users.name', 'users.is_admin', 'memberships.role'])
    .where('memberships.project_id', '=', projectId)
    .where('users.enabled', '=', 1)
    .orderBy('users.name')
    .execute()
  return rows.map(({ id, name, is_admin, role }) => ({
    userId: id,
    userName: name,
    isAdmin: is_admin === 1 || role === 'admin',
  }))
}
