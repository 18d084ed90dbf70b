import type { Logger } from '../lib/logger.ts'

/**
 * Something that is done again and again beside the requests. `runOnce` returns what it found and changed, or null when
 * there was nothing to do. It holds no retry loop: the next run is the retry.
 */
export type Duty = Readonly<{
  name: string
  everyMs: number
  runOnce(): Promise<Readonly<Record<string, unknown>> | null>
}>

export interface Background {
  start(): void
  /** Waits for the duties that are at work. Stopping twice is fine. */
  stop(): Promise<void>
}

/** Runs each duty by its own rhythm, never twice at once. A duty that throws is logged and runs again at its next time. */
export function createBackground(duties: readonly Duty[], logger: Logger): Background {
  const timers = new Map<string, NodeJS.Timeout>()
  const atWork = new Set<Promise<void>>()
  let stopped = false

  async function run(duty: Duty): Promise<void> {
    try {
      const report = await duty.runOnce()
      if (report) logger.info({ duty: duty.name, ...report }, 'duty done')
    } catch (error) {
      logger.error({ err: error, duty: duty.name }, 'duty failed')
    }
  }

  function schedule(duty: Duty): void {
    if (stopped) return
    const timer = setTimeout(() => {
      const work = run(duty).finally(() => {
        atWork.delete(work)
        schedule(duty)
      })
      atWork.add(work)
    }, duty.everyMs)
    timers.set(duty.name, timer.unref())
  }

  return {
    start: () => duties.forEach(schedule),
    async stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(atWork)
    },
  }
}
