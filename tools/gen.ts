import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GENERATED } from './generated.ts'

/** `npm run gen`: writes every generated file anew. */
const root = join(import.meta.dirname, '..')

for (const [path, make] of Object.entries(GENERATED)) {
  await writeFile(join(root, path), await make())
  console.log(path)
}
