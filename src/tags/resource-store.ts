import { type AliasableExpression, sql } from 'kysely'
import { contains } from '../db/contains.ts'
import type { Reader } from '../db/database.ts'
import type { Page, ResourceFilter } from './resource-tags.ts'
import type { Tag, TaggedThing } from './tag.ts'
import { hasTag } from './tag-store.ts'

/** A thing that can carry tags: its id in the database, and what clients call it by. */
export type ResourceRow = { id: number; name: string; resource_id: string }

/** A query for such things, to be asked further. */
export type ResourceRows = AliasableExpression<ResourceRow>

type Kind = Omit<TaggedThing, 'id'>

/** One page of those that match, oldest first. */
export function pageOfResources(
  reader: Reader,
  rows: ResourceRows,
  kind: Kind,
  filter: ResourceFilter,
  { limit, offset }: Page,
) {
  return matching(reader, rows, kind, filter).selectAll().orderBy('resources.id').limit(limit).offset(offset)
}

export async function countResources(
  reader: Reader,
  rows: ResourceRows,
  kind: Kind,
  filter: ResourceFilter,
): Promise<number> {
  const query = matching(reader, rows, kind, filter).select((e) => e.fn.countAll<number>().as('total'))
  return Number((await query.executeTakeFirstOrThrow()).total)
}

/** The different tags on them, by key and value. */
export async function readTagsInUse(reader: Reader, rows: ResourceRows, { projectId, kind }: Kind): Promise<Tag[]> {
  return reader
    .selectFrom('tags')
    .select(['key', 'value'])
    .distinct()
    .where('project_id', '=', projectId)
    .where('resource_type', '=', kind)
    .where(sql<number>`cast(resource_id as bigint)`, 'in', (e) => e.selectFrom(rows.as('resources')).select('id'))
    .orderBy('key')
    .orderBy('value')
    .execute()
}

function matching(reader: Reader, rows: ResourceRows, { projectId, kind }: Kind, filter: ResourceFilter) {
  const { withoutAnyTag, tags = [], nameContains } = filter
  let query = reader.selectFrom(rows.as('resources'))
  if (nameContains) query = query.where(contains('resources.name', nameContains))
  if (withoutAnyTag)
    return query.where(sql<boolean>`not exists (select 1 from tags where tags.project_id = ${projectId}
    and tags.resource_type = ${kind} and tags.resource_id = cast(resources.id as text))`)
  for (const tag of tags) query = query.where(hasTag('resources.id', projectId, kind, tag))
  return query
}
