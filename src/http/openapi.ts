import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { BODY_EXAMPLES } from './document-examples.ts'
import { CHINESE } from './document-zh.ts'
import { fillInBody, fillInParameter, type Parameter, type Schema } from './fill-in-fields.ts'
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
        info: {
          title: 'Headgate',
          version: parts.version,
          description: DESCRIPTION,
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
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
  const document = inBothLanguages(completed(app))
  await app.close()
  return document
}

const DESCRIPTION =
  "DLI's API for Flink jobs, the identity calls its clients make, and Headgate's own API under /api/v1. Every answer has the header X-Request-Id; X-Language (en-us, zh-cn) chooses the language of texts."

type Content = { schema?: Schema; example?: unknown }
type Body = { required: boolean; content: Record<string, Content> }

type Operation = Record<string, unknown> & {
  requestBody?: Body
  operationId: string
  tags: string[]
  parameters?: Parameter[] | undefined
  responses: Record<string, { content?: Record<string, Content> }>
}

/** What the routes cannot say: the name of the rest of a path, a body that is not JSON, the names of HEAD routes, the tags. */
function completed(app: FastifyInstance): Document {
  const document = structuredClone(app.swagger()) as unknown as Document
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      operation.operationId = operation.operationId.replace(/-head$/, '')
      withExample(operation)
      fillInOperation(operation)
    }
    if (!path.includes('{*}')) continue
    if (operations.put) operations.put.requestBody = { required: true, content: { 'application/octet-stream': {} } }
    document.paths[path.replace('{*}', '{key}')] = operations
    delete document.paths[path]
  }
  const { schemas } = document.components
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = fillInBody(name, schema, true)
  const tags = Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ tags }) => tags),
  )
  document.tags = [...new Set(tags)].map((name) => ({ name, 'x-name-zh': CHINESE[name] ?? name }))
  return document
}

/** What an update leaves out stays as it is: its fields have no defaults. */
function fillInOperation(operation: Operation): void {
  const { operationId } = operation
  const hasDefaults = !operationId.startsWith('update')
  const { parameters, requestBody, responses } = Object.assign(operation, withDocumented(operation, hasDefaults))
  operation.parameters = parameters?.map((parameter) => fillInParameter(operationId, withName(parameter)))
  const contents = [requestBody, ...Object.values(responses)].flatMap((each) => Object.values(each?.content ?? {}))
  for (const content of contents)
    if (content.schema) content.schema = fillInBody(operationId, content.schema, hasDefaults)
}

const withName = (parameter: Parameter) => (parameter.name === '*' ? { ...parameter, name: 'key' } : parameter)

function withExample(operation: Operation): void {
  const json = operation.requestBody?.content['application/json']
  if (json && operation.operationId in BODY_EXAMPLES) json.example = BODY_EXAMPLES[operation.operationId]
}

/** The schemas with what is documented of their fields and not checked (`Facts` in dli/fields.ts). */
function withDocumented<Value>(value: Value, hasDefaults: boolean): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => withDocumented(each, hasDefaults)) as Value
  const { documented = {}, ...rest } = value as { documented?: Record<string, unknown> }
  const { default: byDefault, ...limits } = documented
  const inner = Object.entries(rest).map(([name, each]) => [name, withDocumented(each, hasDefaults)])
  const facts = hasDefaults && byDefault !== undefined ? { ...limits, default: byDefault } : limits
  return { ...Object.fromEntries(inner), ...facts } as Value
}

type Document = Record<string, unknown> & {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const TRANSLATED = ['summary', 'description', 'x-unlimited']

/** The document with the Chinese of every text beside it, as `x-summary-zh`, `x-description-zh`, `x-unlimited-zh`. */
function inBothLanguages<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inBothLanguages) as Value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const chinese = TRANSLATED.includes(name) && typeof inner === 'string' ? CHINESE[inner] : undefined
      const translated = chinese === undefined ? [] : [[`x-${name.replace('x-', '')}-zh`, chinese]]
      return [[name, name === 'example' ? inner : inBothLanguages(inner)], ...translated]
    }),
  ) as Value
}
