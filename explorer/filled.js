import { bodyOf, exampleOf } from './document.js'
import { toRequest } from './request.js'
import { inLines, state, words } from './state.js'

/**
 * What is filled in for an operation, and the request that it makes.
 * @import { Operation } from './document.js'
 * @import { Draft } from './request.js'
 * @import { Filled } from './state.js'
 */

/** What is filled in for the operation; at first the examples, and the ids that are known.
 * @param {Operation} operation
 * @returns {Filled} */
export function filledOf(operation) {
  const { operationId, parameters = [] } = operation
  const before = state.filled.get(operationId)
  if (before) {
    for (const name of Object.keys(before.path)) before.path[name] ||= state.seen[name] ?? ''
    return before
  }
  const path = Object.fromEntries(
    parameters.filter((each) => each.in === 'path').map(({ name }) => [name, state.seen[name] ?? '']),
  )
  const filled = { path, query: {}, body: bodyExample(operation), file: null, answer: null }
  state.filled.set(operationId, filled)
  return filled
}

/** @param {Operation} operation */
export function bodyExample(operation) {
  const body = bodyOf(operation)
  if (body?.kind !== 'json') return ''
  return inLines(withSeenIds(body.example ?? exampleOf(body.schema)))
}

/** Examples name job 1 and the like; what was seen here is better. @param {unknown} example */
function withSeenIds(example) {
  const id = Number(state.seen.job_id)
  if (typeof example !== 'object' || example === null || !('job_ids' in example) || !id) return example
  return { ...example, job_ids: [id] }
}

/** @param {Operation} operation @param {Filled} filled */
export function requestOf(operation, filled) {
  const body = bodyOf(operation)
  /** @type {Draft} */
  const draft = {
    method: operation.method,
    path: operation.path,
    pathValues: filled.path,
    query: filled.query,
    body: body === null ? null : body.kind === 'file' ? filled.file : filled.body,
    language: state.language,
  }
  return toRequest(draft, location.origin)
}

/** What keeps the request from being sent; a body that is no JSON does not: the service's answer to it may be wanted. @param {Filled} filled */
export function problemOf(filled) {
  const missing = Object.entries(filled.path).filter(([, value]) => value === '')
  return missing.length === 0 ? '' : words().missing + missing.map(([name]) => name).join(', ')
}

const REMEMBERED = [
  'job_id',
  'queue_name',
  'template_id',
  'task_id',
  'var_name',
  'resource_name',
  'attempt_id',
  'bucket',
]

/** Keeps the first id of each kind that the answer tells of. @param {unknown} answer */
export function rememberIds(answer) {
  /** @type {Record<string, string>} */
  const found = {}
  collectIds(answer, found)
  Object.assign(state.seen, found)
}

/** @param {unknown} value @param {Record<string, string>} found */
function collectIds(value, found) {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const isId = REMEMBERED.includes(name) && (typeof inner === 'string' || typeof inner === 'number')
    if (isId && !(name in found) && inner !== '') found[name] = String(inner)
    else collectIds(inner, found)
  }
}
