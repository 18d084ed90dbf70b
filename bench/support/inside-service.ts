/**
 * Loaded into a service that is measured (`--import`): tells its event loop's delay to the bench, on request, and ends
 * with it, however the bench ends.
 */
import { rmSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type LoopDelay = Readonly<{ p50Ms: number; p99Ms: number; maxMs: number }>

const RESOLUTION_MS = 10
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
histogram.enable()

/** The histogram holds the time between two ticks of a timer; only what is beyond the timer's own is delay. */
const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)

process.on('message', (wish) => {
  if (wish === 'begin') histogram.reset()
  else {
    const [p50Ms, p99Ms] = [histogram.percentile(50), histogram.percentile(99)].map(beyond)
    process.send?.({ p50Ms, p99Ms, maxMs: beyond(histogram.max) })
  }
})

/** Without its folder the simulator ends, too. */
process.once('disconnect', () => {
  const { HEADGATE_DATA: folder = '' } = process.env
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.kill(process.pid, 'SIGTERM')
})
