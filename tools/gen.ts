import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GENERATED } from './generated.ts'
import { NotHere } from './generators/not-here.ts'

/** `npm run gen`: writes every generated file anew. */
const root = join(import.meta.dirname, '..')

for (const [path, make] of Object.entries(GENERATED)) {
  try {
    await writeFile(join(root, path), await make())
    console.log(path)
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    console.log(`${path} stays as it is: ${error.message}`)
  }
}
