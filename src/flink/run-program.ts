import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { isSystemError } from '../lib/errors.ts'

export type ProgramResult = Readonly<{ is: 'ended'; exitCode: number | null } | { is: 'notFound' } | { is: 'stalled' }>

/** Silence after which a download is given up: a single large jar over a slow line prints nothing for minutes. */
const STALL_LIMIT_MS = 20 * 60_000

/**
 * Runs a program to its end and hands over what it prints (both streams) line by line. It runs in a process group of
 * its own, so that an abort or a stall ends its children too.
 * @throws the signal's reason when aborted, after the program has ended
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; signal: AbortSignal; environment?: Record<string, string>; onLine: (line: string) => void },
): Promise<ProgramResult> {
  options.signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  const endGroup = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error
    }
  }
  let stalled = false
  const onStall = (): void => {
    stalled = true
    endGroup()
  }
  let stall = setTimeout(onStall, STALL_LIMIT_MS)
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      clearTimeout(stall)
      stall = setTimeout(onStall, STALL_LIMIT_MS)
      options.onLine(line)
    })
  }
  options.signal.addEventListener('abort', endGroup)
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    options.signal.throwIfAborted()
    return stalled ? { is: 'stalled' } : { is: 'ended', exitCode }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return { is: 'notFound' }
    throw error
  } finally {
    clearTimeout(stall)
    options.signal.removeEventListener('abort', endGroup)
  }
}
