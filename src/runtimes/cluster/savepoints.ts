import type { Clock } from '../../lib/clock.ts'
import { isSystemError, Refusal } from '../../lib/errors.ts'
import type { SavepointView } from '../runtime.ts'
import type { Attempt } from './attempt.ts'
import { findSavepoint, holdsState } from './checkpoints.ts'
import { readJsonOrNull, unlessDiskFull, writeJsonDurably } from './disk.ts'
import { savepoint } from './flink-answers.ts'
import { type FlinkRest, Unreachable, unexpected } from './flink-rest.ts'
import { savepointFile } from './run-folder.ts'

/**
 * Savepoints of an attempt. Each operation is written down before Flink is asked, and its result when it is seen: Flink
 * forgets both with its JobManager, which ends soon after a stop with savepoint.
 */
export type SavepointOperation = Readonly<{ operationId: string; directoryUrl: string; thenStop: boolean }>

type Stored = SavepointOperation & Readonly<{ requestedAt: string; result: SavepointView | null }>

export type SavepointDeps = Readonly<{ rest: FlinkRest; clock: Clock }>

/** The sinks of a job that stops commit what they hold after its savepoint is written; a busy JobManager may not tell when. */
const COMMIT_MS = 10_000

/** @throws Refusal `runtime.notRunning` when there is no JobManager to ask */
export async function requestSavepoint(attempt: Attempt, operation: SavepointOperation, deps: SavepointDeps) {
  const path = savepointFile(attempt.folder, operation.operationId)
  const stored = await readJsonOrNull<Stored>(path)
  if (stored !== null && stored.result !== null) return
  await attempt.table.refresh()
  const { cluster, spec } = attempt
  if (cluster === null || spec === null || attempt.stateOf('jobmanager').is !== 'alive') throw notRunning()
  if (stored === null) {
    await writeJsonDurably(path, { ...operation, requestedAt: deps.clock.now().toISOString(), result: null })
  }
  const { operationId, directoryUrl, thenStop } = operation
  const verb = thenStop ? 'stop' : 'savepoints'
  const target = thenStop
    ? { targetDirectory: directoryUrl, drain: false }
    : { 'target-directory': directoryUrl, 'cancel-job': false }
  const body = { ...target, formatType: 'CANONICAL', triggerId: operationId }
  const answer = await deps.rest.call(cluster.ports.rest, 'POST', `/jobs/${spec.flinkJobId}/${verb}`, body)
  if (answer.status === 404) throw notRunning()
  if (answer.status !== 200 && answer.status !== 202) throw unexpected('POST', `/jobs/<id>/${verb}`, answer)
}

export async function savepointResult(
  attempt: Attempt,
  operationId: string,
  deps: SavepointDeps,
): Promise<SavepointView> {
  const path = savepointFile(attempt.folder, operationId)
  const stored = await readJsonOrNull<Stored>(path)
  if (stored === null) return { is: 'unknown' }
  if (stored.result !== null) return stored.result
  const told = await askFlink(attempt, operationId, deps)
  const seen = typeof told === 'string' ? await lookOnDisk(attempt, stored, told, deps) : told
  const checked = await onlyIfReadable(seen)
  const final = checked.is === 'completed' || checked.is === 'failed'
  if (final) await unlessDiskFull(() => writeJsonDurably(path, { ...stored, result: checked }))
  return checked
}

/** Flink that cannot tell has forgotten the operation, or has gone with all it knew; or it is only too busy. */
type NoAnswer = 'gone' | 'busy'

async function askFlink(
  attempt: Attempt,
  operationId: string,
  { rest }: SavepointDeps,
): Promise<SavepointView | NoAnswer> {
  await attempt.table.refresh()
  const { cluster, spec } = attempt
  if (cluster === null || spec === null || attempt.stateOf('jobmanager').is !== 'alive') return 'gone'
  try {
    const answer = await rest.call(cluster.ports.rest, 'GET', `/jobs/${spec.flinkJobId}/savepoints/${operationId}`)
    return answer.status === 200 ? savepoint(answer.body, spec.objectsUrl) : 'gone'
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    // A JobManager that has done its work closes its port before it ends.
    return isSystemError(error.cause, 'ECONNREFUSED') ? 'gone' : 'busy'
  }
}

/** Every operation has a directory of its own, so what lies in it came from this operation. */
async function lookOnDisk(
  attempt: Attempt,
  { directoryUrl, thenStop }: SavepointOperation,
  why: NoAnswer,
  { clock }: SavepointDeps,
): Promise<SavepointView> {
  if (!directoryUrl.startsWith('file:')) return { is: 'unknown' }
  const url = await findSavepoint(directoryUrl, new Date(0))
  if (url !== null) {
    const since = new Date(clock.now().getTime() - COMMIT_MS)
    const mayCommit = thenStop && why === 'busy' && (await findSavepoint(directoryUrl, since)) !== null
    return mayCommit ? { is: 'inProgress' } : { is: 'completed', locationUrl: url }
  }
  if (attempt.stateOf('jobmanager').is === 'alive') return { is: 'unknown' }
  return { is: 'failed', reason: 'The JobManager ended before the savepoint was complete' }
}

async function onlyIfReadable(seen: SavepointView): Promise<SavepointView> {
  if (seen.is !== 'completed' || !seen.locationUrl.startsWith('file:')) return seen
  if (await holdsState(seen.locationUrl)) return seen
  return { is: 'failed', reason: `Flink reported a savepoint at ${seen.locationUrl}, but there is none` }
}

function notRunning(): Refusal {
  return new Refusal('runtime.notRunning', {
    en: 'There is no running Flink job to take a savepoint of. Start the job first.',
    zh: '没有正在运行的 Flink 作业可供创建保存点，请先启动作业。',
  })
}
