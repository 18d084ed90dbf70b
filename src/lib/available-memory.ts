import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'

/**
 * Memory that this machine, or the control group that the service is limited by, has left, in bytes. Of a control group
 * Node counts files in the cache as taken, and checkpoints and jars soon fill that; the kernel gives it back to whoever
 * needs it (Linux, cgroup-v2, "memory.stat": `inactive_file`). Of a whole machine it counts them as free.
 */
export function availableMemory(): number {
  const isLimited = process.constrainedMemory() > 0 && process.constrainedMemory() < totalmem()
  return process.availableMemory() + (isLimited ? cachedBytes(ownMemoryStat()) : 0)
}

/** @param memoryStat text of `memory.stat`; empty: unknown */
export function cachedBytes(memoryStat: string): number {
  return Number(/^inactive_file (\d+)$/mu.exec(memoryStat)?.[1] ?? 0)
}

/** Of version 2 of control groups; with the older one the cache stays counted. */
function ownMemoryStat(): string {
  try {
    const group = /^0::(.*)$/mu.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? ''
    return readFileSync(`/sys/fs/cgroup${group}/memory.stat`, 'utf8')
  } catch {
    return ''
  }
}
