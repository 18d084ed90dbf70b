import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { ProcessKey, Role } from '../cluster/process-host.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import { isHappening, type OrderKey, type Step } from './orders.ts'
import { PACE } from './pace.ts'
import { type ClusterOrder, PretendedCluster } from './pretended-cluster.ts'

/** A pretended process, as the host learns of it. An exit code of null while it is alive, or when it never really began. */
export type PretendedProcess = Readonly<{
  attemptId: string
  key: ProcessKey
  pid: number
  isAlive: boolean
  exitCode: number | null
}>

export type StartOrder = Readonly<{ key: ProcessKey; cluster: ClusterOrder }>
export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

type Entry = { process: PretendedProcess; cluster: PretendedCluster; isStopped: boolean }

/** Above the largest number that Linux gives (PID_MAX_LIMIT, 2^22), so that none is ever taken for a real process. */
const FIRST_PID = 2 ** 22 + 1

/** A run folder is named after its attempt. */
export function attemptIdOf({ path }: Pick<RunFolder, 'path'>): string {
  return basename(path)
}

/** All pretended processes; tells every change. */
export class Processes {
  readonly #entries = new Map<string, Entry>()
  readonly #clusters = new Map<string, PretendedCluster>()
  readonly #ordered = new Map<OrderKey, readonly Step[]>()
  readonly #onChange: (process: PretendedProcess) => void
  #nextPid = FIRST_PID

  constructor(onChange: (process: PretendedProcess) => void) {
    this.#onChange = onChange
  }

  /** All, or those of an attempt. */
  list(attemptId?: string): PretendedProcess[] {
    const all = [...this.#entries.values()].map(({ process }) => process)
    return attemptId === undefined ? all : all.filter((process) => process.attemptId === attemptId)
  }

  get anyAlive(): boolean {
    return this.list().some(({ isAlive }) => isAlive)
  }

  /** Starting a key that was started before starts nothing, nor does a start after the attempt was closed. */
  start({ key, cluster: order }: StartOrder): PretendedProcess {
    const attemptId = attemptIdOf(order.folder)
    const known = this.#entries.get(nameOf(attemptId, key))
    if (known) return known.process
    const isAlive = !existsSync(order.folder.closed)
    const process = { attemptId, key, pid: this.#nextPid++, isAlive, exitCode: null }
    const cluster = this.#clusterOf(attemptId, order)
    this.#entries.set(nameOf(attemptId, key), { process, cluster, isStopped: false })
    this.#onChange(process)
    if (isAlive) cluster.begin(key.role)
    return process
  }

  /** As kill(2): false when there is no such process. */
  signal(pid: number, signal: Signal): boolean {
    const entry = [...this.#entries.values()].find(({ process }) => process.pid === pid && process.isAlive)
    if (!entry) return false
    if (signal === 'SIGKILL') this.#end(entry, 137)
    else if (signal === 'SIGTERM') setTimeout(() => this.#terminate(entry), PACE.terminateMs)
    else this.#stopOrGoOn(entry, signal === 'SIGSTOP')
    return true
  }

  /** For one attempt, or for all that are; and for those to come, where it is not about a moment. */
  obey(attemptId: string | null, key: OrderKey, steps: readonly Step[]): void {
    if (attemptId === null && !isHappening(key)) this.#ordered.set(key, steps)
    for (const { process, cluster } of this.#entries.values()) {
      const isMeant =
        process.isAlive && process.key.role === 'jobmanager' && process.attemptId === (attemptId ?? process.attemptId)
      if (isMeant) cluster.obey(key, steps)
    }
  }

  /** The count of the pretended job: what a test reads to tell a job that resumed from one that began anew. */
  countOf(attemptId: string): number | null {
    const newest = [...this.#entries.values()].findLast(({ process }) => process.attemptId === attemptId)
    return newest?.cluster.checkpointing.count ?? null
  }

  #clusterOf(attemptId: string, order: ClusterOrder): PretendedCluster {
    const name = `${attemptId} ${order.start}`
    const known = this.#clusters.get(name)
    if (known) return known
    const orders = { ...Object.fromEntries(this.#ordered), ...order.orders }
    const fresh = new PretendedCluster({ ...order, orders }, (role, exitCode) =>
      this.#endRole(attemptId, order.start, role, exitCode),
    )
    this.#clusters.set(name, fresh)
    return fresh
  }

  #endRole(attemptId: string, start: number, role: Role, exitCode: number): void {
    for (const entry of this.#entries.values()) {
      const { key, isAlive } = entry.process
      if (isAlive && entry.process.attemptId === attemptId && key.start === start && key.role === role)
        this.#end(entry, exitCode)
    }
  }

  /** A stopped process gets the signal when it goes on. */
  #terminate(entry: Entry): void {
    if (entry.isStopped) setTimeout(() => this.#terminate(entry), PACE.terminateMs)
    else this.#end(entry, 143)
  }

  #stopOrGoOn(entry: Entry, isStopped: boolean): void {
    entry.isStopped = isStopped
    entry.cluster.hold(entry.process.key.role, isStopped)
  }

  #end(entry: Entry, exitCode: number): void {
    if (!entry.process.isAlive) return
    entry.process = { ...entry.process, isAlive: false, exitCode }
    entry.isStopped = false
    entry.cluster.end(entry.process.key.role)
    this.#onChange(entry.process)
  }
}

function nameOf(attemptId: string, key: ProcessKey): string {
  return `${attemptId} ${key.start} ${key.role} ${key.turn}`
}
