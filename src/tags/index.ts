export type { ResourceRows } from './resource-store.ts'
export {
  createResourceTags,
  type Page,
  type ResourceFilter,
  type ResourceKind,
  type ResourceLookup,
  type ResourceTags,
  type TaggedResource,
  type TagValues,
} from './resource-tags.ts'
export {
  checkTags,
  DOCUMENTED_TAG_RULES,
  matchesTagFilter,
  parseTagFilter,
  type Tag,
  type TagFilter,
  type TaggedKind,
  type TaggedThing,
  type TagRules,
} from './tag.ts'
export { TAG_ERRORS } from './tag-errors.ts'
export { addTags, replaceTags } from './tag-service.ts'
export { deleteTags, hasTag, readTags, readTagsOfKind } from './tag-store.ts'
