import { Type } from 'typebox'
import type { Query } from '../query.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'

/** Rows to skip and rows to give, where the rows are few enough to be read together. */
export const Paging = Type.Object({
  limit: optional(Type.Integer({ minimum: 0, description: 'Default: all.' })),
  offset: optional(Type.Integer({ minimum: 0, description: 'Rows to skip. Default 0.' })),
})

/** @throws Refusal `request.fieldBad` */
export function pageOf(query: Query): <Row>(rows: readonly Row[]) => readonly Row[] {
  const offset = query.integer('offset', 0, REQUEST_ERRORS.fieldBad) ?? 0
  const limit = query.integer('limit', 0, REQUEST_ERRORS.fieldBad)
  return (rows) => rows.slice(offset, limit === undefined ? undefined : offset + limit)
}
