import type { FastifyRequest } from 'fastify'
import type { Access, Caller } from '../access/index.ts'
import { Refusal } from '../lib/errors.ts'
import type { CallLimit } from './call-limit.ts'
import type { HttpParts } from './parts.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

/**
 * Who asks. A token is checked before the body is read; a signature covers the body and so is checked after. When both
 * are sent, the valid one counts.
 */
export interface Identify {
  /** Whoever signs in is nobody yet: it counts for the address, apart from other calls. */
  atSignIn(request: FastifyRequest): Promise<void>
  /** Before the body: the caller of a valid token; null when a signature is to be checked later. */
  beforeBody(request: FastifyRequest): Promise<Caller | null>
  /** After the body: the caller of a valid signature. */
  bySignature(request: FastifyRequest, body: Buffer | null): Promise<Caller>
}

/** Every call counts: for its user, or, when nobody is let in, for the address. */
export function createIdentify({ access }: Pick<HttpParts, 'access'>, count: CallLimit): Identify {
  const counted = async <Found extends Caller | null>(request: FastifyRequest, finding: Promise<Found>) => {
    const caller = await finding.catch(async (error: unknown) => {
      if (error instanceof Refusal) await count(request, `address ${request.ip}`)
      throw error
    })
    if (caller) await count(request, `user ${caller.userId}`)
    return caller
  }
  return {
    atSignIn: (request) => count(request, `sign-in ${request.ip}`),
    beforeBody: (request) => counted(request, callerBeforeBody(access, request)),
    bySignature: (request, body) => counted(request, callerBySignature(access, request, body)),
  }
}

const SIGNATURE = /^\s*SDK-HMAC-SHA256\s/i

const NO_BODY = Buffer.alloc(0)

async function callerBeforeBody(access: Access, request: FastifyRequest): Promise<Caller | null> {
  const token = request.headers['x-auth-token']
  const isSigned = request.headers.authorization !== undefined
  if (typeof token !== 'string' || token === '') {
    if (isSigned) return null
    throw REQUEST_ERRORS.credentialsMissing()
  }
  try {
    return await access.authenticateToken(token)
  } catch (error) {
    if (isSigned && SIGNATURE.test(request.headers.authorization ?? '')) return null
    throw error
  }
}

function callerBySignature(access: Access, request: FastifyRequest, body: Buffer | null): Promise<Caller> {
  const [rawPath = '', ...query] = request.raw.url?.split('?') ?? []
  const params = request.params as Record<string, string | undefined>
  return access.authenticateSignature({
    method: request.method,
    rawPath,
    rawQuery: query.join('?'),
    headers: request.headers,
    body: body ?? NO_BODY,
    pathProjectId: params.project_id ?? null,
  })
}
