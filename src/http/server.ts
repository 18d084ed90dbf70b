import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createCallLimit } from './call-limit.ts'
import { DLI_ENDPOINTS } from './dli/index.ts'
import { SHARED_SCHEMAS } from './document.ts'
import type { Endpoint } from './endpoint.ts'
import { registerExplorer } from './explorer/index.ts'
import { IAM_ENDPOINTS } from './iam/index.ts'
import { createIdentify } from './identify.ts'
import { languageOf } from './language.ts'
import { NATIVE_ENDPOINTS, registerObjectRoutes } from './native/index.ts'
import type { HttpParts } from './parts.ts'
import { registerEndpoint } from './register-endpoint.ts'
import { type Occasion, renderError } from './render-error.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

const HEADER_BYTES_MAX = 64 * 1024
const PARAM_LENGTH_MAX = 8192
const DISCARDED_BYTES_MAX = 256 * 1024 * 1024
/** Closed at once, the connection would be reset under a client that still sends, and it would not see the answer. */
const REFUSED_LINGERS_MS = 2_000

export const ENDPOINTS: readonly Endpoint[] = [...DLI_ENDPOINTS, ...IAM_ENDPOINTS, ...NATIVE_ENDPOINTS]

/**
 * The HTTP server: DLI's API, the identity calls beside it, and Headgate's own API. `prepare` runs before the routes are
 * added (the OpenAPI generator listens there).
 */
export async function createHttp(
  parts: HttpParts,
  prepare: (app: FastifyInstance) => Promise<void> = async () => undefined,
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: parts.limits.bodyBytes,
    connectionTimeout: parts.limits.idleMs,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    genReqId: () => randomBytes(16).toString('hex'),
    http: { maxHeaderSize: HEADER_BYTES_MAX, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error, request, reply) => sendError(parts, error, request, reply),
    clientErrorHandler: (error, socket) => refuseSocket(parts, error, socket),
  })
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true }) // some SDKs send `{}` with a GET, and it is part of the signature
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true }) // no route has it, and Fastify would ask for its content type first
  acceptAnyBody(app)
  app.setValidatorCompiler(() => () => true) // bodies are checked by bodyCheck; the schemas serve the document
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  app.setErrorHandler((error, request, reply) => sendError(parts, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.raw.url?.split('?')[0] ?? ''
    sendError(parts, REQUEST_ERRORS.noSuchApi(request.method, path), request, reply)
  })
  app.server.on('checkExpectation', (_request, response: ServerResponse) => refuseExpectation(parts, response))
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema)
  await prepare(app)
  const identify = createIdentify(parts, await createCallLimit(app, parts.limits.callsPerMinute))
  for (const endpoint of ENDPOINTS) registerEndpoint(app, parts, identify, endpoint)
  registerExplorer(app)
  await app.register((scope, _options, done) => {
    registerObjectRoutes(scope, parts, identify)
    done()
  })
  return app
}

/** Every body is kept as bytes, whatever its content type says: signatures cover the bytes. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** The room and the operation of the route, or of nothing in particular. */
function occasionOf(request: FastifyRequest): Occasion {
  const { config } = request.routeOptions
  return {
    room: config?.room ?? 'general',
    operation: config?.operation ?? '',
    language: languageOf(request.headers),
    requestId: request.id,
  }
}

function sendError(parts: HttpParts, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const rendered = renderError(error, occasionOf(request), parts)
  if (rendered.status === 413 && isWorthReading(request)) reply.header('connection', 'keep-alive')
  reply
    .code(rendered.status)
    .headers({ ...rendered.headers, 'x-request-id': request.id })
    .type('application/json; charset=utf-8')
    .send(rendered.body)
}

/**
 * Many clients read an answer only after they sent the whole body. With the connection left open, Node reads on and
 * throws away; closing it would hide the answer behind a broken pipe.
 */
function isWorthReading(request: FastifyRequest): boolean {
  return Number(request.headers['content-length']) <= DISCARDED_BYTES_MAX
}

/** Node answers an `Expect` other than 100-continue by itself, with nothing in it. */
function refuseExpectation(parts: HttpParts, response: ServerResponse): void {
  const requestId = randomBytes(16).toString('hex')
  const occasion: Occasion = { room: 'general', operation: '', language: 'en', requestId }
  const { status, body } = renderError(REQUEST_ERRORS.malformed(), occasion, parts)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId })
  response.end(JSON.stringify(body))
}

/** Answers what could not be parsed as HTTP at all, in the same form as everything else, and closes. */
function refuseSocket(parts: HttpParts, error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writableEnded) return // the rest of what was refused
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const requestId = randomBytes(16).toString('hex')
  const occasion: Occasion = { room: 'general', operation: '', language: 'en', requestId }
  const { status, body } = renderError(refusalOfSocket(error), occasion, parts)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
  setTimeout(() => socket.destroy(), REFUSED_LINGERS_MS).unref()
}

function refusalOfSocket(error: NodeJS.ErrnoException) {
  if (error.code === 'HPE_HEADER_OVERFLOW') return REQUEST_ERRORS.headersTooLarge()
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? REQUEST_ERRORS.timedOut() : REQUEST_ERRORS.malformed()
}
