import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { isSystemError } from '../../lib/errors.ts'

/**
 * Which process a pid means. A pid alone says nothing once the process may have ended: numbers are used again. Together
 * with the start time (clock ticks since boot, proc(5), field 22 of `stat`) and the id of the boot it names one process.
 */
export type Identity = Readonly<{ pid: number; startTime: string; bootId: string }>

type Stat = Readonly<{ state: string; startTime: string }>

/** Synchronous on purpose: /proc is memory, and this is asked for every process each second. */
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ESRCH')) return null
    throw error
  }
}

let boot: string | undefined

export function currentBootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return boot
}

export function selfIdentity(): Identity {
  return { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? '', bootId: currentBootId() }
}

/** The line that the wrapper writes: `<pid> <start time> <boot id>`. */
export function parseIdentity(line: string): Identity | null {
  const [pid, startTime, bootId] = line.trim().split(' ')
  if (pid === undefined || startTime === undefined || bootId === undefined) return null
  return /^[1-9]\d*$/.test(pid) && /^\d+$/.test(startTime) ? { pid: Number(pid), startTime, bootId } : null
}

/** Alive and the same process; a zombie is not alive. */
export function isAlive(identity: Identity): boolean {
  if (identity.bootId !== currentBootId()) return false
  const stat = readStat(identity.pid)
  return stat !== null && stat.startTime === identity.startTime && stat.state !== 'Z' && stat.state !== 'X'
}

/** Signals the process if it is still the same one. */
export function signalProcess(identity: Identity, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  return isAlive(identity) && send(identity.pid, signal)
}

/** Signals the process group that this process leads, if it is still the same one. */
export function signalGroup(leader: Identity, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  return isAlive(leader) && send(-leader.pid, signal)
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false
    throw error
  }
}

/** Every process of this machine whose environment holds `<name>=<value>`, as far as we may read environments. */
export async function processesWithVariable(name: string, value: string): Promise<Identity[]> {
  const wanted = `\0${name}=${value}\0`
  const found: Identity[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    const environment = await readEnvironment(entry)
    if (!`\0${environment}`.includes(wanted)) continue
    const stat = readStat(Number(entry))
    if (stat === null || stat.state === 'Z') continue
    found.push({ pid: Number(entry), startTime: stat.startTime, bootId: currentBootId() })
  }
  return found
}

/** A process as the kernel tells of it; unlike its environment nothing of it is the process's own choice. */
export type Running = Identity & Readonly<{ user: number; parentPid: number }>

export async function runningProcesses(): Promise<Running[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  return (await Promise.all(pids.map(readRunning))).filter((each) => each !== null)
}

/** The real user id (proc(5), `Uid` of `status`); the owner of the folder in /proc is something else. */
async function readRunning(pid: number): Promise<Running | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  const user = /^Uid:\t(\d+)/m.exec(status)?.[1]
  const parentPid = /^PPid:\t(\d+)/m.exec(status)?.[1]
  const stat = readStat(pid)
  if (user === undefined || parentPid === undefined || stat === null || stat.state === 'Z') return null
  return { pid, startTime: stat.startTime, bootId: currentBootId(), user: Number(user), parentPid: Number(parentPid) }
}

/** The value of a variable in the environment a process was started with; null when there is none, or it is not ours to read. */
export async function variableOf(pid: number, name: string): Promise<string | null> {
  const start = `${name}=`
  const environment = (await readEnvironment(String(pid))).split('\0')
  return environment.find((each) => each.startsWith(start))?.slice(start.length) ?? null
}

async function readEnvironment(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, 'utf8')
  } catch {
    // Ended meanwhile, a kernel thread, or another user's.
    return ''
  }
}
