import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GENERATED } from '../../tools/generated.ts'
import { NotHere } from '../../tools/generators/not-here.ts'

const root = join(import.meta.dirname, '../..')

describe('generated files', () => {
  it.for(Object.entries(GENERATED))('%s is what `npm run gen` would write', async ([path, make], { skip }) => {
    const checkedIn = await readFile(join(root, path), 'utf8')
    const made = await make().catch((error: unknown) => {
      if (error instanceof NotHere && process.env.CI !== 'true') return null
      throw error
    })
    if (made === null) return skip(`${path} cannot be made here`)
    expect(made === checkedIn, `${path} is out of date: run npm run gen and commit the result`).toBe(true)
  })
})
