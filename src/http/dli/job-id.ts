import type { JobId } from '../../jobs/index.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'

/** A job id from a path or a body: a positive integer, or a text of digits. @throws Refusal `request.badJobId` */
export function toJobId(value: unknown): JobId {
  const isText = typeof value === 'string' && /^\d{1,16}$/.test(value)
  const number = isText ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return number as JobId
  throw REQUEST_ERRORS.badJobId(String(value))
}
