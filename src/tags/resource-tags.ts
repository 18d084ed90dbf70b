import type { Database, Reader } from '../db/database.ts'
import { checkTags, type Tag, type TaggedKind, type TaggedThing, type TagRules } from './tag.ts'
import { TAG_ERRORS } from './tag-errors.ts'
import { addTags } from './tag-service.ts'
import { deleteTags, readTags, readTagsOfKind } from './tag-store.ts'

/** Tags seen from outside, by what clients call the things that carry them: a queue by its name, a job by its number. */
export interface ResourceTags {
  /** Adds tags; a key that is there gets the new value. @throws Refusal `tag.resourceNotFound`, `tag.bad…`, `tag.tooMany` */
  add(projectId: string, kind: ResourceKind, resourceId: string, tags: readonly Tag[]): Promise<void>
  /** Removes tags by their keys; one that is not there is gone already. @throws Refusal `tag.resourceNotFound` */
  remove(projectId: string, kind: ResourceKind, resourceId: string, keys: readonly string[]): Promise<void>
  /** By key. @throws Refusal `tag.resourceNotFound` */
  read(projectId: string, kind: ResourceKind, resourceId: string): Promise<Tag[]>
  /** Every key in use on resources of the kind that may be shown, with its values; both sorted. */
  readKeys(projectId: string, kind: ResourceKind, isVisible: (resource: Resource) => boolean): Promise<TagValues[]>
  /** The resources of the kind that match, in the order of their age. */
  find(projectId: string, kind: ResourceKind, filter: ResourceFilter): Promise<TaggedResource[]>
}

export type ResourceKind = Extract<TaggedKind, 'job' | 'queue' | 'package'>

/**
 * Something that can carry tags: `id` is that of the database, `resourceId` what clients call it by; `group`: of a
 * package that is in one.
 */
export type Resource = Readonly<{
  id: number
  resourceId: string
  name: string
  ownerId: string
  group: string | null
}>

export type TaggedResource = Resource & Readonly<{ tags: readonly Tag[] }>

/** A key and values; in a filter any of the values, or any value at all when there are none. */
export type TagValues = Readonly<{ key: string; values: readonly string[] }>

export type ResourceFilter = Readonly<{
  /** What may be shown. Absent: all. */
  isVisible?: ((resource: Resource) => boolean) | undefined
  /** Only resources without tags; `tags` then says nothing. */
  withoutAnyTag?: boolean | undefined
  /** Every one of them must be on the resource. */
  tags?: readonly TagValues[] | undefined
  /** Part of the name, in any case. */
  nameContains?: string | undefined
}>

/** What a room tells about its things that can carry tags. */
export type ResourceLookup = Readonly<{
  find(reader: Reader, projectId: string, resourceId: string): Promise<Resource | null>
  /** Oldest first. */
  list(reader: Reader, projectId: string): Promise<Resource[]>
}>

export type ResourceTagsOptions = Readonly<{
  database: Database
  lookups: Readonly<Record<ResourceKind, ResourceLookup>>
  rules: TagRules
}>

export function createResourceTags({ database, lookups, rules }: ResourceTagsOptions): ResourceTags {
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
  return {
    async add(projectId, kind, resourceId, tags) {
      const checked = checkTags(tags, rules)
      await database.transact(async (tx) => addTags(tx, await thingOf(tx.db, projectId, kind, resourceId), checked))
    },

    async remove(projectId, kind, resourceId, keys) {
      await database.transact(async (tx) => deleteTags(tx, await thingOf(tx.db, projectId, kind, resourceId), keys))
    },

    async read(projectId, kind, resourceId) {
      return readTags(database.db, await thingOf(database.db, projectId, kind, resourceId))
    },

    async readKeys(projectId, kind, isVisible) {
      return valuesByKey((await this.find(projectId, kind, { isVisible })).flatMap(({ tags }) => tags))
    },

    async find(projectId, kind, filter) {
      const resources = await lookups[kind].list(database.db, projectId)
      const tags = await readTagsOfKind(database.db, projectId, kind)
      return resources
        .filter(filter.isVisible ?? (() => true))
        .map((resource) => ({ ...resource, tags: tags.get(String(resource.id)) ?? [] }))
        .filter((resource) => matches(resource, filter))
    },
  }
}

function matches({ name, tags }: TaggedResource, filter: ResourceFilter): boolean {
  const isNamedSo = name.toLowerCase().includes((filter.nameContains ?? '').toLowerCase())
  return isNamedSo && (filter.withoutAnyTag ? tags.length === 0 : hasAll(tags, filter.tags ?? []))
}

function hasAll(tags: readonly Tag[], wanted: readonly TagValues[]): boolean {
  return wanted.every(({ key, values }) =>
    tags.some((tag) => tag.key === key && (values.length === 0 || values.includes(tag.value))),
  )
}

function valuesByKey(tags: readonly Tag[]): TagValues[] {
  const values = Map.groupBy(tags, ({ key }) => key)
  return [...values.keys()].sort().map((key) => ({
    key,
    values: [...new Set(values.get(key)?.map(({ value }) => value))].sort(),
  }))
}
