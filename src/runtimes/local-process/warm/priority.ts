import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/**
 * Warm-ups give way to everything else, where their priority can be raised again afterwards: that is a right of its own
 * (capabilities(7), CAP_SYS_NICE), which the service has as root, unless a container took it away. One that has its own
 * user ids (user_namespaces(7)) seems to have it, and the kernel refuses all the same.
 *
 * On many machines priorities count within a session only, and sessions share the CPU by a priority of their own (sched(7),
 * "The autogroup feature"). Each JVM has a session. Changing its priority as often as we do takes CAP_SYS_ADMIN.
 */
const CAP_SYS_NICE = 23n
const CAP_SYS_ADMIN = 21n
const LOWEST = '19'
const USUAL = '0'

/** Put before a command. */
export function lowPriority(): string[] {
  return mayRaise() ? ['nice', '-n', LOWEST] : []
}

/** Of the session that a process is in. */
export function lowerSession(pid: number): void {
  setSession(pid, LOWEST)
}

/** Of a process and its session. A priority belongs to a thread, and a new thread has that of the one it comes from. */
export function raisePriority(pid: number): void {
  if (mayRaise()) for (const thread of threadsOf(pid)) raise(thread)
  setSession(pid, USUAL)
}

function setSession(pid: number, priority: string): void {
  if (!mayRaise() || !has(CAP_SYS_ADMIN)) return
  try {
    writeFileSync(`/proc/${pid}/autogroup`, priority)
  } catch {
    // There is no such thing here, or the process has ended.
  }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    // It has ended, which whoever leases it is told in another way.
    return []
  }
}

function raise(thread: number): void {
  try {
    setPriority(thread, getPriority())
  } catch {
    // It has ended.
  }
}

/** The ids of the machine itself, all of them. */
const UNMAPPED = /^\s*0\s+0\s+4294967295\s*$/u

function mayRaise(): boolean {
  return UNMAPPED.test(readFileSync('/proc/self/uid_map', 'latin1')) && has(CAP_SYS_NICE)
}

function has(capability: bigint): boolean {
  const effective = /^CapEff:\t([0-9a-f]+)$/mu.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0'
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n
}
