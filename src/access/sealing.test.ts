import { expect, test } from 'vitest'
import { seal, unseal } from './sealing.ts'

const KEY = Buffer.alloc(32, 1)

test('a sealed secret opens with the same key and owner, and with nothing else', () => {
  const sealed = seal(KEY, 'AK1', 'geheim 秘密')
  expect(sealed).not.toContain('geheim')
  expect(unseal(KEY, 'AK1', sealed)).toBe('geheim 秘密')
  expect(seal(KEY, 'AK1', 'geheim 秘密')).not.toBe(sealed)
  expect(() => unseal(KEY, 'AK2', sealed)).toThrow('AK2')
  expect(() => unseal(Buffer.alloc(32, 2), 'AK1', sealed)).toThrow('key file')
  const changed = `${sealed.slice(0, -2)}${sealed.at(-2) === 'A' ? 'B' : 'A'}${sealed.at(-1)}`
  expect(() => unseal(KEY, 'AK1', changed)).toThrow('key file')
  expect(() => unseal(KEY, 'AK1', 'v0.a.b.c')).toThrow('unknown form')
})
