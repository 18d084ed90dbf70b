import { type RawBuilder, sql } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
import type { Tag, TaggedKind, TaggedThing } from './tag.ts'

/** The tags of one thing, by key. */
export async function readTags(reader: Reader, thing: TaggedThing): Promise<Tag[]> {
  return reader
    .selectFrom('tags')
    .select(['key', 'value'])
    .where('project_id', '=', thing.projectId)
    .where('resource_type', '=', thing.kind)
    .where('resource_id', '=', thing.id)
    .orderBy('key')
    .execute()
}

/** The tags of every thing of a kind in the project, by its id. */
export async function readTagsOfKind(
  reader: Reader,
  projectId: string,
  kind: TaggedKind,
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  return byThing(await tagsOfKind(reader, projectId, kind).execute())
}

const tagsOfKind = (reader: Reader, projectId: string, kind: TaggedKind) =>
  reader
    .selectFrom('tags')
    .select(['resource_id', 'key', 'value'])
    .where('project_id', '=', projectId)
    .where('resource_type', '=', kind)
    .orderBy('resource_id')
    .orderBy('key')

function byThing(rows: readonly (Tag & { resource_id: string })[]): ReadonlyMap<string, readonly Tag[]> {
  const groups = [...Map.groupBy(rows, ({ resource_id }) => resource_id)]
  return new Map(groups.map(([id, tags]) => [id, tags.map(({ key, value }) => ({ key, value }))]))
}

/** The tags of the things of these ids, by id. */
export async function readTagsOf(
  reader: Reader,
  projectId: string,
  kind: TaggedKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  if (ids.length === 0) return new Map()
  return byThing(
    await tagsOfKind(reader, projectId, kind)
      .where('resource_id', 'in', [...ids])
      .execute(),
  )
}

/**
 * For queries over things with numeric ids that carry tags, by the column that holds their ids: the thing has the key,
 * with one of the values; none given: any.
 */
export function hasTag(
  idColumn: string,
  projectId: string,
  kind: TaggedKind,
  { key, values }: { key: string; values: readonly string[] },
): RawBuilder<boolean> {
  const value = values.length === 0 ? sql`` : sql`and tags.value in (${sql.join(values)})`
  return sql<boolean>`${sql.ref(idColumn)} in (select cast(tags.resource_id as bigint) from tags
    where tags.project_id = ${projectId} and tags.resource_type = ${kind} and tags.key = ${key} ${value})`
}

/** Sets tags; a key that is there gets the new value, and of equal keys the last counts. */
export async function upsertTags(tx: Tx, thing: TaggedThing, tags: readonly Tag[]): Promise<void> {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  const rows = [...values].map(([key, value]) => ({
    project_id: thing.projectId,
    resource_type: thing.kind,
    resource_id: thing.id,
    key,
    value,
  }))
  if (rows.length === 0) return
  await tx.db
    .insertInto('tags')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'resource_type', 'resource_id', 'key'])
        .doUpdateSet((set) => ({ value: set.ref('excluded.value') })),
    )
    .execute()
}

/** Removes the named tags, or all of them. */
export async function deleteTags(tx: Tx, thing: TaggedThing, keys?: readonly string[]): Promise<void> {
  await tx.db
    .deleteFrom('tags')
    .where('project_id', '=', thing.projectId)
    .where('resource_type', '=', thing.kind)
    .where('resource_id', '=', thing.id)
    .$if(keys !== undefined, (query) => query.where('key', 'in', [...(keys ?? [])]))
    .execute()
}
