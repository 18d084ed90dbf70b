import type { Database, Reader } from '../db/database.ts'
import {
  countResources,
  pageOfResources,
  type ResourceRow,
  type ResourceRows,
  readTagsInUse,
} from './resource-store.ts'
import { checkTags, type Tag, type TaggedKind, type TaggedThing, type TagRules } from './tag.ts'
import { TAG_ERRORS } from './tag-errors.ts'
import { addTags } from './tag-service.ts'
import { deleteTags, readTags, readTagsOf } from './tag-store.ts'

/** Tags seen from outside, by what clients call the things that carry them: a queue by its name, a job by its number. */
export interface ResourceTags {
  /** Adds tags; a key that is there gets the new value. @throws Refusal `tag.resourceNotFound`, `tag.bad…`, `tag.tooMany` */
  add(projectId: string, kind: ResourceKind, resourceId: string, tags: readonly Tag[]): Promise<void>
  /** Removes tags by their keys; one that is not there is gone already. @throws Refusal `tag.resourceNotFound` */
  remove(projectId: string, kind: ResourceKind, resourceId: string, keys: readonly string[]): Promise<void>
  /** By key. @throws Refusal `tag.resourceNotFound` */
  read(projectId: string, kind: ResourceKind, resourceId: string): Promise<Tag[]>
  /** Every key in use on resources of the kind, with its values; both sorted. `visibleTo`: as in the filter. */
  readKeys(projectId: string, kind: ResourceKind, visibleTo?: string): Promise<TagValues[]>
  /** One page of the resources that match, oldest first, and how many there are in all. */
  find(
    projectId: string,
    kind: ResourceKind,
    filter: ResourceFilter,
    page: Page,
  ): Promise<{ total: number; resources: TaggedResource[] }>
  count(projectId: string, kind: ResourceKind, filter: ResourceFilter): Promise<number>
}

export type ResourceKind = Extract<TaggedKind, 'job' | 'queue' | 'package'>

/** `resourceId` is what clients call it by. */
export type TaggedResource = Readonly<{ resourceId: string; name: string; tags: readonly Tag[] }>

/** A key and values; in a filter any of the values, or any value at all when there are none. */
export type TagValues = Readonly<{ key: string; values: readonly string[] }>

export type ResourceFilter = Readonly<{
  /** Only what this user may see. Absent: all. */
  visibleTo?: string | undefined
  /** Only resources without tags; `tags` then says nothing. */
  withoutAnyTag?: boolean | undefined
  /** Every one of them must be on the resource. */
  tags?: readonly TagValues[] | undefined
  /** Part of the name, in any case. */
  nameContains?: string | undefined
}>

export type Page = Readonly<{ limit: number; offset: number }>

/** What a room tells about its things that can carry tags. */
export type ResourceLookup = Readonly<{
  find(reader: Reader, projectId: string, resourceId: string): Promise<{ id: number } | null>
  /** The project's things, or those that the user may see. */
  rows(reader: Reader, projectId: string, visibleTo: string | undefined): ResourceRows
}>

export type ResourceTagsOptions = Readonly<{
  database: Database
  lookups: Readonly<Record<ResourceKind, ResourceLookup>>
  rules: TagRules
}>

export function createResourceTags({ database, lookups, rules }: ResourceTagsOptions): ResourceTags {
  const { db } = database
  const thingOf = async (
    reader: Reader,
    projectId: string,
    kind: ResourceKind,
    resourceId: string,
  ): Promise<TaggedThing> => {
    const found = await lookups[kind].find(reader, projectId, resourceId)
    if (!found) throw TAG_ERRORS.resourceNotFound(resourceId)
    return { projectId, kind, id: String(found.id) }
  }
  const rowsOf = (projectId: string, kind: ResourceKind, visibleTo: string | undefined) =>
    lookups[kind].rows(db, projectId, visibleTo)
  return {
    async add(projectId, kind, resourceId, tags) {
      const checked = checkTags(tags, rules)
      await database.transact(async (tx) => addTags(tx, await thingOf(tx.db, projectId, kind, resourceId), checked))
    },

    async remove(projectId, kind, resourceId, keys) {
      await database.transact(async (tx) => deleteTags(tx, await thingOf(tx.db, projectId, kind, resourceId), keys))
    },

    async read(projectId, kind, resourceId) {
      return readTags(db, await thingOf(db, projectId, kind, resourceId))
    },

    async readKeys(projectId, kind, visibleTo) {
      return valuesByKey(await readTagsInUse(db, rowsOf(projectId, kind, visibleTo), { projectId, kind }))
    },

    async find(projectId, kind, filter, page) {
      const rows = rowsOf(projectId, kind, filter.visibleTo)
      const total = await countResources(db, rows, { projectId, kind }, filter)
      const found = await pageOfResources(db, rows, { projectId, kind }, filter, page).execute()
      return { total, resources: await withTags(db, { projectId, kind }, found) }
    },

    count(projectId, kind, filter) {
      return countResources(db, rowsOf(projectId, kind, filter.visibleTo), { projectId, kind }, filter)
    },
  }
}

async function withTags(
  reader: Reader,
  { projectId, kind }: Omit<TaggedThing, 'id'>,
  rows: readonly ResourceRow[],
): Promise<TaggedResource[]> {
  const ids = rows.map(({ id }) => String(id))
  const tags = await readTagsOf(reader, projectId, kind, ids)
  return rows.map(({ id, name, resource_id }) => ({ resourceId: resource_id, name, tags: tags.get(String(id)) ?? [] }))
}

/** `tags`: sorted. */
function valuesByKey(tags: readonly Tag[]): TagValues[] {
  const byKey = [...Map.groupBy(tags, ({ key }) => key)]
  return byKey.map(([key, same]) => ({ key, values: same.map(({ value }) => value) }))
}
