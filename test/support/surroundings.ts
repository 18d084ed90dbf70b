/** What a program saw of its JVM (test/jobs, Surroundings), made comparable between two runs. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

export type Surroundings = Readonly<{
  /** Without numbers and ids that are never the same twice; sorted. */
  lines: readonly string[]
  /** Bytes, and a count of classes. */
  numbers: Readonly<Record<string, number>>
}>

/** Whatever depends on the moment more than on the JVM: a pool of threads has one more or less. Each counts once. */
const COUNTED_ONCE = /^(thread|open file|file|listening)/

export async function surroundings(file: string, runPath: string): Promise<Surroundings> {
  const text = (await readFile(file, 'utf8')).replaceAll(runPath, 'RUN').replaceAll(basename(runPath), 'RUN')
  const all = text.trimEnd().split('\n')
  const numbers = all
    .flatMap((line) => [/^number (.*): (\d+)$/.exec(line)?.slice(1) ?? []])
    .filter(({ length }) => length)
  const lines = all.filter((line) => !line.startsWith('number ')).map(comparable)
  const [once, counted] = [lines.filter((l) => COUNTED_ONCE.test(l)), lines.filter((l) => !COUNTED_ONCE.test(l))]
  return {
    lines: [...new Set(once), ...counted].sort(),
    numbers: Object.fromEntries(numbers.map(([name = '', value]) => [name, Number(value)])),
  }
}

function comparable(line: string): string {
  const same = withoutIds(line)
  if (line.startsWith('thread')) return withoutLoader(same.replace(/\d+/g, 'N'))
  return /^(bean|open file|file|command line)/.test(line) ? same.replace(/\d+/g, 'N') : same
}

export function withoutIds(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/[0-9a-f]{32}/g, 'ID')
    .replace(/(socket|pipe):\[\d+\]/g, '$1')
    .replace(/@[0-9a-f]+/g, '@ADDRESS')
    .replace(/jaas-\d+/g, 'jaas-N')
    .replace(/(log4j2:type)=[0-9a-f]+/g, '$1=LOADER')
}

/** A thread of a pool has the class loader of what it does at the moment. */
function withoutLoader(thread: string): string {
  return /dispatcher/.test(thread) ? thread.replace(/ \| [^|]*ClassLoader[^|]* \| /, ' | ') : thread
}

/** Lines of a log without what is never the same twice; sorted, each once. */
export async function logLines(file: string, runPath: string): Promise<string[]> {
  const text = (await readFile(file, 'utf8')).replaceAll(runPath, 'RUN').replaceAll(basename(runPath), 'RUN')
  const lines = text
    .split('\n')
    .map((line) => withoutIds(line.replace(/^[\d-]{10} [\d:,]{12} /, '')).replace(/\d+/g, 'N'))
  return [...new Set(lines)].sort()
}
