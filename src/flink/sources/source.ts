import type { SourceName } from '../manifest.ts'

export type FetchContext = Readonly<{
  version: string
  /** Empty folder to put `lib/`, `opt/` and `plugins/` into. */
  target: string
  /** Scratch folder on the same file system; removed afterwards with everything in it. */
  scratch: string
  /** How many jars are expected, when known. */
  expectedJars: number | null
  onProgress: (line: string) => void
  signal: AbortSignal
}>

/** A place Flink's jars come from. */
export interface FlinkSource {
  readonly name: SourceName
  /** @throws SourceFailed when this source does not give this version */
  fetch(context: FetchContext): Promise<void>
}

/** One line for a person: why a source did not give the version. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed'
}

/** Calls `report` at most once each three seconds, with the seconds that have passed. */
export function paced(report: (line: string) => void): (line: () => string) => void {
  const startedAt = performance.now()
  let last = startedAt
  return (line) => {
    const now = performance.now()
    if (now - last < 3_000) return
    last = now
    report(`${line()}, ${Math.round((now - startedAt) / 1000)} s`)
  }
}

/** A foreign message on one line, without addresses and control characters, of bearable length. */
export function oneLine(text: string): string {
  const clean = text
    .replace(/\(?\bhttps?:\/\/[^\s)]*\)?/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return clean.length > 300 ? `${clean.slice(0, 300)} …` : clean
}
