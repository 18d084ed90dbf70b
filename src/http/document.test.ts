import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { BODY_EXAMPLES } from './document-examples.ts'
import { FIELDS } from './document-fields.ts'
import { CHINESE } from './document-zh.ts'
import { ENDPOINTS } from './server.ts'

const openApi: { paths: Record<string, Record<string, { operationId: string }>> } = JSON.parse(
  readFileSync('api/openapi.json', 'utf8'),
)
const withBody = ENDPOINTS.filter(({ body }) => body !== undefined)

describe('the examples of the OpenAPI document', () => {
  it('are there for every operation with a body', () => {
    expect(withBody.map(({ place }) => place.id).filter((id) => !(id in BODY_EXAMPLES))).toEqual([])
  })

  it.each(withBody.map((endpoint) => [endpoint.place.id, endpoint] as const))(
    '%s: passes its own check',
    (id, { check }) => {
      expect(check?.(BODY_EXAMPLES[id])).toEqual(BODY_EXAMPLES[id])
    },
  )

  it('name only fields that the operation knows', () => {
    const unknown = withBody.flatMap(({ place, body }) => {
      const known = Object.keys((body as { properties?: object }).properties ?? {})
      return Object.keys(BODY_EXAMPLES[place.id] as object)
        .filter((field) => !known.includes(field))
        .map((field) => `${place.id}.${field}`)
    })
    expect(unknown).toEqual([])
  })
})

test('every summary, description and tag of the OpenAPI document is there in Chinese', () => {
  expect([...new Set(withoutChinese(openApi))]).toEqual([])
})

test('Chinese is there for nothing that the document does not say', () => {
  const document = JSON.stringify(openApi)
  expect(Object.keys(CHINESE).filter((english) => !document.includes(JSON.stringify(english)))).toEqual([])
})

test('fields are described that the document has, and no others', () => {
  const document = JSON.stringify(openApi)
  const isThere = ([key, [english]]: [string, readonly [string, ...unknown[]]]) => {
    const [name = ''] = key.split('.').at(-1)?.split(/[[{]/) ?? []
    return document.includes(`"${name}"`) && document.includes(JSON.stringify(english))
  }
  expect(Object.entries(FIELDS).filter((field) => !isThere(field))).toEqual([])
})

test('what Chinese says is Chinese', () => {
  expect(Object.entries(CHINESE).filter(([, chinese]) => !/\p{Script=Han}/u.test(chinese))).toEqual([])
})

test('every operation has an id of its own, in the way of the SDKs', () => {
  const ids = Object.values(openApi.paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([])
})

/** The texts of the document without their Chinese beside them; a field that is called `description` is no text. */
function withoutChinese(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'example') return []
    const isText = ['summary', 'description'].includes(name) && typeof inner === 'string'
    return isText ? (`x-${name}-zh` in value ? [] : [inner]) : withoutChinese(inner)
  })
}
