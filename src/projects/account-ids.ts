import { readFile } from 'node:fs/promises'

/** User and group ids that the machine's files know (passwd(5), group(5): the third field). */
export async function accountIds(): Promise<ReadonlySet<number>> {
  const texts = await Promise.all(['/etc/passwd', '/etc/group'].map((file) => readFile(file, 'utf8').catch(() => '')))
  return new Set(texts.flatMap(idsIn))
}

export function idsIn(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const id = line.split(':')[2]
    return id ? [Number(id)] : []
  })
}
