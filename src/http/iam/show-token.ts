import type { Caller, TokenFacts } from '../../access/index.ts'
import { Refusal } from '../../lib/errors.ts'
import { dliOperation } from '../dli/operations.ts'
import { type Call, callerEndpoint } from '../endpoint.ts'
import type { HttpParts } from '../parts.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { TokenAnswer, toTokenAnswer } from './token-wire.ts'

const shared = {
  room: 'iam',
  tag: 'Identity',
  description: 'X-Auth-Token says who asks, X-Subject-Token which token is meant: one of your own.',
} as const

export const showToken = callerEndpoint({
  ...shared,
  place: dliOperation('showToken'),
  answer: TokenAnswer,
  async handle(parts, call) {
    const facts = await inspectSubject(parts, call)
    return toTokenAnswer(facts, call.baseUrl, !call.query.has('nocatalog'))
  },
})

export const checkToken = callerEndpoint({
  ...shared,
  place: { ...dliOperation('showToken'), id: 'checkToken', method: 'HEAD', title: 'Check a token (IAM)' },
  answer: null,
  async handle(parts, call) {
    await inspectSubject(parts, call)
  },
})

/** A token of somebody else looks like none, but to an administrator of the same domain. None is no reason to sign in again. */
async function inspectSubject(
  { access }: HttpParts,
  { caller, headers, setHeader }: Call<unknown, Caller>,
): Promise<TokenFacts> {
  const token = headers['x-subject-token']
  if (typeof token !== 'string' || token === '') throw REQUEST_ERRORS.fieldMissing('X-Subject-Token')
  const facts = await access.inspectToken(token).catch(nothingFor)
  const isOwn = facts?.userId === caller.userId
  const mayLook = isOwn || (caller.isAdmin && facts?.domainId === caller.domainId)
  if (!facts || !mayLook) throw REQUEST_ERRORS.subjectUnknown()
  setHeader('x-subject-token', token)
  return facts
}

function nothingFor(error: unknown): null {
  if (error instanceof Refusal) return null
  throw error
}
