/** Every field of every request and answer in the OpenAPI document says what it is, in both languages, and what fits in it. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

type Schema = Readonly<{
  type?: string
  description?: string
  'x-description-zh'?: string
  'x-unlimited'?: string
  'x-unlimited-zh'?: string
  example?: unknown
  default?: unknown
  const?: unknown
  enum?: readonly unknown[]
  minimum?: number
  maximum?: number
  maxLength?: number
  pattern?: string
  maxItems?: number
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  additionalProperties?: Schema | boolean
  $ref?: string
}>

type Parameter = Pick<Schema, 'description' | 'x-description-zh'> & Readonly<{ name: string; schema?: Schema }>
type Content = Readonly<{ content?: Readonly<Record<string, { schema?: Schema }>> }>
type Operation = Readonly<{
  operationId: string
  parameters?: readonly Parameter[]
  requestBody?: Content
  responses: Readonly<Record<string, Content>>
}>

const openApi: {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
} = JSON.parse(readFileSync('api/openapi.json', 'utf8'))

type Found = Readonly<{ where: string; schema: Schema; isNamed: boolean }>

const found = [
  ...Object.values(openApi.paths).flatMap((operations) => Object.values(operations).flatMap(ofOperation)),
  ...Object.entries(openApi.components.schemas).flatMap(([name, schema]) => inside(name, schema)),
]
const fields = found.filter(({ isNamed }) => isNamed)
/** What holds a value itself, and nothing further. */
const leaves = found.flatMap(({ where, schema }) => (schema.anyOf ?? [schema]).map((each) => ({ where, schema: each })))

function ofOperation({ operationId, parameters = [], requestBody, responses }: Operation): Found[] {
  const asked = parameters.map(({ name, schema, ...words }) => ({
    where: `${operationId}(${name})`,
    schema: { ...schema, ...words },
    isNamed: true,
  }))
  const bodies = [['body', requestBody] as const, ...Object.entries(responses)]
  const inBodies = bodies.flatMap(([place, body]) =>
    Object.values(body?.content ?? {}).flatMap(({ schema = {} }) => inside(`${operationId} ${place}: `, schema)),
  )
  return [...asked, ...inBodies]
}

function inside(where: string, schema: Schema): Found[] {
  const { properties = {}, items, anyOf = [], additionalProperties } = schema
  const named = Object.entries(properties).map(([name, each]) => ({
    where: `${where}.${name}`,
    schema: each,
    isNamed: true,
  }))
  const member = items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  const members = member ? [{ where: `${where}[]`, schema: member, isNamed: false }] : []
  return [
    ...[...named, ...members].flatMap((each) => [each, ...inside(each.where, each.schema)]),
    ...anyOf.flatMap((each) => inside(where, each)),
  ]
}

const namesOf = (wrong: readonly { where: string }[]) => [...new Set(wrong.map(({ where }) => where))]

it('the document has fields', () => {
  expect(fields.length).toBeGreaterThan(1000)
})

it('every field has a description in both languages', () => {
  const han = /\p{Script=Han}/u
  const isDescribed = ({ schema }: Found) => schema.description && han.test(schema['x-description-zh'] ?? '')
  expect(namesOf(fields.filter((field) => !isDescribed(field)))).toEqual([])
})

it('every field has a type, but for what holds anything', () => {
  const ANYTHING = /\.(execute_graph|projectId|job_type)$/
  const isTyped = ({ type, anyOf, enum: choices, const: only, $ref }: Schema) =>
    type || anyOf || choices || only || $ref
  expect(namesOf(fields.filter(({ schema, where }) => !isTyped(schema) && !ANYTHING.test(where)))).toEqual([])
})

it('every text, list and integer has a limit, or says why there is none', () => {
  expect(namesOf(leaves.filter(({ schema }) => !isLimited(schema)))).toEqual([])
  expect(found.filter(({ schema }) => schema['x-unlimited'] && !schema['x-unlimited-zh'])).toEqual([])
})

function isLimited(schema: Schema): boolean {
  if (schema.enum || schema.const !== undefined || schema['x-unlimited']) return true
  if (schema.type === 'string') return schema.maxLength !== undefined || isBounded(schema.pattern)
  if (schema.type === 'array') return schema.maxItems !== undefined
  return schema.type !== 'integer' || (schema.minimum !== undefined && schema.maximum !== undefined)
}

const isBounded = (pattern = '+') => !/[*+]/.test(pattern)

it('every value has an example', () => {
  const isValue = ({ type }: Schema) => ['string', 'integer', 'number', 'boolean'].includes(type ?? '')
  const values = found.filter(({ schema }) => (schema.anyOf ?? [schema]).some(isValue))
  expect(namesOf(values.filter(({ schema }) => schema.example === undefined))).toEqual([])
})

it('what speaks of a default names it for programs, too', () => {
  const speaks = ({ schema, where }: Found) =>
    /\bDefault (?!the |that )[^\s;]+($|[^;\S]|\.)/.test(schema.description ?? '') && !/^update\w+ body/.test(where)
  expect(namesOf(fields.filter((field) => speaks(field) && field.schema.default === undefined))).toEqual([])
})

it('what counts CUs, bytes or time names the unit', () => {
  const counts = ({ schema, where }: Found) =>
    /integer|number/.test(`${schema.type} ${schema.anyOf?.map(({ type }) => type)}`) &&
    /(^|[^a-z])(CUs|[Bb]ytes|[Ss]econds|Milliseconds|Minutes|Cores)\b/.test(schema.description ?? '') &&
    !/records|per second/i.test(schema.description ?? '') &&
    !/charg/.test(where)
  expect(namesOf(fields.filter((field) => counts(field) && !('x-unit' in field.schema)))).toEqual([])
})
