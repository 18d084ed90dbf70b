import { messageOf } from '../../lib/errors.ts'
import type { LaunchSpec } from '../runtime.ts'
import { type Orders, ordered } from './orders.ts'
import { PACE } from './pace.ts'
import { checkpointPath, makeSavepointFolder, readState, removeState, writeState } from './state-files.ts'
import { Timers } from './timers.ts'

export type CompletedCheckpoint = Readonly<{ id: number; url: string; count: number; at: number; isSavepoint: boolean }>

export type SavepointRequest = Readonly<{ triggerId: string; directoryUrl: string; thenStop: boolean }>
export type SavepointResult = Readonly<{ location: string } | { failure: string }>

/** state.checkpoints.num-retained, as local-process sets it for real Flink. */
const RETAINED = 3
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 }

/**
 * What a pretended job remembers: a count that grows each millisecond while its tasks run, goes into checkpoints and savepoints on disk, and
 * goes on from them.
 */
export class Checkpointing {
  /** Newest first; `history` of Flink's answer. */
  readonly completed: CompletedCheckpoint[] = []
  /** By trigger id; null while in progress. */
  readonly savepoints = new Map<string, SavepointResult | null>()
  failures = 0
  /** A TaskManager hangs: what is under way waits for it. */
  isHeldUp = false
  readonly #spec: LaunchSpec
  readonly #timers = new Timers()
  #countAtStart = 0
  /** Null while the tasks do not run. */
  #runningSince: number | null = null
  #restored: { count: number } = { count: 0 }
  #lastId = 0

  constructor(spec: LaunchSpec) {
    this.#spec = spec
  }

  /** @throws when the restore point cannot be read */
  restore(): void {
    if (this.#spec.restoreFrom !== null) this.#restored = { count: readState(this.#spec.restoreFrom) }
  }

  get count(): number {
    if (this.#runningSince === null) return this.#countAtStart
    return this.#countAtStart + Date.now() - this.#runningSince
  }

  /** The tasks run, from the newest state there is. */
  begin(): void {
    this.#countAtStart = (this.completed.find(({ isSavepoint }) => !isSavepoint) ?? this.#restored).count
    this.#runningSince = Date.now()
    this.#takeNext()
  }

  /** The tasks do not run any more; savepoints under way come to nothing. */
  pause(): void {
    this.#countAtStart = this.count
    this.#runningSince = null
    this.#timers.clear()
    for (const [triggerId, result] of this.savepoints) {
      if (result === null) this.savepoints.set(triggerId, { failure: FAILURES.jobEnded })
    }
  }

  /** A job that finished needs its checkpoints no more (RETAIN_ON_CANCELLATION keeps them otherwise). */
  discard(): void {
    for (const { url, isSavepoint } of this.completed) if (!isSavepoint) removeState(url)
  }

  /** Asking again with the same trigger id changes nothing. */
  requestSavepoint(request: SavepointRequest, orders: Orders, onStopped: () => void): void {
    const { triggerId, directoryUrl, thenStop } = request
    if (this.savepoints.has(triggerId)) return
    const begun = this.#beginSavepoint(directoryUrl)
    this.savepoints.set(triggerId, 'failure' in begun ? begun : null)
    if ('failure' in begun || ordered(orders, 'simulator.savepoint', 'never')) return
    const fails = ordered(orders, 'simulator.savepoint', 'fails')
    const step = fails ?? ordered(orders, 'simulator.savepoint', 'works')
    this.#afterOrLater(PACE.savepointMs + (step?.afterMs ?? 0), () => {
      const result = fails ? { failure: FAILURES.ordered } : this.#endSavepoint(begun.path)
      this.savepoints.set(triggerId, result)
      if (!thenStop || !('location' in result)) return
      // A source that stops with a savepoint emits nothing after it.
      this.#countAtStart = this.completed[0]?.count ?? this.count
      this.#runningSince = null
      onStopped()
    })
  }

  #afterOrLater(ms: number, act: () => void): void {
    this.#timers.after(ms, () => (this.isHeldUp ? this.#afterOrLater(PACE.stepMs, act) : act()))
  }

  /** The folder is there from the first moment, and empty until the savepoint is complete. */
  #beginSavepoint(directoryUrl: string): { path: string } | { failure: string } {
    if (this.#runningSince === null) return { failure: FAILURES.notRunning }
    try {
      return { path: makeSavepointFolder(directoryUrl, this.#spec.flinkJobId) }
    } catch (error) {
      return { failure: FAILURES.notWritten(error) }
    }
  }

  #endSavepoint(path: string): SavepointResult {
    try {
      return { location: this.#write(path, true) }
    } catch (error) {
      return { failure: FAILURES.notWritten(error) }
    }
  }

  #takeNext(): void {
    const everyMs = checkpointIntervalMs(this.#spec)
    if (everyMs === null) return
    this.#afterOrLater(everyMs, () => {
      this.#takeCheckpoint()
      this.#takeNext()
    })
  }

  #takeCheckpoint(): void {
    const { checkpoints, flinkJobId } = this.#spec
    try {
      this.#write(checkpointPath(checkpoints.directoryUrl, flinkJobId, this.#lastId + 1), false)
    } catch {
      this.failures += 1
      return
    }
    const old = this.completed.filter(({ isSavepoint }) => !isSavepoint).slice(RETAINED)
    for (const { url } of old) removeState(url)
    this.completed.splice(10)
  }

  #write(path: string, isSavepoint: boolean): string {
    const { count } = this
    const url = writeState(path, count)
    this.#lastId += 1
    this.completed.unshift({ id: this.#lastId, url, count, at: Date.now(), isSavepoint })
    return url
  }
}

const FAILURES = {
  notWritten: (error: unknown) => `java.io.IOException: Failed to trigger savepoint: ${messageOf(error)}`,
  ordered: 'java.util.concurrent.CompletionException: java.io.IOException: The savepoint was ordered to fail',
  notRunning:
    'org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint triggering task is not being executed at the moment. Aborting checkpoint.',
  jobEnded: 'org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint Coordinator is suspending.',
} as const

/** Set by the platform, or by the user in Flink's own words (execution.checkpointing.interval: `500 ms`, `1 s`, `500`). */
function checkpointIntervalMs({ checkpoints, flinkConfig }: LaunchSpec): number | null {
  const own = /^(\d+) ?(ms|s|min)?$/u.exec(flinkConfig['execution.checkpointing.interval'] ?? '')
  if (own !== null) return Number(own[1]) * (UNIT_MS[own[2] ?? 'ms'] ?? 1)
  return checkpoints.everySeconds === null ? null : checkpoints.everySeconds * 1000
}
