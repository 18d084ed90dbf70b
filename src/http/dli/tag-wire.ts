import { Type } from 'typebox'
import { type Actor, visibleTo } from '../../grants/index.ts'
import type { Page, ResourceFilter, ResourceKind, Tag, TagValues } from '../../tags/index.ts'
import { TAG_ERRORS } from '../../tags/index.ts'
import type { Call } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { boolean, optional, tagKey, tagValue, text, texts } from './fields.ts'

/** The tag calls of version 3, which name resources by type and id. */
const KINDS: Readonly<Record<string, ResourceKind>> = {
  dli_flink_job: 'job',
  dli_package_resource: 'package',
  dli_queue: 'queue',
}

const TAGS_MAX = 20
const PAGE_MAX = 1000

export const NewTags = Type.Object({
  tags: Type.Array(Type.Object({ key: tagKey, value: tagValue }), {
    minItems: 1,
    description: 'A key that is there gets the new value.',
  }),
})

export const OldTags = Type.Object({
  tags: Type.Array(Type.Object({ key: tagKey, value: optional(text('Not looked at: a key has one value.')) }), {
    minItems: 1,
    maxItems: TAGS_MAX,
    description: 'A tag that is not there is no error.',
  }),
})

export const Filter = Type.Object({
  without_any_tag: optional(boolean('Only resources without tags; the field tags is then ignored. Default false.')),
  tags: optional(
    Type.Array(Type.Object({ key: tagKey, values: optional(texts('Any of them; none: any value.', 255)) }), {
      maxItems: TAGS_MAX,
      description: 'Tags that the resource must all have.',
    }),
  ),
  matches: optional(
    Type.Array(Type.Object({ key: Type.Enum(['resource_name']), value: text('Part of the name, in any case.', 255) }), {
      maxItems: 1,
    }),
  ),
})

export const TagItems = Type.Array(Type.Object({ key: Type.String(), value: Type.String() }))

export const Paging = Type.Object({
  limit: optional(Type.Integer({ minimum: 0, maximum: PAGE_MAX, description: 'Default 1000; more counts as 1000.' })),
  offset: optional(Type.Integer({ minimum: 0, description: 'Items to leave out. Default 0.' })),
})

/** @throws Refusal `tag.badResourceType` */
export function toResourceKind(type = ''): ResourceKind {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
  if (!kind) throw TAG_ERRORS.badResourceType(type)
  return kind
}

type FilterBody = Readonly<{
  without_any_tag?: boolean
  tags?: readonly { key: string; values?: readonly string[] }[]
  matches?: readonly { value: string }[]
}>

/** What the caller may not see does not count either. */
export function toResourceFilter(caller: Actor, body: FilterBody): ResourceFilter {
  const { without_any_tag, tags = [], matches = [] } = body
  return {
    visibleTo: visibleTo(caller),
    withoutAnyTag: without_any_tag,
    tags: tags.map(({ key, values = [] }) => ({ key, values })),
    nameContains: matches[0]?.value,
  }
}

export function toPage({ query }: Pick<Call, 'query'>): Page {
  const offset = query.integer('offset', 0, REQUEST_ERRORS.pagingBad) ?? 0
  const limit = Math.min(PAGE_MAX, query.integer('limit', 0, REQUEST_ERRORS.pagingBad) ?? PAGE_MAX)
  return { limit, offset }
}

export function pageOf<Item>(items: readonly Item[], call: Pick<Call, 'query'>): Item[] {
  const { limit, offset } = toPage(call)
  return items.slice(offset, offset + limit)
}

export const toTagItem = ({ key, value }: Tag) => ({ key, value })

export const toTagValuesItem = ({ key, values }: TagValues) => ({ key, values: [...values] })
