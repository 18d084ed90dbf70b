import { TAG_ERRORS } from './tag-errors.ts'

export type Tag = Readonly<{ key: string; value: string }>

/** Kinds of things that carry tags, in the words of this house. */
export type TaggedKind = 'job' | 'queue' | 'package' | 'template'

/** `id` is the database id of the thing as text: it is never used twice. */
export type TaggedThing = Readonly<{ projectId: string; kind: TaggedKind; id: string }>

/** What every wanted thing must carry: `key=value`, or `key` with any value. */
export type TagFilter = readonly string[]

/** 43 is the documented length of a value with its narrow set of characters; 255 is that of newer editions. */
export type TagRules = Readonly<{ valueLengthMax: 43 | 255 }>

export const TAGS_MAX = 20
export const DOCUMENTED_TAG_RULES: TagRules = { valueLengthMax: 43 }

/**
 * Checks tags as a user gave them. Of equal keys the last counts, as setting a key again replaces its value.
 * @throws Refusal `tag.badKey`, `tag.badValue`, `tag.tooMany`
 */
export function checkTags(given: readonly Tag[] | null | undefined, rules: TagRules): Tag[] {
  const values = new Map<string, string>()
  for (const { key, value } of given ?? []) {
    if (!isTagKey(key)) throw TAG_ERRORS.badKey(key)
    if (!isTagValue(value, rules)) throw TAG_ERRORS.badValue(key, rules.valueLengthMax)
    values.set(key, value)
  }
  if (values.size > TAGS_MAX) throw TAG_ERRORS.tooMany(values.size)
  return [...values].map(([key, value]) => ({ key, value }))
}

/** Reads the filter `k=v,k2=v2` of lists. */
export function parseTagFilter(text: string | null | undefined): TagFilter {
  const wanted = (text ?? '').split(',').map((part) => part.trim())
  const filter = [...new Set(wanted)].filter((part) => part !== '')
  if (filter.length > TAGS_MAX) throw TAG_ERRORS.filterTooLong()
  return filter
}

/** Tags are compared with the filter as texts: a "=" inside a key or a value needs no rule of its own. */
export function matchesTagFilter(tags: readonly Tag[], filter: TagFilter): boolean {
  return filter.every((wanted) => tags.some(({ key, value }) => wanted === key || wanted === `${key}=${value}`))
}

/** The documents print two rules for keys side by side; a key is good when it keeps either. */
function isTagKey(key: string): boolean {
  return !key.startsWith('_sys_') && (isShortText(key, 36) || isWideText(key, 128))
}

function isTagValue(value: string, { valueLengthMax }: TagRules): boolean {
  return value === '' || isShortText(value, 43) || (valueLengthMax === 255 && isWideText(value, 255))
}

/** Any characters but control characters and `= * < > \ |`; no blank in front. */
function isShortText(text: string, lengthMax: number): boolean {
  return /^(?! )[^=*<>\\|\p{Cc}\p{Cs}]+$/u.test(text) && [...text].length <= lengthMax
}

/** Letters, digits, blanks and `_ . : = + - @`; no blank at the ends. */
function isWideText(text: string, lengthMax: number): boolean {
  return /^(?! )[\p{L}\p{N} _.:=+\-@]+(?<! )$/u.test(text) && [...text].length <= lengthMax
}
