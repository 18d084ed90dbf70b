import { setTimeout as sleep } from 'node:timers/promises'

/** As often as an eager client asks. */
const POLL_MS = 20
const LIMIT_MS = 180_000

/** Asks until it holds; answers the milliseconds since then. */
export async function pollMs(sinceMs: number, holds: () => Promise<boolean>): Promise<number> {
  for (;;) {
    const held = await holds()
    const tookMs = performance.now() - sinceMs
    if (held) return tookMs
    if (tookMs > LIMIT_MS) throw new Error(`What is measured did not happen within ${LIMIT_MS / 1000} s`)
    await sleep(POLL_MS)
  }
}
