import { JOB_ERRORS, type JobId } from '../../jobs/index.ts'
import { REQUEST_ERRORS, shown } from '../request-errors.ts'

/** A job id from a path or a body: a positive integer, or a text of digits. Null: it is none. */
export function parseJobId(value: unknown): JobId | null {
  const isText = typeof value === 'string' && /^\d+$/.test(value)
  const number = isText ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? (number as JobId) : null
}

/**
 * A number beyond those that JSON carries exactly is a good id in DLI (a Long), of a job that cannot be here.
 * @throws Refusal `request.badJobId`, `job.notFound`
 */
export function toJobId(value: unknown): JobId {
  const id = parseJobId(value)
  if (id !== null) return id
  const text = String(value)
  throw /^0*[1-9]\d*$/.test(text) ? JOB_ERRORS.notFound(shown(text)) : REQUEST_ERRORS.badJobId(text)
}
