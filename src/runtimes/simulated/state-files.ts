import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { statePath, stateUrl } from '../state-url.ts'

/**
 * Checkpoints and savepoints of pretended jobs: folders as Flink writes them, `_metadata` last and by rename, beginning as
 * Flink's does. What follows is a count that goes on after a restore, so that tests can tell a job that resumed from one that
 * began anew.
 */
const MAGIC = Buffer.from('4960672d', 'hex')

export function writeState(path: string, count: number): string {
  mkdirSync(path, { recursive: true })
  const unfinished = join(path, '._metadata.inprogress')
  writeFileSync(unfinished, Buffer.concat([MAGIC, Buffer.from(`pretended ${count}`)]))
  renameSync(unfinished, join(path, '_metadata'))
  return stateUrl(path)
}

/** The count in a checkpoint or savepoint (its folder, or the `_metadata` in it). @throws when there is none to read */
export function readState(url: string): number {
  const path = statePath(url)
  if (path === null) throw new Error(`${url} is not on this machine's disk`)
  const content = readFileSync(path.endsWith('/_metadata') ? path : join(path, '_metadata')).subarray(MAGIC.length)
  const [, count] = /^pretended (\d+)$/u.exec(content.toString('latin1')) ?? []
  if (count === undefined) throw new Error(`${url} was not written by a pretended job`)
  return Number(count)
}

export function removeState(url: string): void {
  const path = statePath(url)
  if (path !== null) rmSync(path, { recursive: true, force: true })
}

/** Makes a folder in the target directory, named as Flink names it. @throws when it cannot be made */
export function makeSavepointFolder(directoryUrl: string, flinkJobId: string): string {
  const path = join(pathOf(directoryUrl), `savepoint-${flinkJobId.slice(0, 6)}-${randomBytes(6).toString('hex')}`)
  mkdirSync(path, { recursive: true })
  return path
}

export function checkpointPath(directoryUrl: string, flinkJobId: string, id: number): string {
  return join(pathOf(directoryUrl), flinkJobId, `chk-${id}`)
}

function pathOf(directoryUrl: string): string {
  const path = statePath(directoryUrl)
  if (path === null) throw new Error(`A pretended job writes to this machine's disk only, and not to ${directoryUrl}`)
  return path
}
