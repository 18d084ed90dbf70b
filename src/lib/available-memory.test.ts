import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { availableMemory, cachedBytes } from './available-memory.ts'

test('files in the cache that nobody used lately are memory that is left', () => {
  const stat = 'anon 900\nfile 5000\nfile_mapped 100\ninactive_anon 7\nactive_file 1000\ninactive_file 4000\nslab 3\n'
  expect(cachedBytes(stat)).toBe(4000)
  expect(cachedBytes('')).toBe(0)
})

test('some memory is left, and no more than there is', () => {
  expect(availableMemory()).toBeGreaterThan(0)
  expect(availableMemory()).toBeLessThanOrEqual(totalmem())
})
