import { describe, expect, it } from 'vitest'
import { readJsonBody } from './request-body.ts'

const read = (text: string) => readJsonBody(Buffer.from(text))

describe('a JSON body', () => {
  it('loses its nulls at every level, as if they were not given', () => {
    expect(read('{"a":null,"b":{"c":null,"d":1}}')).toEqual({ b: { d: 1 } })
  })

  it('keeps a null inside an array, where it is an item', () => {
    expect(read('{"a":[null]}')).toEqual({ a: [null] })
  })

  it('loses a key called __proto__, and changes nobody’s prototype', () => {
    const body = read('{"__proto__":{"admin":true},"a":1}')
    expect(Object.keys(body)).toEqual(['a'])
    expect(Reflect.get({}, 'admin')).toBeUndefined()
    expect(Reflect.get(body, 'admin')).toBeUndefined()
  })

  it.each([
    ['nothing', '', 'request.bodyMissing'],
    ['a cut-off object', '{"a":', 'request.notJson'],
    ['an array', '[]', 'request.notAnObject'],
    ['a text', '"x"', 'request.notAnObject'],
    ['null', 'null', 'request.notAnObject'],
    ['a deep nest', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, 'request.tooDeep'],
    ['a very deep nest', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'request.notAnObject'],
    ['a very deep nest inside', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'request.tooDeep'],
    ['U+0000 in a text', '{"a":{"b":["x\\u0000"]}}', 'request.fieldBad'],
    ['half a surrogate pair', '{"a":"\\ud83d"}', 'request.fieldBad'],
  ])('is refused when it is %s', (_what, text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }))
  })

  it('is refused when it is not UTF-8', () => {
    const latin1 = Buffer.from([...Buffer.from('{"a":"'), 0xe9, ...Buffer.from('"}')])
    expect(() => readJsonBody(latin1)).toThrow(expect.objectContaining({ code: 'request.notJson' }))
  })

  it('names the place of a bad text', () => {
    expect(() => read('{"a":{"b":["x\\u0000"]}}')).toThrow('a.b[0]')
  })
})
