import type { ProcessKey, ProcessTable, Role } from '../cluster/process-host.ts'
import type { ProcessState } from '../runtime.ts'
import type { PretendedProcess } from './processes.ts'

type OfAttempt = Map<string, PretendedProcess>

/** What the simulator has told of its processes, so that looking costs no request. An end is final. */
export class Mirror {
  readonly #attempts = new Map<string, OfAttempt>()
  readonly #watchers = new Map<string, () => void>()

  /** An older message never brings a process back. */
  note(process: PretendedProcess): void {
    const known = this.of(process.attemptId)
    if (known.get(nameOf(process.key))?.isAlive === false) return
    known.set(nameOf(process.key), process)
    this.#watchers.get(process.attemptId)?.()
  }

  of(attemptId: string): OfAttempt {
    const known = this.#attempts.get(attemptId) ?? new Map()
    this.#attempts.set(attemptId, known)
    return known
  }

  attemptsAlive(): string[] {
    const attempts = [...this.#attempts]
    return attempts.filter(([, known]) => [...known.values()].some(({ isAlive }) => isAlive)).map(([id]) => id)
  }

  /** The simulator has ended, and with it whatever was alive; with which exit code nobody knows. */
  endAll(): void {
    for (const known of this.#attempts.values()) {
      for (const process of known.values()) if (process.isAlive) this.note({ ...process, isAlive: false })
    }
  }

  watch(attemptId: string, onChange: () => void): () => void {
    this.#watchers.set(attemptId, onChange)
    return () => void this.#watchers.delete(attemptId)
  }
}

export class MirroredTable implements ProcessTable {
  readonly #processes: OfAttempt
  readonly #ready: () => Promise<unknown>
  readonly load: () => Promise<void>

  /** `ready`: there is a simulator that has told what it has. */
  constructor(processes: OfAttempt, ready: () => Promise<unknown>, load: () => Promise<void>) {
    this.#processes = processes
    this.#ready = ready
    this.load = load
  }

  async refresh(): Promise<void> {
    await this.#ready()
  }

  state(start: number, role: Role): ProcessState {
    const turn = this.newestTurn(start, role)
    const process = turn === null ? undefined : this.#processes.get(nameOf({ start, role, turn }))
    if (process === undefined) return { is: 'absent' }
    return process.isAlive ? { is: 'alive', pid: process.pid } : { is: 'ended', exitCode: process.exitCode }
  }

  newestTurn(start: number, role: Role): number | null {
    const keys = [...this.#processes.values()].map(({ key }) => key)
    const turns = keys.filter((key) => key.start === start && key.role === role).map((key) => key.turn)
    return turns.length === 0 ? null : Math.max(...turns)
  }

  alivePids(): number[] {
    return [...this.#processes.values()].filter(({ isAlive }) => isAlive).map(({ pid }) => pid)
  }
}

function nameOf(key: ProcessKey): string {
  return `${key.start}.${key.role}.${key.turn}`
}
