import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { bodyCheck } from './body-check.ts'

const check = bodyCheck(
  Type.Object({
    name: Type.String(),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    kind: Type.Optional(Type.Enum(['a', 'b'])),
    number: Type.Optional(Type.Union([Type.Integer(), Type.String({ pattern: '^\\d+$' })])),
    either: Type.Optional(Type.Union([Type.Boolean(), Type.Enum(['true', 'false'])])),
    tags: Type.Optional(Type.Array(Type.Object({ key: Type.String() }))),
    pairs: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer()]))),
    deep: Type.Optional(Type.Object({ size: Type.Optional(Type.Number()) })),
  }),
)

describe('the check of a body', () => {
  it('lets good and unknown fields pass', () => {
    expect(check({ name: 'x', count: 9, unknown: {} })).toMatchObject({ name: 'x' })
  })

  it.each([
    [{}, 'name is missing. It is mandatory.'],
    [{ name: 5 }, 'name is not valid: it must be text.'],
    [{ name: 'x', count: '2' }, 'count is not valid: it must be an integer from 1 to 9.'],
    [{ name: 'x', count: 10 }, 'count is not valid: it must be an integer from 1 to 9.'],
    [{ name: 'x', kind: 'c' }, 'kind is not valid: it must be a or b.'],
    [{ name: 'x', either: 1 }, 'either is not valid: it must be true or false, also as text.'],
    [{ name: 'x', number: 'many' }, 'number is not valid: it must be an integer, also as text.'],
    [{ name: 'x', tags: 'k=v' }, 'tags is not valid: it must be an array (each item an object).'],
    [{ name: 'x', tags: [{ key: 'k' }, { key: 1 }] }, 'tags[1].key is not valid: it must be text.'],
    [{ name: 'x', tags: [{}] }, 'tags[0].key is missing. It is mandatory.'],
    [{ name: 'x', pairs: { a: [] } }, 'pairs.a is not valid: it must be text or an integer.'],
    [{ name: 'x', deep: { size: '4' } }, 'deep.size is not valid: it must be a number.'],
  ])('says of %j: %s', (body, message) => {
    expect(() => check(body)).toThrow(message)
  })

  it.each([
    ['count', '2', 'count 无效：应为1至9之间的整数。'],
    ['number', 'many', 'number 无效：应为整数，也可为字符串形式。'],
    ['either', 1, 'either 无效：应为true或false，也可为字符串形式。'],
  ])('says it of %s in Chinese as well', (field, value, zh) => {
    const refusal = (() => {
      try {
        return check({ name: 'x', [field]: value })
      } catch (error) {
        return error
      }
    })()
    expect(refusal).toMatchObject({ field, texts: { zh } })
  })
})
