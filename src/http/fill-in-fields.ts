import { type Facts, FIELDS, type Field } from './document-fields.ts'
import { INT32_MAX } from './int32.ts'

/** As much of JSON Schema as the routes use. */
export type Schema = Readonly<{
  type?: string
  description?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  example?: unknown
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
}> &
  Readonly<Record<string, unknown>>

export type Parameter = Readonly<{ name: string; in: string; description?: string; schema?: Schema }>

/** The keywords that say something of a type; of others they would say nothing. */
const LIMITS: Readonly<Record<string, readonly (keyof Facts)[]>> = {
  string: ['enum', 'pattern', 'minLength', 'maxLength', 'x-unlimited'],
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  array: ['minItems', 'maxItems', 'x-unlimited'],
}

/** A parameter with what is known of its name. */
export function fillInParameter(operation: string, parameter: Parameter): Parameter {
  const { name, in: place, schema = {} } = parameter
  const field = FIELDS[`${operation}.${name}`] ?? fieldOf(place, name)
  return { ...parameter, ...wordsOf(parameter, field), schema: withFacts(schema, field, true) }
}

/** Where a schema stands: its own name, the name of what it lies in, and whether absent fields take their defaults. */
type Place = Readonly<{ name: string; parent: string; hasDefaults: boolean }>

/** A body or an answer, with what is known of each field in it by its name. */
export function fillInBody(operation: string, schema: Schema, hasDefaults: boolean): Schema {
  return fillIn(schema, { name: '', parent: operation, hasDefaults })
}

function fillIn(schema: Schema, place: Place): Schema {
  const { properties, items, anyOf, additionalProperties } = schema
  return {
    ...schema,
    ...(anyOf && { anyOf: anyOf.map((each) => fillIn(each, place)) }),
    ...(items && { items: fillInMember(items, { ...place, name: `${place.name}[]` }) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: fillInMember(additionalProperties, { ...place, name: `${place.name}{}` }),
    }),
    ...(properties && { properties: fillInFields(properties, place) }),
  }
}

function fillInFields(properties: Record<string, Schema>, { name: parent, parent: above, hasDefaults }: Place) {
  const place = { parent: parent === '' ? above : parent, hasDefaults }
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const field = fieldOf(place.parent, name)
      const described = withWordsOutside(schema)
      const filled = { ...withFacts(described, field, hasDefaults), ...wordsOf(described, field) }
      return [name, fillIn(filled, { ...place, name })]
    }),
  )
}

/** What is said of a value that may be null is said of the field. */
function withWordsOutside(schema: Schema): Schema {
  const [only, ...others] = (schema.anyOf ?? []).flatMap(({ description }) => description ?? [])
  if (schema.description || only === undefined || others.length > 0) return schema
  return { ...schema, description: only, anyOf: schema.anyOf?.map(({ description: _, ...each }) => each) ?? [] }
}

/** An item of a list or a value of a record has no words of its own. */
function fillInMember(schema: Schema, place: Place): Schema {
  return fillIn(withFacts(schema, fieldOf(place.parent, place.name), place.hasDefaults), place)
}

function fieldOf(parent: string, name: string): Field | undefined {
  return FIELDS[`${parent}.${name}`] ?? FIELDS[name]
}

function withFacts(schema: Schema, field: Field | undefined, hasDefaults: boolean): Schema {
  const { default: byDefault, example, 'x-unit': unit, ...limits } = field?.[2] ?? {}
  const limited = schema.anyOf
    ? { ...schema, anyOf: schema.anyOf.map((each) => withLimits(each, limits)) }
    : withLimits(schema, limits)
  const complete: Schema = {
    ...(unit && { 'x-unit': unit }),
    ...(hasDefaults && byDefault !== undefined && { default: byDefault }),
    ...limited,
  }
  return { ...complete, ...exampleOf(complete, example) }
}

/** The schema's own limits come first, but for those that only mean "any 32-bit number". */
function withLimits(schema: Schema, facts: Facts): Schema {
  const known = (LIMITS[schema.type ?? ''] ?? []).filter((keyword) => facts[keyword] !== undefined)
  const limits = Object.fromEntries(known.map((keyword) => [keyword, facts[keyword]]))
  const stated = Object.entries(schema).filter(([, value]) => Math.abs(Number(value)) !== INT32_MAX)
  return { ...schema, ...limits, ...Object.fromEntries(stated) }
}

function wordsOf({ description }: { description?: string }, field: Field | undefined): Record<string, string> {
  if (description || !field?.[0]) return {}
  return { description: field[0], 'x-description-zh': field[1] }
}

const COMPOSED: readonly string[] = ['object', 'array', 'null']

/** What has few values is its own example. */
function exampleOf(schema: Schema, given: unknown): { example?: unknown } {
  if (schema.example !== undefined || COMPOSED.includes(schema.type ?? '')) return {}
  if (given !== undefined) return { example: schema.type === 'string' ? String(given) : given }
  const ofAnyOf = schema.anyOf?.map((each) => exampleOf(each, undefined).example).find((each) => each !== undefined)
  const ofBoolean = schema.type === 'boolean' ? true : undefined
  const example = schema.const ?? schema.default ?? schema.enum?.[0] ?? ofBoolean ?? ofAnyOf
  return example === undefined ? {} : { example }
}
