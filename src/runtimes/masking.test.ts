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

test('hides the lines of a secret, however they are joined', () => {
  const pem = '-----BEGIN KEY-----\r\nMIIEpAIBAAKCAQEA\nhgnf7Qw2\n-----END KEY-----\n'
  const joined = 'boom with [-----BEGIN KEY----- MIIEpAIBAAKCAQEA\thgnf7Qw2 -----END KEY-----, fail]'
  expect(maskText(joined, [pem])).toBe('boom with [****** ******\t****** ******, fail]')
  expect(maskText(`args: ${pem}.`, [pem])).toBe('args: ******.')
})

test('hides the beginning and the end of a long secret wherever a text was cut', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJoZyJ9.c2lnbmF0dXJl'
  const cut = `failed: ${jwt.slice(0, 30)}\n at here, then ...${jwt.slice(-20)} and ${jwt}; ${jwt.slice(0, 15)} tells little`
  expect(maskText(cut, [jwt])).toBe(
    `failed: ******\n at here, then ...****** and ******; ${jwt.slice(0, 15)} tells little`,
  )
})

test('hides secrets inside values, and nothing but texts', () => {
  const at = new Date(0)
  expect(maskValue({ a: ['s3cret', 7, null], b: { c: 'x s3cret', at } }, ['s3cret'])).toEqual({
    a: ['******', 7, null],
    b: { c: 'x ******', at },
  })
})

test('keeps every byte of a log where it is', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 })
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), secret, (words, hidden) => {
      const log = Buffer.from(words.join(hidden))
      const masked = maskBytes(log, [hidden])
      expect(masked).toHaveLength(log.length)
      expect(masked.includes(hidden)).toBe(/^\**$/u.test(hidden) && masked.includes(hidden))
    }),
    { seed: 5 },
  )
})
