import { describe, expect, it } from 'vitest'
import { DLI_ENDPOINTS } from './index.ts'
import { DLI_OPERATIONS } from './operations.ts'

const count = (texts: readonly string[]) => new Set(texts).size

describe('the list of operations', () => {
  it('has every number of the contract’s summary', () => {
    const numbers = [...new Set(DLI_OPERATIONS.map(({ number }) => number))]
    expect(numbers).toEqual(Array.from({ length: 86 }, (_, index) => index + 1))
  })

  it('names each operation and each place once', () => {
    expect(count(DLI_OPERATIONS.map(({ id }) => id))).toBe(DLI_OPERATIONS.length)
    expect(count(DLI_OPERATIONS.map(({ method, path }) => `${method} ${path}`))).toBe(DLI_OPERATIONS.length)
  })

  it('says in a sentence what is missing, wherever something is', () => {
    for (const { id, support, note } of DLI_OPERATIONS) {
      if (support !== 'yes') expect([id, note]).toEqual([id, expect.stringMatching(/^[A-Z].*\.$/)])
    }
  })

  it('has an endpoint for each, with the identity calls in a room of their own', () => {
    const built = DLI_ENDPOINTS.map(({ place }) => place.id)
    const missing = DLI_OPERATIONS.map(({ id }) => id).filter((id) => !built.includes(id))
    expect(missing).toEqual(['createToken', 'showToken', 'listProjects'])
    expect(count(built)).toBe(built.length)
  })
})
