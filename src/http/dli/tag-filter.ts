import type { Tag } from '../../tags/index.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'

/** `k=v` texts as pairs. @throws Refusal `request.fieldBad` for one without a value */
export function toTagPairs(parts: readonly string[]): Tag[] {
  return parts.map((part) => {
    const at = part.indexOf('=')
    if (at < 1)
      throw REQUEST_ERRORS.fieldBad('tags', { en: 'key=value pairs separated by commas', zh: '以逗号分隔的 key=value' })
    return { key: part.slice(0, at).trim(), value: part.slice(at + 1).trim() }
  })
}
