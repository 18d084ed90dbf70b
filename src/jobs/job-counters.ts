import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import type { JobCounters, Runtime } from '../runtimes/runtime.ts'
import type { Attempt, JobId } from './job.ts'

/** A reader waits no longer: counters are worth little when they come late, and a JobManager that hangs never tells. */
const LIMIT_MS = 2_000
const AT_ONCE = 16

/** By job; without those of whose attempts Flink does not tell in time. */
export async function readCounters(
  runtime: Pick<Runtime, 'counters'>,
  attempts: readonly Pick<Attempt, 'id' | 'jobId'>[],
  limitMs = LIMIT_MS,
): Promise<Map<JobId, JobCounters>> {
  const read = new Map<JobId, JobCounters>()
  const queue = new PQueue({ concurrency: AT_ONCE })
  const asked = attempts.map(({ id, jobId }) =>
    queue.add(async () => {
      const counters = await runtime.counters(id)
      if (counters) read.set(jobId, counters)
    }),
  )
  const giveUp = new AbortController()
  const limit = sleep(limitMs, undefined, giveUp).catch(() => undefined)
  await Promise.race([Promise.all(asked), limit]).finally(() => giveUp.abort())
  queue.clear()
  return new Map(read)
}
