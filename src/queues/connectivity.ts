import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { deleteTestsBefore, insertTest, readTest, writeReachable } from './connectivity-store.ts'
import { existing } from './queue-changes.ts'
import { QUEUE_ERRORS } from './queue-errors.ts'
import { type Address, opensConnection, parseAddress } from './reachable.ts'

/**
 * Tests whether an address can be reached from where the jobs of a queue run, which is this machine. Whoever may run
 * jobs on the queue may ask for any address, so that nothing is told but reachable or not, a test ends soon, and few run
 * at once.
 */
export interface ConnectivityTests {
  /** Starts a test and answers its number. @throws Refusal `queue.notFound`, `queue.badAddress`, `queue.tooManyTests` */
  start(projectId: string, queueName: string, address: string): Promise<number>
  /**
   * Its result, when it has ended. One that a stop of the service cut off runs again. Results are kept for a day.
   * @throws Refusal `queue.notFound`, `queue.testNotFound`, `queue.tooManyTests`
   */
  result(projectId: string, queueName: string, testId: number): Promise<'reachable' | 'unreachable'>
  /** Ends the tests that are under way, without result. */
  close(): Promise<void>
}

export type ConnectivityOptions = Readonly<{
  database: Database
  clock: Clock
  timeoutMs?: number
  /** The network; tests replace it. */
  isReachable?: (address: Address, signal: AbortSignal) => Promise<boolean>
}>

const TIMEOUT_MS = 3000
/** Names are looked up on Node's four worker threads, which files need, too. */
const AT_ONCE_MAX = 3
const KEPT_MS = 24 * 3_600_000

export function createConnectivityTests(options: ConnectivityOptions): ConnectivityTests {
  const { database, clock, timeoutMs = TIMEOUT_MS, isReachable = opensConnection } = options
  const underWay = new Map<number, Promise<boolean>>()
  const closing = new AbortController()
  let taken = 0

  /** Takes one of the places for tests; the answer gives it back. */
  function takePlace(): () => void {
    if (taken >= AT_ONCE_MAX) throw QUEUE_ERRORS.tooManyTests()
    taken += 1
    return () => {
      taken -= 1
    }
  }

  /** The place is held until the look-up has ended, too, which may be after the result. */
  function run(id: number, address: Address, leavePlace: () => void): Promise<boolean> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
    const attempt = isReachable(address, signal).finally(leavePlace)
    const outcome = Promise.race([attempt, whenAborted(signal)])
      .then((reachable) => record(id, reachable))
      .finally(() => underWay.delete(id))
    outcome.catch(() => undefined) // not recorded: whoever asks for the result lets it run again
    underWay.set(id, outcome)
    return outcome
  }

  async function record(id: number, reachable: boolean): Promise<boolean> {
    if (!closing.signal.aborted) await database.transact((tx) => writeReachable(tx, id, reachable))
    return reachable
  }

  async function begin(projectId: string, queueName: string, address: Address): Promise<number> {
    return database.transact(async (tx) => {
      const queue = await existing(tx.db, projectId, queueName)
      const now = clock.now()
      await deleteTestsBefore(tx, queue.id, new Date(now.getTime() - KEPT_MS))
      return insertTest(tx, queue.id, address, now)
    })
  }

  return {
    async start(projectId, queueName, text) {
      const address = parseAddress(text)
      const leavePlace = takePlace()
      const id = await begin(projectId, queueName, address).catch((error: unknown) => {
        leavePlace()
        throw error
      })
      void run(id, address, leavePlace)
      return id
    },

    async result(projectId, queueName, testId) {
      const queue = await existing(database.db, projectId, queueName)
      const outcome = underWay.get(testId) // looked up first: one that ends now is recorded before it is gone from there
      const test = await readTest(database.db, queue.id, testId)
      if (!test) throw QUEUE_ERRORS.testNotFound(testId)
      const reachable = test.reachable ?? (await (outcome ?? run(testId, test.address, takePlace())))
      return reachable ? 'reachable' : 'unreachable'
    },

    async close() {
      closing.abort()
      await Promise.allSettled(underWay.values())
    },
  }
}

function whenAborted(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false)
    signal.addEventListener('abort', () => resolve(false), { once: true })
  })
}
