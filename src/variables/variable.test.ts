import { expect, test } from 'vitest'
import { fillIn, isVariableName, namesIn } from './variable.ts'

test.each([
  ['a', true],
  ['Rate_2', true],
  ['1a', true],
  ['a'.repeat(128), true],
  ['', false],
  ['12', false],
  ['_a', false],
  ['a-b', false],
  ['名', false],
  ['a'.repeat(129), false],
])('the name %j is good: %s', (name, isGood) => {
  expect(isVariableName(name)).toBe(isGood)
})

test('a text mentions each name once; braces around anything else are ordinary', () => {
  expect(namesIn('--a {{x}} --b {{y}}{{x}} {{12}} {{_z}} {{a b}} {x} {{{w}}}')).toEqual(['x', 'y', 'w'])
})

test('a value goes in as it is, and is not looked through again', () => {
  const values = [
    { name: 'x', value: '$& {{y}} "', isSensitive: false },
    { name: 'y', value: 'never', isSensitive: false },
  ]
  expect(fillIn('[{{x}}] {{unknown}}', values)).toBe('[$& {{y}} "] {{unknown}}')
})
