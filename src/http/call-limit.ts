import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { REQUEST_ERRORS } from './request-errors.ts'

const WINDOW_MS = 60_000

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose call it counts as: a user, whatever he signs in with, or the address of who is not let in. */
    countsFor?: string
  }
}

/** Counts a call for a client. @throws Refusal `request.tooManyCalls` when it is one too many */
export type CallLimit = (request: FastifyRequest, client: string) => Promise<void>

/** `callsPerMinute` 0: no limit. Counts are kept in memory, for the few thousand clients that called last. */
export async function createCallLimit(app: FastifyInstance, callsPerMinute: number): Promise<CallLimit> {
  if (callsPerMinute === 0) return async () => undefined
  await app.register(rateLimit, { global: false })
  const count = app.createRateLimit({
    max: callsPerMinute,
    timeWindow: WINDOW_MS,
    keyGenerator: (request) => request.countsFor ?? request.ip,
  })
  return async (request, client) => {
    request.countsFor = client
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded)
      throw REQUEST_ERRORS.tooManyCalls(callsPerMinute, counted.ttlInSeconds)
  }
}
