import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Texts } from '../lib/errors.ts'
import { INT32_MAX } from './int32.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

/** Makes the check of one body schema; the answers name the field and say what it must be. */
export function bodyCheck<Body extends TSchema>(schema: Body): (value: unknown) => Static<Body> {
  const compiled = Compile(schema)
  return (value) => {
    if (compiled.Check(value)) return value as Static<Body>
    const [problem] = compiled.Errors(value)
    const path = fieldPath(problem?.instancePath ?? '')
    if (problem?.keyword === 'required') {
      const { requiredProperties = [] } = problem.params
      throw REQUEST_ERRORS.fieldMissing([path, requiredProperties[0]].filter(Boolean).join('.'))
    }
    throw REQUEST_ERRORS.fieldBad(path || 'body', expectationOf(schemaAt(schema, problem?.instancePath ?? '')))
  }
}

/** `/tags/0/key` as `tags[0].key`. */
function fieldPath(pointer: string): string {
  return segmentsOf(pointer)
    .map((segment, index) => (/^\d+$/.test(segment) ? `[${segment}]` : `${index === 0 ? '' : '.'}${segment}`))
    .join('')
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What of JSON Schema is needed to say what a field must be. */
type Described = Readonly<{
  type?: string
  anyOf?: readonly Described[]
  enum?: readonly unknown[]
  const?: unknown
  items?: Described
  properties?: Readonly<Record<string, Described>>
  /** Of a record: one, for every key. */
  patternProperties?: Readonly<Record<string, Described>>
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  maxLength?: number
  pattern?: string
}>

function schemaAt(schema: Described, pointer: string): Described {
  return segmentsOf(pointer).reduce<Described>((at, segment) => {
    const [ofAny] = Object.values(at.patternProperties ?? {})
    return at.properties?.[segment] ?? ofAny ?? at.items ?? at
  }, schema)
}

function expectationOf(schema: Described): Texts {
  if (schema.anyOf) return anyExpectation(schema.anyOf)
  if (schema.const !== undefined) return same(JSON.stringify(schema.const))
  if (schema.enum) return choiceExpectation(schema.enum)
  if (schema.type === 'array') return arrayExpectation(schema)
  return withRange(TYPE_WORDS[schema.type ?? ''] ?? same(schema.type ?? 'valid'), schema)
}

function anyExpectation(schemas: readonly Described[]): Texts {
  const parts = schemas.filter((schema) => !isWrittenOut(schema)).map(expectationOf)
  const [alsoEn, alsoZh] = schemas.some(isWrittenOut) ? [', also as text', '，也可为字符串形式'] : ['', '']
  return {
    en: `${unique(parts.map(({ en }) => en)).join(' or ')}${alsoEn}`,
    zh: `${unique(parts.map(({ zh }) => zh)).join('或')}${alsoZh}`,
  }
}

/** The text that says a number or a boolean. */
function isWrittenOut({ pattern, enum: choices }: Described): boolean {
  return pattern !== undefined || choices?.join() === 'true,false'
}

/** An empty text stands for none and need not be named. */
function choiceExpectation(choices: readonly unknown[]): Texts {
  const named = unique(choices.filter((choice) => choice !== '').map(String))
  if (named.length === 2) return { en: named.join(' or '), zh: named.join('或') }
  return { en: `one of ${named.join(', ')}`, zh: `以下之一：${named.join('、')}` }
}

const unique = (texts: readonly string[]) => [...new Set(texts)]

function arrayExpectation(schema: Described): Texts {
  const item = expectationOf(schema.items ?? {})
  const { minItems, maxItems } = schema
  const count = [
    minItems === undefined ? '' : `at least ${minItems}`,
    maxItems === undefined ? '' : `at most ${maxItems}`,
  ]
  const counted = count.filter(Boolean).join(' and ')
  const zh = [
    minItems === undefined ? '' : `至少${minItems}项`,
    maxItems === undefined ? '' : `最多${maxItems}项`,
  ].filter(Boolean)
  return {
    en: `an array (each item ${item.en}${counted ? `; ${counted} of them` : ''})`,
    zh: `数组（每项为${item.zh}${zh.length > 0 ? `，${zh.join('，')}` : ''}）`,
  }
}

function withRange(words: Texts, { minimum, maximum, maxLength }: Described): Texts {
  if (maxLength !== undefined) {
    return { en: `${words.en} of at most ${maxLength} characters`, zh: `不超过${maxLength}个字符的${words.zh}` }
  }
  if (minimum === undefined || maximum === undefined || maximum === INT32_MAX) return words
  return { en: `${words.en} from ${minimum} to ${maximum}`, zh: `${minimum}至${maximum}之间的${words.zh}` }
}

const same = (text: string): Texts => ({ en: text, zh: text })

const TYPE_WORDS: Readonly<Record<string, Texts>> = {
  integer: { en: 'an integer', zh: '整数' },
  number: { en: 'a number', zh: '数字' },
  string: { en: 'text', zh: '字符串' },
  boolean: { en: 'true or false', zh: 'true或false' },
  object: { en: 'an object', zh: '对象' },
}
