import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskBytes, maskText, maskValue } from './masking.ts'

test.each([
  ['login with s3cret failed, s3cret is wrong', 'login with ****** failed, ****** is wrong'],
  ['a text whose end is cut: s3cr', 'a text whose end is cut: ******'],
  ['cret is where this one begins', '****** is where this one begins'],
  ['s3c and ret tell nothing', 's3c and ret tell nothing'],
])('hides the secret in %j', (text, hidden) => {
  expect(maskText(text, ['s3cret'])).toBe(hidden)
})

test('hides the longer of two secrets whole, and leaves what is shorter than four characters', () => {
  expect(maskText('pass, password, abc', ['pass', 'password', 'abc'])).toBe('******, ******, abc')
})

test('hides secrets inside values, and nothing but texts', () => {
  const at = new Date(0)
  expect(maskValue({ a: ['s3cret', 7, null], b: { c: 'x s3cret', at } }, ['s3cret'])).toEqual({
    a: ['******', 7, null],
    b: { c: 'x ******', at },
  })
})

test('keeps every byte of a log where it is', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), secret, (words, hidden) => {
      const log = Buffer.from(words.join(hidden))
      const masked = maskBytes(log, [hidden])
      expect(masked).toHaveLength(log.length)
      expect(masked.includes(hidden)).toBe(/^\**$/u.test(hidden) && masked.includes(hidden))
    }),
  )
})
