import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from './attempt.ts'
import type { FlinkRest } from './flink-rest.ts'
import { readOverview } from './observing.ts'

/**
 * Sees how a start goes on, and how a job ends that was asked to: asks the JobManager often in the first two seconds, when
 * warm JVMs come up and most jobs end, and gently from then on, and tells at once when an inspection would see something
 * new.
 */
const OFTEN_MS = 25
const GENTLY_MS = 100
const OFTEN_FOR_MS = 2_000
/** From then on the caller's regular looks will do. */
const PROBED_MS = 60_000

/** The step after which an attempt is not probed any more. */
export type Goal = 'running' | 'ended'

export type ProbingDeps = Readonly<{ rest: FlinkRest; logger: Logger; onNews: (attemptId: string) => void }>

export class Probing {
  readonly #deps: ProbingDeps
  readonly #probed = new Map<Attempt, AbortController>()

  constructor(deps: ProbingDeps) {
    this.#deps = deps
  }

  /** One that is probed already goes on being so. */
  add(attempt: Attempt, goal: Goal): void {
    if (this.#probed.has(attempt)) return
    const stop = new AbortController()
    this.#probed.set(attempt, stop)
    this.#probe(attempt, goal, stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) this.#deps.logger.error({ err: error, attemptId: attempt.id }, 'probing failed')
      })
      .finally(() => this.#probed.delete(attempt))
  }

  close(): void {
    for (const stop of this.#probed.values()) stop.abort()
  }

  async #probe(attempt: Attempt, goal: Goal, signal: AbortSignal): Promise<void> {
    const beganMs = performance.now()
    for (;;) {
      const ageMs = performance.now() - beganMs
      if (ageMs > PROBED_MS || attempt.closed || attempt.cluster === null || isReached(attempt, goal)) return
      const overview = await readOverview(attempt.cluster.ports.rest, this.#deps.rest)
      if (overview !== attempt.overview) this.#deps.onNews(attempt.id)
      await sleep(ageMs < OFTEN_FOR_MS ? OFTEN_MS : GENTLY_MS, undefined, { signal, ref: false })
    }
  }
}

function isReached({ timeline, outcome }: Attempt, goal: Goal): boolean {
  return goal === 'running' ? timeline.has('running') : outcome !== null
}
