import type { Clock } from '../lib/clock.ts'

/**
 * Five wrong signatures in a row lock an access key for five minutes, as at the vendor's gateway. Only keys that exist
 * are counted, so the table cannot grow by guessing. Kept in memory: a restart forgives.
 */
export const WRONG_MAX = 5
export const LOCKED_MS = 5 * 60_000

export interface Lockout {
  isLocked(accessKey: string): boolean
  noteWrong(accessKey: string): void
  noteRight(accessKey: string): void
}

export function createLockout(clock: Clock): Lockout {
  const wrongs = new Map<string, { count: number; lastAtMs: number }>()

  const recent = (accessKey: string): number => {
    const seen = wrongs.get(accessKey)
    if (!seen) return 0
    if (clock.now().getTime() - seen.lastAtMs < LOCKED_MS) return seen.count
    wrongs.delete(accessKey)
    return 0
  }

  return {
    isLocked: (accessKey) => recent(accessKey) >= WRONG_MAX,
    noteWrong: (accessKey) =>
      void wrongs.set(accessKey, { count: recent(accessKey) + 1, lastAtMs: clock.now().getTime() }),
    noteRight: (accessKey) => void wrongs.delete(accessKey),
  }
}
