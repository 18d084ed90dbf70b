import { describe, expect, it } from 'vitest'
import { readRange } from './range.ts'

describe('the Range header', () => {
  it.each([
    ['bytes=0-3', { startByte: 0, endByte: 4 }],
    ['bytes=4-', { startByte: 4, endByte: 10 }],
    ['bytes=8-99', { startByte: 8, endByte: 10 }],
    ['bytes=-3', { startByte: 7, endByte: 10 }],
    ['bytes=-99', { startByte: 0, endByte: 10 }],
  ])('%s of ten bytes', (header, range) => {
    expect(readRange(header, 10)).toEqual(range)
  })

  it.each(['bytes=', 'bytes=-', 'bytes=3-1', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b'])('ignores %s', (header) => {
    expect(readRange(header, 10)).toBeNull()
  })

  it.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
  ])('refuses %s of %i bytes', (header, size) => {
    expect(() => readRange(header, size)).toThrow('Range')
  })
})
