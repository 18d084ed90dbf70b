/**
 * The OpenAPI document as the page needs it: a list of operations, and what to fill in. Pure; nothing here touches the page.
 *
 * @typedef {'en' | 'zh'} Language
 *
 * @typedef {object} Schema
 * @property {string} [type]
 * @property {string} [description]
 * @property {string} [x-description-zh]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema} [items]
 * @property {Schema[]} [anyOf]
 * @property {unknown[]} [enum]
 * @property {unknown} [const]
 * @property {unknown} [default]
 * @property {unknown} [example]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {string} [x-unit]
 *
 * @typedef {object} Parameter
 * @property {string} name
 * @property {'path' | 'query'} in
 * @property {boolean} [required]
 * @property {string} [description]
 * @property {string} [x-description-zh]
 * @property {Schema} [schema]
 *
 * @typedef {object} Described
 * @property {string} operationId
 * @property {string} summary
 * @property {string} [x-summary-zh]
 * @property {string} [description]
 * @property {string} [x-description-zh]
 * @property {string[]} tags
 * @property {Parameter[]} [parameters]
 * @property {{ content: Record<string, { schema?: Schema, example?: unknown }> }} [requestBody]
 * @property {object[]} [security]
 * @property {Record<string, { content?: Record<string, { schema?: Schema }> }>} [responses]
 *
 * @typedef {Described & { method: string, path: string }} Operation
 *
 * @typedef {object} OpenApi
 * @property {{ version: string }} info
 * @property {{ name: string, 'x-name-zh'?: string }[]} [tags]
 * @property {Record<string, Record<string, Described>>} paths
 */

/** Where operations stand that Headgate refuses for now. */
export const UNSUPPORTED_TAG = 'Not supported yet'

/** Limits that stand for "any 32-bit integer" say nothing to a reader. */
const INT32_MAX = 2_147_483_647

/**
 * Every operation, in the order of the document, what is not supported last.
 * @param {OpenApi} document
 * @returns {Operation[]}
 */
export function operationsOf(document) {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
  )
  return [...all.filter(isSupported), ...all.filter((operation) => !isSupported(operation))]
}

/** @param {Described} operation */
export function isSupported(operation) {
  return !operation.tags.includes(UNSUPPORTED_TAG)
}

/**
 * The operation of a link: its name in any case, or the beginning of its name (the vendor's pages link CreateFlinkJar, the
 * SDKs call it createFlinkJarJob).
 * @param {readonly Operation[]} operations
 * @param {string | null} name
 * @returns {Operation | null}
 */
export function findOperation(operations, name) {
  const wanted = (name ?? '').toLowerCase()
  if (wanted === '') return null
  const named = operations.map((operation) => ({ operation, id: operation.operationId.toLowerCase() }))
  const exact = named.find(({ id }) => id === wanted)
  const longer = named.filter(({ id }) => id.startsWith(wanted)).sort((a, b) => a.id.length - b.id.length)
  return (exact ?? longer[0])?.operation ?? null
}

/**
 * Operations in which every word is found: in the name, the path, or the title in either language.
 * @param {readonly Operation[]} operations
 * @param {string} text
 */
export function search(operations, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return operations.filter((operation) => {
    const hay = [operation.operationId, operation.method, operation.path, operation.summary, operation['x-summary-zh']]
    return words.every((word) => hay.join(' ').toLowerCase().includes(word))
  })
}

/**
 * A text of the document in the language; English where there is no other.
 * @param {{ description?: string, 'x-description-zh'?: string } | undefined} described
 * @param {Language} language
 */
export function descriptionOf(described, language) {
  return (language === 'zh' && described?.['x-description-zh']) || described?.description || ''
}

/**
 * @param {Described} operation
 * @param {Language} language
 */
export function titleOf(operation, language) {
  return (language === 'zh' && operation['x-summary-zh']) || operation.summary
}

/** @param {Operation} operation */
export function bodyOf(operation) {
  const content = operation.requestBody?.content ?? {}
  if ('application/octet-stream' in content) return /** @type {const} */ ({ kind: 'file' })
  const json = content['application/json']
  if (!json) return null
  return /** @type {const} */ ({ kind: 'json', schema: json.schema ?? {}, example: json.example })
}

/** What the operation answers when all is well; null: nothing that has fields. @param {Described} operation */
export function answerSchemaOf({ responses = {} }) {
  const [, fine] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  const schema = fine?.content?.['application/json']?.schema ?? {}
  return fieldsOf(schema).length > 0 ? schema : null
}

/**
 * A value that fits the schema, to begin from: its example or default, else the least that is mandatory.
 * @param {Schema} schema
 * @returns {unknown}
 */
export function exampleOf(schema) {
  for (const given of [schema.example, schema.default, schema.const, schema.enum?.[0]])
    if (given !== undefined) return given
  if (schema.anyOf) return exampleOf(schema.anyOf[0] ?? {})
  if (schema.type === 'object') return objectExample(schema)
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items)] : []
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1)
  if (schema.type === 'boolean') return false
  return schema.type === 'null' ? null : ''
}

/** @param {Schema} schema */
function objectExample({ properties = {}, required = [] }) {
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})]))
}

/**
 * The fields of an object and of what lies in it, one line each; `path` is as in `resource_config.max_slot`.
 * @typedef {{ path: string, depth: number, schema: Schema, isRequired: boolean }} Field
 * @param {Schema} schema
 * @param {string} [prefix]
 * @param {number} [depth]
 * @returns {Field[]}
 */
export function fieldsOf(schema, prefix = '', depth = 0) {
  if (schema.type === 'array') return fieldsOf(schema.items ?? {}, `${prefix}[]`, depth)
  const branches = schema.anyOf?.flatMap((each) => fieldsOf(each, prefix, depth)) ?? []
  if (branches.length > 0)
    return branches.filter(({ path }, at) => at === branches.findIndex((each) => each.path === path))
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isRequired = schema.required?.includes(name) ?? false
    const inner = field.type === 'array' ? field.items : field
    const innerPath = field.type === 'array' ? `${path}[]` : path
    return [{ path, depth, schema: field, isRequired }, ...fieldsOf(inner ?? {}, innerPath, depth + 1)]
  })
}

/**
 * Type and limits in a few signs that need no language: `integer 2…400`, `"v1" | "v2"`, `string ≤ 57`.
 * @param {Schema} schema
 * @returns {string}
 */
export function typeOf(schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' | ')
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]${limits(schema.minItems, schema.maxItems)}`
  if (schema.type === 'string') return `string${limits(schema.minLength, schema.maxLength)}`
  return `${schema.type ?? 'any'}${limits(schema.minimum, schema.maximum)}`
}

/**
 * @param {number | undefined} least
 * @param {number | undefined} most
 */
function limits(least, most) {
  const from = least === undefined || least <= -INT32_MAX ? null : least
  const to = most === undefined || most >= INT32_MAX ? null : most
  if (from !== null && to !== null) return ` ${from}…${to}`
  if (from !== null) return ` ≥ ${from}`
  return to === null ? '' : ` ≤ ${to}`
}

/**
 * The body with one more field, filled with its example; what is there stays.
 * @param {unknown} body
 * @param {Field} field
 * @returns {unknown}
 */
export function withField(body, field) {
  return setAt(body, field.path.split('.'), exampleOf(field.schema))
}

/**
 * @param {unknown} target
 * @param {string[]} path
 * @param {unknown} value
 * @returns {unknown}
 */
function setAt(target, [step, ...rest], value) {
  if (step === undefined) return target ?? value
  const name = step.replace('[]', '')
  const object = /** @type {Record<string, unknown>} */ (typeof target === 'object' && target !== null ? target : {})
  if (!step.endsWith('[]')) return { ...object, [name]: setAt(object[name], rest, value) }
  const items = Array.isArray(object[name]) ? object[name] : []
  return { ...object, [name]: [setAt(items[0] ?? {}, rest, value), ...items.slice(1)] }
}
