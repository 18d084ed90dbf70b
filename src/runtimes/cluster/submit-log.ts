import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../../lib/clock.ts'

/**
 * The first log of an attempt, `submit.log`: each step of the launch with its time, so that "why did it not start"
 * can be read also when no JVM came to life. Never fails a launch: a full disk has its own error.
 */
export type SubmitLog = (line: string) => Promise<void>

export function submitLog(path: string, clock: Clock): SubmitLog {
  return async (line) => {
    try {
      await mkdir(dirname(path), { recursive: true })
      await appendFile(path, `${clock.now().toISOString()} ${line}\n`, { mode: 0o600 })
    } catch {
      // Nothing to do about it here.
    }
  }
}
