import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, ProjectCaller } from '../access/index.ts'
import { documentOf } from './document.ts'
import type { Call, Endpoint, Room } from './endpoint.ts'
import { guardOf, type Permit } from './guard.ts'
import type { Identify } from './identify.ts'
import { languageOf } from './language.ts'
import type { HttpParts } from './parts.ts'
import { Query } from './query.ts'
import { readJsonBody } from './request-body.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    room?: Room
    operation?: string
  }
  interface FastifyRequest {
    /** Who asks, as far as it was known before the body was read. */
    earlyCaller?: Caller | null
  }
}

/**
 * Adds the endpoint to the server: authenticate, check the project, read the body, check the rights, check the body, ask
 * the service, answer.
 */
export function registerEndpoint(app: FastifyInstance, parts: HttpParts, identify: Identify, endpoint: Endpoint): void {
  const { place, room, who } = endpoint
  const guard = guardOf(parts, place.id)
  app.route({
    method: place.method,
    url: place.path,
    schema: documentOf(endpoint),
    config: { room, operation: place.id },
    onRequest: async (request) => {
      if (who !== 'anyone') request.earlyCaller = await identify.beforeBody(request)
      else if (room === 'iam') await identify.atSignIn(request)
    },
    handler: async (request, reply) => {
      const asked = await callOf(parts, identify, endpoint, request, reply)
      const permit = asked.caller ? await guard(asked.caller, asked) : NOBODY_ASKS
      const call = { ...asked, body: endpoint.check ? endpoint.check(asked.body) : undefined, permit }
      request.raw.socket.setTimeout(0) // it is our turn: an idle connection is no fault of the client any more
      reply.code(place.success)
      const answer = await endpoint.handle(parts, call as Call<never, never>)
      if (endpoint.answer === null) return reply.send()
      return reply.type('application/json; charset=utf-8').send(answer)
    },
  })
}

const NOBODY_ASKS: Permit = async () => undefined

type AskedCall = Omit<Call<unknown, Caller | null>, 'permit'>

async function callOf(
  parts: HttpParts,
  identify: Identify,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AskedCall> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : null
  const caller = await whoAsks(parts, identify, endpoint, request, bytes)
  return {
    caller,
    params: request.params as Record<string, string>,
    query: new Query(request.query as Record<string, unknown>),
    body: endpoint.check ? readJsonBody(bytes ?? Buffer.alloc(0)) : undefined,
    headers: request.headers,
    language: languageOf(request.headers),
    requestId: request.id,
    address: request.ip,
    baseUrl: `${request.protocol}://${request.host}`,
    setHeader: (name, value) => void reply.header(name, value),
    setStatus: (status) => void reply.code(status),
  }
}

async function whoAsks(
  parts: HttpParts,
  identify: Identify,
  endpoint: Endpoint,
  request: FastifyRequest,
  body: Buffer | null,
): Promise<Caller | ProjectCaller | null> {
  if (endpoint.who === 'anyone') return null
  const caller = request.earlyCaller ?? (await identify.bySignature(request, body))
  if (endpoint.who === 'caller') return caller
  const { project_id: projectId = '' } = request.params as { project_id?: string }
  return parts.access.requireProject(caller, projectId)
}
