import { setTimeout as sleep } from 'node:timers/promises'

/** As often as an eager client asks. */
const POLL_MS = 20
const LIMIT_MS = 180_000

/** Asks until it holds; answers the milliseconds since then. */
export async function pollMs(sinceMs: number, holds: () => Promise<boolean>): Promise<number> {
  const tookMs = await pollAtMostMs(LIMIT_MS, sinceMs, holds)
  if (tookMs === null) throw new Error(`What is measured did not happen within ${LIMIT_MS / 1000} s`)
  return tookMs
}

/** As pollMs; null when it does not hold in time. */
export async function pollAtMostMs(
  limitMs: number,
  sinceMs: number,
  holds: () => Promise<boolean>,
): Promise<number | null> {
  for (;;) {
    const held = await holds()
    const tookMs = performance.now() - sinceMs
    if (held) return tookMs
    if (tookMs > limitMs) return null
    await sleep(POLL_MS)
  }
}
