/** What the OpenAPI document gives as the limits of a field, the service refuses beyond them; at them it does not for the field's sake. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageOf, startWorld, type World } from './world.ts'

type Schema = Readonly<{
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
  enum?: readonly unknown[]
  type?: string
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
}>

type Operation = Readonly<{ requestBody: { content: { 'application/json': { schema: Schema } } } }>

const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  readFileSync('api/openapi.json', 'utf8'),
)

/** Calls that create something, with the least that they take; `#` is another number each time. */
const CALLS = [
  ['/v1.0/{project_id}/streaming/flink-jobs', { name: 'job#', resource_config_version: 'v1' }],
  ['/v1.0/{project_id}/streaming/flink-jobs', { name: 'sized#', resource_config_version: 'v2' }],
  ['/v1.0/{project_id}/streaming/sql-jobs', { name: 'sql#' }],
  ['/v1.0/{project_id}/streaming/job-templates', { name: 'template#' }],
  ['/v1.0/{project_id}/variables', { var_name: 'variable#', var_value: 'v' }],
  ['/v1.0/{project_id}/queues', { queue_name: 'queue#', cu_count: 16 }],
] as const

/** Sizes that only one version of the resources reads; the other stores them. */
const READ_BY = { v1: /^(cu_number|manager_cu_number|parallel_number|tm_cus|tm_slot_num)$/, v2: /^resource_config\./ }

let world: World
let made = 0

beforeAll(async () => {
  world = await startWorld({ environment: { HEADGATE_MAX_DRAFTS: '10000' } })
})

afterAll(() => world.stop())

const send = (path: string, body: object) => {
  made += 1
  return world.send('POST', path.replace('{project_id}', '{p}'), JSON.stringify(body).replace('#', String(made)))
}

describe.each(CALLS)('%s %j', (path, least) => {
  const schema = paths[path]?.post?.requestBody.content['application/json'].schema ?? {}
  const version = 'resource_config_version' in least ? least.resource_config_version : 'v1'
  const isRead = (name: string) => (version === 'v2' ? !READ_BY.v1.test(name) : !READ_BY.v2.test(name))
  const beyond = beyondLimits(schema).filter(({ name }) => isRead(name))

  it('takes the least', async () => {
    expect((await send(path, least)).text).toContain('true')
  })

  it.each(beyond.map((each) => [each.name, each.what, each.value] as const))(
    'refuses %s %s',
    async (name, _what, value) => {
      const reply = await send(path, withValue(least, name.split('.'), value))
      expect(reply.status, reply.text).toBe(400)
      expect(messageOf(reply)).not.toBe('')
    },
  )
})

type Beyond = Readonly<{ name: string; what: string; value: unknown }>

/** A value just outside of each limit of each field. */
function beyondLimits(schema: Schema, prefix = ''): Beyond[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, each]) => {
    const name = prefix + field
    const branches = each.anyOf ?? [each]
    return [
      ...branches.flatMap((one) => outside(one).map((found) => ({ name, ...found }))),
      ...beyondLimits(each, `${name}.`),
    ]
  })
}

function outside({
  type,
  minimum,
  maximum,
  maxLength,
  maxItems,
  items,
  enum: choices,
}: Schema): Omit<Beyond, 'name'>[] {
  const isNumber = type === 'integer' || type === 'number'
  return [
    ...(isNumber && minimum !== undefined ? [{ what: `below ${minimum}`, value: minimum - 1 }] : []),
    ...(isNumber && maximum !== undefined ? [{ what: `above ${maximum}`, value: maximum + 1 }] : []),
    ...(maxLength === undefined ? [] : [{ what: `longer than ${maxLength}`, value: 'x'.repeat(maxLength + 1) }]),
    ...(choices ? [{ what: 'that is no choice', value: 'no such choice' }] : []),
    ...(maxItems !== undefined && items ? [{ what: `more than ${maxItems}`, value: manyOf(items, maxItems + 1) }] : []),
    ...(type === 'array' && items?.maxLength
      ? [{ what: `of longer than ${items.maxLength}`, value: ['x'.repeat(items.maxLength + 1)] }]
      : []),
  ]
}

function manyOf({ properties }: Schema, count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => (properties ? { key: `k${index}`, value: 'v' } : `x${index}`))
}

function withValue(body: object, [name = '', ...rest]: string[], value: unknown): object {
  return { ...body, [name]: rest.length === 0 ? value : withValue({}, rest, value) }
}
