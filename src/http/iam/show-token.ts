import type { Caller, TokenFacts } from '../../access/index.ts'
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

/** A token of somebody else looks like none, but to an administrator of the same domain. */
async function inspectSubject(
  { access }: HttpParts,
  { caller, headers, setHeader }: Call<unknown, Caller>,
): Promise<TokenFacts> {
  const token = headers['x-subject-token']
  if (typeof token !== 'string' || token === '') throw REQUEST_ERRORS.fieldMissing('X-Subject-Token')
  const facts = await access.inspectToken(token)
  const mayLook = facts.userId === caller.userId || (caller.isAdmin && facts.domainId === caller.domainId)
  if (!mayLook) throw REQUEST_ERRORS.subjectUnknown()
  setHeader('x-subject-token', token)
  return facts
}
