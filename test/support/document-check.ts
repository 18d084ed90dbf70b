/** Holds answers against the OpenAPI document: its schemas must allow everything that the service really answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { ROOT } from './source-files.ts'
import type { RawAnswer, RawRequest } from './wire-check.ts'

type Response = Readonly<{ content?: Readonly<Record<string, { schema?: TSchema & { $ref?: string } }>> }>
type Operation = Readonly<{ operationId: string; responses: Readonly<Record<string, Response>> }>

const document: {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, TSchema> }
} = JSON.parse(readFileSync(join(ROOT, 'api/openapi.json'), 'utf8'))

const places = Object.entries(document.paths)
  .map(([path, operations]) => ({ operations, pattern: patternOf(path), parameters: path.split('{').length }))
  .sort((a, b) => a.parameters - b.parameters)

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll('.', '\\.').replace('{key}', '.+')
  return new RegExp(`^${escaped.replace(/\{[^}]+\}/gu, '[^/]+')}$`, 'u')
}

/** What of the answer the document does not allow; empty for what it does not describe. */
export function documentProblems({ method, path }: RawRequest, { status, body }: RawAnswer): string[] {
  const place = places.find(({ operations, pattern }) => method.toLowerCase() in operations && pattern.test(path))
  const operation = place?.operations[method.toLowerCase()]
  if (!operation || method === 'HEAD') return []
  const response = operation.responses[status] ?? operation.responses[`${String(status)[0]}XX`]
  if (!response) return [`${operation.operationId}: the document knows no HTTP ${status}`]
  const schema = response.content?.['application/json']?.schema
  const errors = schema ? [...validatorOf(schema).Errors(body)] : []
  return errors.map(
    ({ instancePath, message }) => `${operation.operationId}: ${instancePath} ${message} by the document`,
  )
}

const validators = new Map<TSchema, Validator>()

function validatorOf(schema: TSchema & { $ref?: string }): Validator {
  const whole = document.components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema
  const validator = validators.get(whole) ?? Compile(whole)
  validators.set(whole, validator)
  return validator
}
