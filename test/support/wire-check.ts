/** Holds answers against the table of wire-types.ts and the OpenAPI document by where they come from, so that no test has to name the row. */
import { DLI_OPERATIONS, type DliOperation } from '../../src/http/dli/operations.ts'
import { documentProblems } from './document-check.ts'
import { WIRE_TYPES, type WireName, wireProblems } from './wire-types.ts'

export type RawAnswer = Readonly<{ status: number; body: unknown }>

export type RawRequest = Readonly<{ method: string; path: string; userAgent?: string | undefined }>

const FOR_GO = ' for the Go SDK'
const IDENTITY = /^\/v3\/(auth|projects|users|domains)\b/u

const PLACES = DLI_OPERATIONS.map((operation) => ({ operation, pattern: patternOf(operation.path) }))

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/gu, '[^/]+')}$`, 'u')
}

/** The operation a request is for; of several the one whose path says most. Null: none of DLI's. */
export function operationOf({ method, path }: RawRequest): DliOperation | null {
  const fitting = PLACES.filter(({ operation, pattern }) => operation.method === method && pattern.test(path))
  const [best] = fitting.sort((a, b) => parametersOf(a.operation) - parametersOf(b.operation))
  return best?.operation ?? null
}

const parametersOf = ({ path }: DliOperation) => path.split(':').length

/** The rows of an operation: its own and its variants, which begin with its name. */
export function rowsOf(id: string, userAgent = ''): WireName[] {
  const names = (Object.keys(WIRE_TYPES) as WireName[]).filter((name) => name === id || /^\W/u.test(after(id, name)))
  const forGo = names.filter((name) => name.endsWith(FOR_GO))
  const isGo = userAgent.includes('huaweicloud-usdk-go') && forGo.length > 0
  return isGo ? forGo : names.filter((name) => !forGo.includes(name))
}

const after = (id: string, name: string) => (name.startsWith(id) ? name.slice(id.length) : '')

/** What is wrong with an answer; empty when nothing is, and for what is no operation of DLI. */
export function answerProblems(request: RawRequest, answer: RawAnswer): string[] {
  const operation = operationOf(request)
  if (request.method === 'HEAD' || !operation) return []
  if (answer.status >= 400) {
    return wireProblems(IDENTITY.test(request.path) ? 'identity error' : 'error', answer.body)
  }
  if (answer.status !== operation.success) return [`${operation.id}: HTTP ${answer.status}, not ${operation.success}`]
  const found = rowsOf(operation.id, request.userAgent).map((name) => wireProblems(name, answer.body))
  if (found.length === 0) return [`${operation.id} has no row in wire-types.ts`]
  return found.reduce((least, problems) => (problems.length < least.length ? problems : least))
}

/** Fails with all that is wrong with the answer. */
export function checkAnswer(request: RawRequest, answer: RawAnswer): void {
  const problems = [...answerProblems(request, answer), ...documentProblems(request, answer)]
  if (problems.length === 0) return
  throw new Error(`${request.method} ${request.path} breaks the contract:\n${problems.join('\n')}`)
}
