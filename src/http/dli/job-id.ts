import type { JobId } from '../../jobs/index.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'

/** A job id from a path or a body: a positive integer, or a text of digits. Null: it is none. */
export function parseJobId(value: unknown): JobId | null {
  const isText = typeof value === 'string' && /^\d{1,16}$/.test(value)
  const number = isText ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? (number as JobId) : null
}

/** @throws Refusal `request.badJobId` */
export function toJobId(value: unknown): JobId {
  const id = parseJobId(value)
  if (id === null) throw REQUEST_ERRORS.badJobId(String(value))
  return id
}
