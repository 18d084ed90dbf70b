import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitArguments } from './entrypoint-args.ts'

test.each([
  ['', []],
  ['  ', []],
  ['-windowSize 2000 -rate3', ['-windowSize', '2000', '-rate3']],
  [`--name '张 三' --path "a \\"b\\" c"`, ['--name', '张 三', '--path', 'a "b" c']],
  ['--re \\d+ a\\ b', ['--re', '\\d+', 'a b']],
  [`x='' "" ''`, ['x=', '', '']],
  ['a\tb\nc', ['a', 'b', 'c']],
  ['"C:\\temp"', ['C:\\temp']],
])('splits %j', (text, expected) => {
  expect(splitArguments(text)).toEqual(expected)
})

test.each(['"open', "it's", 'a "b'])('refuses the open quote in %j', (text) => {
  expect(() => splitArguments(text)).toThrow(/quote/)
})

test('whatever is put into single quotes arrives unchanged', () => {
  const words = fc.array(fc.string({ unit: 'grapheme' }).map((word) => word.replaceAll("'", '')))
  fc.assert(
    fc.property(words, (list) => {
      expect(splitArguments(list.map((word) => `'${word}'`).join(' '))).toEqual(list)
    }),
    { seed: 5 },
  )
})
