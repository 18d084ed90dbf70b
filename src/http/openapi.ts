import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { HttpParts } from './parts.ts'
import { createHttp } from './server.ts'

/** The OpenAPI 3.1 document of everything the server answers, made from the routes themselves. */
export async function describeHttp(parts: HttpParts): Promise<Record<string, unknown>> {
  const app = await createHttp(parts, async (fresh) => {
    await fresh.register(swagger, {
      exposeHeadRoutes: true,
      refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Headgate', version: parts.version, description: DESCRIPTION },
        servers: [{ url: 'http://127.0.0.1:8090', description: 'The default address.' }],
        components: {
          securitySchemes: {
            token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'From POST /v3/auth/tokens.' },
            signature: {
              type: 'apiKey',
              in: 'header',
              name: 'Authorization',
              description: 'SDK-HMAC-SHA256 with an access key, as the SDKs make it.',
            },
          },
        },
      },
    })
  })
  await app.ready()
  const document = completed(app)
  await app.close()
  return document
}

const DESCRIPTION =
  "DLI's API for Flink jobs, the identity calls its clients make, and Headgate's own API under /api/v1. Every answer has the header X-Request-Id; X-Language (en-us, zh-cn) chooses the language of texts."

type Operation = Record<string, unknown> & { parameters?: { name: string }[] }

/** Two things the routes cannot say: the name of the rest of a path, and a body that is not JSON. */
function completed(app: FastifyInstance): Record<string, unknown> {
  const document = structuredClone(app.swagger()) as unknown as { paths: Record<string, Record<string, Operation>> }
  for (const [path, operations] of Object.entries(document.paths)) {
    if (!path.includes('{*}')) continue
    for (const operation of Object.values(operations)) {
      for (const parameter of operation.parameters ?? []) if (parameter.name === '*') parameter.name = 'key'
    }
    if (operations.put) operations.put.requestBody = { required: true, content: { 'application/octet-stream': {} } }
    document.paths[path.replace('{*}', '{key}')] = operations
    delete document.paths[path]
  }
  return document
}
