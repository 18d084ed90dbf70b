import { resolve } from 'node:path'

/**
 * Places of checkpoints and savepoints as Flink reads and writes them: `file://` and the path, with nothing escaped.
 * Flink takes what is behind the scheme literally (org.apache.flink.core.fs.Path), so a blank must not become `%20`:
 * it would be a folder of that name.
 */
export function stateUrl(path: string): string {
  return `file://${resolve(path)}`
}

/** The path of a state URL on this machine's disk, or null when it is elsewhere. */
export function statePath(url: string): string | null {
  const path = /^file:(?:\/\/(?=\/))?(\/.*)$/s.exec(url)?.[1]
  return path === undefined ? null : resolve(path)
}

/**
 * A URL that Flink reported, as such a URL is written everywhere else: Flink answers `file:/a/b` for `file:///a/b`, and a
 * program may have put its state at `obs://bucket/key`, which lies below `objectsUrl`.
 */
export function normalStateUrl(url: string, objectsUrl: string): string {
  const path = statePath(url.replace(/^obs:\/+/, () => `${objectsUrl}/`))
  return path === null ? url : stateUrl(path)
}
