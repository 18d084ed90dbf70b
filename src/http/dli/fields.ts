import { type TSchema, Type } from 'typebox'
import { INT32_MAX } from '../int32.ts'

/** Pieces of request schemas. What the contract asks to be lenient about is lenient here, and nowhere else. */

const TEXTS_MAX = 1000
const QUEUE_NAME_LENGTH_MAX = 128

/**
 * What the OpenAPI document says of a field and no check of the schema enforces: limits are the domain's to refuse, with
 * the contract's own code for each. `default` is what a creation takes; an update leaves what is absent as it is.
 */
export type Facts = Readonly<{
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  default?: unknown
  enum?: readonly unknown[]
  'x-unit'?: 'CU' | 's' | 'cores'
}>

/** An integer of everyday size; whether its value makes sense is the domain's to say. */
export const integer = (description: string, documented: Facts = {}) =>
  Type.Integer({ minimum: -INT32_MAX, maximum: INT32_MAX, description, documented })

/** A number, or a text that holds one. */
export const integerOrText = (description: string, documented: Facts = {}) =>
  Type.Union([Type.Integer({ minimum: -INT32_MAX, maximum: INT32_MAX }), Type.String({ pattern: '^-?\\d{1,9}$' })], {
    description,
    documented,
  })

export const boolean = (description: string, documented: Facts = {}) => Type.Boolean({ description, documented })

/** A boolean, or a text that says one. */
export const booleanOrText = (description: string, documented: Facts = {}) =>
  Type.Union([Type.Boolean(), Type.Enum(['true', 'false'])], { description, documented })

/** A text; with a limit where nothing further inside has one. */
export const text = (description: string, maxLength?: number, documented: Facts = {}) =>
  Type.String({ description, documented, ...(maxLength === undefined ? {} : { maxLength }) })

/** One of the values; an empty text is accepted, too, and means "not given", as it does where any text may stand. */
export const choice = <const Values extends readonly (string | number)[]>(
  values: Values,
  description: string,
  documented: Facts = {},
) => Type.Enum([...values, ''] as const, { description, documented: { ...documented, enum: values } })

export const texts = (description: string, maxLength: number) =>
  Type.Array(Type.String({ maxLength }), { description, maxItems: TEXTS_MAX })

export const queueName = (description: string) => text(description, QUEUE_NAME_LENGTH_MAX)

export const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema)

export const tagKey = text('Key of the tag: 1 to 128 characters, not beginning with _sys_.')
export const tagValue = text('Value of the tag: at most 43 characters, or 255 where the operator allows it.')

export const Tags = Type.Array(Type.Object({ key: tagKey, value: tagValue }), {
  description: 'Labels. Null means none.',
})

export function toBoolean(value: boolean | 'true' | 'false' | undefined): boolean {
  return value === true || value === 'true'
}

export function toInteger(value: number | string): number {
  return Number(value)
}

/** An empty text is no value. */
export function given<Value>(value: Value): Exclude<Value, ''> | undefined {
  return value === '' ? undefined : (value as Exclude<Value, ''>)
}

/** An empty text means "not given". */
export function orNull(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value
}

/** The value of a schema that may be null in answers. */
export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
