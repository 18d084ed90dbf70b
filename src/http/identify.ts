import type { FastifyRequest } from 'fastify'
import type { Access, Caller } from '../access/index.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

/**
 * Who asks. A token is checked before the body is read; a signature covers the body and so is checked after. When both
 * are sent, the valid one counts.
 */
const SIGNATURE = /^\s*SDK-HMAC-SHA256\s/i

const NO_BODY = Buffer.alloc(0)

/** Before the body: the caller of a valid token; null when a signature is to be checked later. */
export async function callerBeforeBody(access: Access, request: FastifyRequest): Promise<Caller | null> {
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

/** After the body: the caller of a valid signature. */
export function callerBySignature(access: Access, request: FastifyRequest, body: Buffer | null): Promise<Caller> {
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
