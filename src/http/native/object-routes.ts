import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ObjectRef, ObjectStat } from '../../storage/index.ts'
import type { Identify } from '../identify.ts'
import type { HttpParts } from '../parts.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { OBJECT_DOCUMENTS, OBJECT_PATH } from './object-documents.ts'
import { readRange } from './range.ts'
import { uploadOf } from './upload.ts'

/**
 * Objects go in and out as streams: nothing is held in memory whole, and an upload that breaks off leaves nothing behind
 * (the store makes an object visible when its last byte is there).
 */
export function registerObjectRoutes(scope: FastifyInstance, parts: HttpParts, identify: Identify): void {
  const doors = { parts, identify }
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  scope.addHook('onRequest', async (request) => {
    request.earlyCaller = await identify.beforeBody(request)
  })
  const route = (
    id: keyof typeof OBJECT_DOCUMENTS,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ) =>
    scope.route({
      method: OBJECT_DOCUMENTS[id].method,
      url: OBJECT_PATH,
      schema: OBJECT_DOCUMENTS[id].schema,
      config: { room: 'native', operation: id },
      handler,
    })
  route('putObject', (request, reply) => put(doors, request, reply))
  route('getObject', (request, reply) => get(doors, request, reply))
  route('headObject', (request, reply) => head(doors, request, reply))
  route('deleteObject', async (request, reply) => {
    await doors.parts.objects.delete(await refOf(doors, request))
    return reply.code(204).send()
  })
}

/** What the routes need. */
type Doors = Readonly<{ parts: HttpParts; identify: Identify }>

async function put(doors: Doors, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const ref = await refOf(doors, request)
  const content = request.body instanceof Readable ? uploadOf(request.body) : Readable.from([])
  await doors.parts.objects.ensureBucket(ref)
  const stat = await doors.parts.objects.put(ref, content)
  return reply.code(201).send({ bucket: ref.bucket, key: stat.key, size: stat.sizeBytes })
}

async function get(doors: Doors, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const ref = await refOf(doors, request)
  const header = request.headers.range
  const size = header === undefined ? null : ((await doors.parts.objects.stat(ref))?.sizeBytes ?? null)
  const range = header === undefined || size === null ? null : readRange(header, size)
  const { stat, content } = await doors.parts.objects.get(ref, range ?? undefined)
  describe(reply, stat)
  if (range) {
    reply.code(206).header('content-range', `bytes ${range.startByte}-${range.endByte - 1}/${stat.sizeBytes}`)
    reply.header('content-length', range.endByte - range.startByte)
  }
  return reply.send(content)
}

async function head(doors: Doors, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const stat = await doors.parts.objects.stat(await refOf(doors, request))
  if (!stat) return reply.code(404).send()
  describe(reply, stat)
  return reply.send()
}

function describe(reply: FastifyReply, stat: ObjectStat): void {
  reply
    .type('application/octet-stream')
    .header('content-length', stat.sizeBytes)
    .header('last-modified', stat.modifiedAt.toUTCString())
    .header('accept-ranges', 'bytes')
    .header('x-content-type-options', 'nosniff')
}

/** Who asks is checked here; the key is read from the path as sent, where a trailing slash still counts. */
async function refOf(doors: Doors, request: FastifyRequest): Promise<ObjectRef> {
  const caller = request.earlyCaller ?? (await callerOfSignature(doors, request))
  const { project_id = '', bucket = '' } = request.params as { project_id?: string; bucket?: string }
  const { projectId } = doors.parts.access.requireProject(caller, project_id)
  return { projectId, bucket, key: keyOf(request) }
}

/** The signature covers the hash of the body, which is not known before the whole of it was stored. */
async function callerOfSignature(doors: Doors, request: FastifyRequest) {
  const hasBody = request.method === 'PUT'
  if (hasBody && request.headers['x-sdk-content-sha256'] !== 'UNSIGNED-PAYLOAD') throw REQUEST_ERRORS.hashOfStream()
  return doors.identify.bySignature(request, null)
}

function keyOf(request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').split('?')
  const segments = path.split('/').slice(OBJECT_PATH.split('/').length - 1)
  return decodeURIComponent(segments.join('/'))
}
