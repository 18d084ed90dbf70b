import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { failed } from '../../lib/errors.ts'
import { namesIn, readTextOrNull } from '../cluster/disk.ts'
import type { ProcessKey, ProcessTable, Role } from '../cluster/process-host.ts'
import type { ProcessState } from '../runtime.ts'
import { type Identity, isAlive, parseIdentity } from './process-identity.ts'
import { WITH_OUTPUT, WRAPPER } from './wrapper.ts'

/**
 * The processes of one attempt, read back from the marker files that the wrapper writes (wrapper.ts). Nothing here is
 * known only in memory: a table made after a crash of the service says the same as the one before. The names of the files begin with the key: `<start>.<role>.<turn>`.
 */
type Entry = { key: ProcessKey; group: Identity | null; jvm: Identity | null; exit: number | null; ended: boolean }

export type SpawnRequest = Readonly<{
  key: ProcessKey
  /** Put before the program, such as what makes it another user's. */
  prefix: readonly string[]
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  workingFolder: string
  /** Takes standard output and error. */
  outFile: string
}>

const CLAIM_MS = 10_000
/** Together with the second between two looks below the 2 s in which a death is to be seen. */
const EXIT_CODE_MS = 800
const EXIT_CODE_LOOK_MS = 10

export class MarkerTable implements ProcessTable {
  readonly #folder: string
  readonly #closed: string
  readonly #entries = new Map<string, Entry>()

  private constructor(folder: string, closedFile: string) {
    this.#folder = folder
    this.#closed = closedFile
  }

  static async read(folder: string, closedFile: string): Promise<MarkerTable> {
    const table = new MarkerTable(folder, closedFile)
    await table.load()
    return table
  }

  async load(): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const key = parseKey(name)
      if (key !== null) this.#entry(key)
    }
    await this.refresh()
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#entries.values()].filter((entry) => !entry.ended).map((entry) => this.#update(entry)))
  }

  state(start: number, role: Role): ProcessState {
    const turn = this.newestTurn(start, role)
    const entry = turn === null ? undefined : this.#entries.get(nameOf({ start, role, turn }))
    if (entry === undefined) return { is: 'absent' }
    if (entry.ended) return { is: 'ended', exitCode: entry.exit }
    const pid = entry.jvm?.pid ?? entry.group?.pid
    return pid === undefined ? { is: 'absent' } : { is: 'alive', pid }
  }

  newestTurn(start: number, role: Role): number | null {
    const keys = [...this.#entries.values()].map((entry) => entry.key)
    const turns = keys.filter((key) => key.start === start && key.role === role).map((key) => key.turn)
    return turns.length === 0 ? null : Math.max(...turns)
  }

  alivePids(): number[] {
    const { jvms, leaders } = this.living()
    return [...jvms, ...leaders].map(({ pid }) => pid)
  }

  /** JVMs and group leaders that are alive now, over all starts. */
  living(): { jvms: Identity[]; leaders: Identity[] } {
    const entries = [...this.#entries.values()]
    const alive = (identity: Identity | null): identity is Identity => identity !== null && isAlive(identity)
    return {
      jvms: entries.map((entry) => entry.jvm).filter(alive),
      leaders: entries.map((entry) => entry.group).filter(alive),
    }
  }

  /**
   * Starts a process in a session of its own and returns when it has claimed its key on disk. Starting a key that is
   * claimed already starts nothing.
   */
  async spawn(request: SpawnRequest): Promise<ChildProcess> {
    const prefix = join(this.#folder, nameOf(request.key))
    const program = ['/bin/sh', '-c', WITH_OUTPUT, 'jvm', request.outFile, ...request.command]
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'headgate', prefix, this.#closed, ...request.prefix, ...program], {
      cwd: request.workingFolder,
      env: request.environment,
      detached: true,
      stdio: 'ignore',
    })
    await claimed(child, prefix)
    child.unref()
    this.#entry(request.key)
    return child
  }

  #entry(key: ProcessKey): Entry {
    const name = nameOf(key)
    const entry = this.#entries.get(name) ?? { key, group: null, jvm: null, exit: null, ended: false }
    this.#entries.set(name, entry)
    return entry
  }

  async #update(entry: Entry): Promise<void> {
    if (entry.jvm !== null && isAlive(entry.jvm)) return
    const prefix = join(this.#folder, nameOf(entry.key))
    entry.group ??= await readIdentity(`${prefix}.group`)
    // Asked before the files are read: who is dead now has written all it will ever write.
    const groupAlive = entry.group !== null && isAlive(entry.group)
    entry.jvm ??= await readIdentity(`${prefix}.jvm`)
    if (entry.jvm === null ? groupAlive : isAlive(entry.jvm)) return
    entry.exit = await lastExitCode(`${prefix}.exit`, entry.group)
    entry.ended = true
  }
}

/** Waits for the claim of a child, whoever made it. */
async function claimed(child: ChildProcess, prefix: string): Promise<void> {
  let problem: Error | null = null
  child.once('error', (error) => {
    problem = failed('The process could not be started', error)
  })
  const deadline = performance.now() + CLAIM_MS
  while ((await readIdentity(`${prefix}.group`)) === null) {
    if (problem !== null) throw problem
    if (child.exitCode !== null || child.signalCode !== null) {
      if ((await readIdentity(`${prefix}.group`)) !== null) return
      throw new Error(
        `The process could not write its marker ${prefix}.group (exit code ${child.exitCode}); is the disk full?`,
      )
    }
    if (performance.now() > deadline) throw new Error(`The process wrote no marker ${prefix}.group in ${CLAIM_MS} ms`)
    await sleep(5)
  }
}

function nameOf(key: ProcessKey): string {
  return `${key.start}.${key.role}.${key.turn}`
}

function parseKey(fileName: string): ProcessKey | null {
  const [, start, role, turn] = /^(\d+)\.(jobmanager|taskmanager-\d+)\.(\d+)\.(?:group|jvm|exit)$/.exec(fileName) ?? []
  if (start === undefined || role === undefined || turn === undefined) return null
  return { start: Number(start), role: role as Role, turn: Number(turn) }
}

async function readIdentity(path: string): Promise<Identity | null> {
  return parseIdentity((await readTextOrNull(path)) ?? '')
}

/**
 * The wrapper writes the exit code in the moment after the JVM is gone. One that is stopped, or hangs, does not: then the
 * code is unknown (null), and the death of the JVM is a fact all the same.
 */
async function lastExitCode(path: string, wrapper: Identity | null): Promise<number | null> {
  const deadline = performance.now() + EXIT_CODE_MS
  for (;;) {
    // Asked before the file is read: who is dead now has written all it will ever write.
    const isLast = wrapper === null || !isAlive(wrapper) || performance.now() > deadline
    const code = await readExitCode(path)
    if (code !== null || isLast) return code
    await sleep(EXIT_CODE_LOOK_MS)
  }
}

async function readExitCode(path: string): Promise<number | null> {
  const code = Number.parseInt((await readTextOrNull(path)) ?? '', 10)
  return Number.isNaN(code) ? null : code
}
