import type { Clock } from '../lib/clock.ts'

/**
 * So many wrong attempts in a row lock a key (of whatever kind) for a while: an access key after wrong signatures, a
 * user name from one address after wrong passwords. Kept in memory: a restart forgives. The table holds a limited number
 * of keys, so that it cannot grow by guessing; the one that was wrong longest ago goes first.
 */
export const LOCKED_MS = 5 * 60_000
const KEYS_MAX = 10_000

export interface Lockout {
  /** Milliseconds until the key may try again; 0: now. */
  lockedForMs(key: string): number
  noteWrong(key: string): void
  noteRight(key: string): void
}

export function createLockout(clock: Clock, wrongMax: number): Lockout {
  const wrongs = new Map<string, { count: number; lastAtMs: number }>()
  const nowMs = () => clock.now().getTime()
  const recent = (key: string) => {
    const seen = wrongs.get(key)
    return seen && nowMs() - seen.lastAtMs < LOCKED_MS ? seen : { count: 0, lastAtMs: nowMs() }
  }
  return {
    lockedForMs(key) {
      const { count, lastAtMs } = recent(key)
      return count >= wrongMax ? lastAtMs + LOCKED_MS - nowMs() : 0
    },
    noteWrong(key) {
      const { count } = recent(key)
      wrongs.delete(key)
      wrongs.set(key, { count: count + 1, lastAtMs: nowMs() })
      const [oldest] = wrongs.keys()
      if (wrongs.size > KEYS_MAX && oldest !== undefined) wrongs.delete(oldest)
    },
    noteRight: (key) => void wrongs.delete(key),
  }
}
