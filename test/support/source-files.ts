import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export type SourceFile = { path: string; text: string; imports: string[] }

/** The TypeScript files below a folder of the repository, with what each imports (paths from the root, or packages). */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `${folder}/${name}`
      const text = readFileSync(join(ROOT, path), 'utf8')
      const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/gu)].map(([, target = '']) =>
        target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), target)) : target,
      )
      return { path, text, imports }
    })
}
