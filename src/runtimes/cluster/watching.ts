import PQueue from 'p-queue'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from './attempt.ts'
import type { FlinkRest } from './flink-rest.ts'
import { inspectedStates, isDueByTime, readOverview } from './observing.ts'

/**
 * Sees for every attempt that runs, every second, whether it is worth to be inspected: its processes by a look into
 * memory, its job by one small request whose answer is compared as text with that of the last inspection. While they
 * differ it tells every second, so nothing is lost when nobody listens for a moment.
 *
 * The looks are spread evenly over the second. Each JobManager is asked one thing at a time, and those that were silent
 * last have places of their own among the requests under way, so that they never keep the others waiting.
 */
const SLOTS = 50
const REQUESTS_AT_ONCE = 256

export type WatchingDeps = Readonly<{
  rest: FlinkRest
  logger: Logger
  everyMs: number
  onNews: (attemptId: string) => void
}>

export class Watching {
  readonly #deps: WatchingDeps
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<Attempt>())
  readonly #underWay = new Set<Attempt>()
  readonly #answering = new PQueue({ concurrency: REQUESTS_AT_ONCE })
  readonly #silent = new PQueue({ concurrency: REQUESTS_AT_ONCE })
  #timer: NodeJS.Timeout | null = null
  #next = 0

  constructor(deps: WatchingDeps) {
    this.#deps = deps
  }

  add(attempt: Attempt): void {
    if (this.#slots.some((slot) => slot.has(attempt))) return
    const emptiest = this.#slots.reduce((best, slot) => (slot.size < best.size ? slot : best))
    emptiest.add(attempt)
    this.#timer ??= setInterval(() => this.#tick(), this.#deps.everyMs / SLOTS).unref()
  }

  remove(attempt: Attempt): void {
    for (const slot of this.#slots) slot.delete(attempt)
    if (this.#slots.every((slot) => slot.size === 0)) this.close()
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  #tick(): void {
    const slot = this.#slots[this.#next] ?? []
    this.#next = (this.#next + 1) % SLOTS
    for (const attempt of slot) {
      if (this.#underWay.has(attempt)) continue
      this.#underWay.add(attempt)
      const queue = attempt.watched?.overview === 'silent' ? this.#silent : this.#answering
      void queue.add(() => this.#look(attempt))
    }
  }

  async #look(attempt: Attempt): Promise<void> {
    const { rest, logger, onNews } = this.#deps
    try {
      if (await hasNews(attempt, rest)) onNews(attempt.id)
    } catch (error) {
      logger.error({ err: error, attemptId: attempt.id }, 'watching an attempt failed')
    } finally {
      this.#underWay.delete(attempt)
    }
  }
}

/** Whether an inspection would see something else than the last one did, as far as little tells. */
async function hasNews(attempt: Attempt, rest: FlinkRest): Promise<boolean> {
  await attempt.table.refresh()
  if (inspectedStates(attempt) !== attempt.states) return true
  // Who was silent has nothing to tell, however long ago it was asked.
  if (attempt.overview !== 'silent' && isDueByTime(attempt, performance.now())) return true
  const { cluster } = attempt
  if (cluster === null || attempt.stateOf('jobmanager').is !== 'alive') return false
  const overview = await readOverview(cluster.ports.rest, rest)
  attempt.watched = { overview, atMs: performance.now() }
  return overview !== attempt.overview
}
