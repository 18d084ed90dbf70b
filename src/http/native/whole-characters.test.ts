import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeCharacters } from './whole-characters.ts'

describe('a page of text', () => {
  it('never ends inside a character, and pages put together give the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 4, max: 9 }), (text, size) => {
        const bytes = Buffer.from(text)
        let read = ''
        for (let at = 0; at < bytes.length; ) {
          const page = wholeCharacters(bytes.subarray(at, at + size))
          expect(page.length).toBeGreaterThan(0)
          read += Buffer.from(page).toString('utf8')
          at += page.length
        }
        expect(read).toBe(text)
      }),
      { seed: 5 },
    )
  })

  it('gets on through bytes that are no text', () => {
    expect(wholeCharacters(Uint8Array.of(0xff, 0x80, 0x80, 0x80))).toHaveLength(4)
    expect(wholeCharacters(Uint8Array.of(0xe4))).toHaveLength(1)
    expect(wholeCharacters(Uint8Array.of())).toHaveLength(0)
  })
})
