import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GENERATED } from '../../tools/generated.ts'

const root = join(import.meta.dirname, '../..')

describe('generated files', () => {
  it.each(Object.entries(GENERATED))('%s is what `npm run gen` would write', async (path, make) => {
    const checkedIn = await readFile(join(root, path), 'utf8')
    expect((await make()) === checkedIn, `${path} is out of date: run npm run gen and commit the result`).toBe(true)
  })
})
