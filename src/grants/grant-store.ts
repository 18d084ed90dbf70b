import { type RawBuilder, sql } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
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

/** Ids of the things of a kind on which the user was given the right. */
export async function readThingsWith(
  reader: Reader,
  projectId: string,
  userId: string,
  kind: ThingKind,
  right: Right,
): Promise<ReadonlySet<string>> {
  const rows = await reader
    .selectFrom('grants')
    .select('thing_id')
    .distinct()
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .where('thing_kind', '=', kind)
    .where('right_name', '=', right)
    .execute()
  return new Set(rows.map((row) => row.thing_id))
}

/** Things in lists, and the right that shows each to who does not own it; null: any right does. */
const SHOWN_BY = { job: 'view', queue: null, package: 'view' } as const
const TABLES = { job: 'jobs', queue: 'queues', package: 'packages' } as const

/**
 * For queries over things of a kind: the thing belongs to the user, or he was given a right that shows it. What shows
 * the group of a package shows the package.
 */
export function isVisible(kind: keyof typeof TABLES, userId: string): RawBuilder<boolean> {
  const id = sql`cast(${columnOf(kind, 'id')} as text)`
  const own = sql<boolean>`${columnOf(kind, 'owner_id')} = ${userId}`
  const shown = sql<boolean>`${own} or ${isGiven(kind, id, kind, userId)}`
  return kind === 'package' ? sql`(${shown} or ${isGroupVisible(userId)})` : sql`(${shown})`
}

/** A group belongs to the owner of its oldest package. */
function isGroupVisible(userId: string): RawBuilder<boolean> {
  const group = columnOf('package', 'group_name')
  const owner = sql`(select oldest.owner_id from packages as oldest
    where oldest.project_id = packages.project_id and oldest.group_name = ${group} order by oldest.id limit 1)`
  return sql`${group} <> '' and (${owner} = ${userId} or ${isGiven('package', group, 'group', userId)})`
}

function isGiven(
  kind: keyof typeof TABLES,
  thingId: RawBuilder<unknown>,
  thingKind: ThingKind,
  userId: string,
): RawBuilder<boolean> {
  const right = SHOWN_BY[kind]
  return sql`exists (select 1 from grants where grants.project_id = ${columnOf(kind, 'project_id')}
    and grants.thing_kind = ${thingKind} and grants.thing_id = ${thingId} and grants.user_id = ${userId}
    ${right === null ? sql`` : sql`and grants.right_name = ${right}`})`
}

const columnOf = (kind: keyof typeof TABLES, column: string) => sql.ref(`${TABLES[kind]}.${column}`)

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
