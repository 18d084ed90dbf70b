import { type ChildProcess, spawn } from 'node:child_process'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { failed } from '../../lib/errors.ts'
import { namesIn, readTextOrNull } from '../cluster/disk.ts'
import type { ProcessKey, ProcessTable, Role } from '../cluster/process-host.ts'
import type { ProcessState } from '../runtime.ts'
import { type Identity, isAlive, parseIdentity } from './process-identity.ts'
import { NEVER_LEASED } from './warm/message.ts'
import { WITH_OUTPUT, WRAPPER } from './wrapper.ts'

/**
 * The processes of one attempt, read back from the marker files that the wrapper writes (wrapper.ts). Nothing here is
 * known only in memory: a table made after a crash of the service says the same as the one before. The names of the files
 * begin with the key: `<start>.<role>.<turn>`.
 *
 * A warm JVM (warm/pool.ts) has turn 0 and one marker more, made by the service:
 *
 *   <prefix>.idle      before it is started: it waits for a job, and counts as absent
 *   <prefix>.leasing   `.idle` renamed, before it is given the job: it may have taken it, or end as NEVER_LEASED, which
 *                      counts as absent too. Removed when it has answered; from then on it is a process like any other.
 *                      `.idle` again when it did not answer: before it is killed, as its end must not be the job's.
 */
type Entry = {
  key: ProcessKey
  group: Identity | null
  jvm: Identity | null
  exit: number | null
  ended: boolean
  lease: Lease | null
}

type Lease = 'idle' | 'leasing'

/** The turn of a warm JVM, before those of the processes that are started for the job. */
export const WARM_TURN = 0

export type SpawnRequest = Readonly<{
  key: ProcessKey
  /** Put before the program, such as what makes it another user's. */
  prefix: readonly string[]
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  workingFolder: string
  /** Takes standard output and error. */
  outFile: string
  /** It waits for a job (warm/pool.ts), and has a line to us as its file descriptor 3. */
  idle?: true
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
    const names = await namesIn(this.#folder)
    for (const name of names) {
      const key = parseKey(name)
      if (key !== null) this.#entry(key)
    }
    for (const entry of this.#entries.values()) entry.lease = leaseOf(entry.key, names)
    await this.refresh()
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#entries.values()].filter((entry) => !entry.ended).map((entry) => this.#update(entry)))
  }

  state(start: number, role: Role): ProcessState {
    const turn = this.newestTurn(start, role)
    const entry = turn === null ? undefined : this.#entries.get(nameOf({ start, role, turn }))
    if (entry === undefined || hasNoJob(entry)) return { is: 'absent' }
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

  /** JVMs and group leaders that are alive now, over all starts; of all, or of those that wait for a job. */
  living(which: 'all' | 'idle' = 'all'): Living {
    const all = [...this.#entries.values()]
    return livingOf(which === 'all' ? all : all.filter(({ lease }) => lease === 'idle'))
  }

  /** The warm JVM of a role as long as it has not been given a job for certain. */
  unleased(role: Role): Living {
    return livingOf([...this.#entries.values()].filter(({ key, lease }) => key.role === role && lease !== null))
  }

  /** From here on it may have the job. */
  async beginLease(role: Role): Promise<void> {
    await this.#turnLease(role, 'idle', 'leasing')
  }

  /** It is not to have the job: whoever starts this role ends it first. */
  async takeBackLease(role: Role): Promise<void> {
    await this.#turnLease(role, 'leasing', 'idle')
  }

  async #turnLease(role: Role, from: Lease, to: Lease): Promise<void> {
    const entry = this.#entry(warmKey(role))
    const prefix = join(this.#folder, nameOf(entry.key))
    await rename(`${prefix}.${from}`, `${prefix}.${to}`)
    entry.lease = to
  }

  /** It has the job. */
  async endLease(role: Role): Promise<void> {
    const entry = this.#entry(warmKey(role))
    await rm(join(this.#folder, `${nameOf(entry.key)}.leasing`), { force: true })
    entry.lease = null
  }

  /**
   * Starts a process in a session of its own and returns when it has claimed its key on disk. Starting a key that is
   * claimed already starts nothing.
   */
  async spawn(request: SpawnRequest): Promise<ChildProcess> {
    const prefix = join(this.#folder, nameOf(request.key))
    const program = ['/bin/sh', '-c', WITH_OUTPUT, 'jvm', request.outFile, ...request.command]
    if (request.idle) await writeFile(`${prefix}.idle`, '', { flag: 'wx', mode: 0o600 })
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'headgate', prefix, this.#closed, ...request.prefix, ...program], {
      cwd: request.workingFolder,
      env: request.environment,
      detached: true,
      stdio: request.idle ? ['ignore', 'ignore', 'ignore', 'pipe'] : 'ignore',
    })
    await claimed(child, prefix)
    child.unref()
    const entry = this.#entry(request.key)
    if (request.idle) entry.lease = 'idle'
    return child
  }

  #entry(key: ProcessKey): Entry {
    const name = nameOf(key)
    const fresh = { key, group: null, jvm: null, exit: null, ended: false, lease: null }
    const entry = this.#entries.get(name) ?? fresh
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

type Living = { jvms: Identity[]; leaders: Identity[] }

function livingOf(entries: readonly Entry[]): Living {
  const alive = (identity: Identity | null): identity is Identity => identity !== null && isAlive(identity)
  return {
    jvms: entries.map((entry) => entry.jvm).filter(alive),
    leaders: entries.map((entry) => entry.group).filter(alive),
  }
}

/** As far as the job is concerned the process was never started. */
function hasNoJob({ lease, exit }: Entry): boolean {
  return lease === 'idle' || (lease === 'leasing' && exit === NEVER_LEASED)
}

const warmKey = (role: Role): ProcessKey => ({ start: 1, role, turn: WARM_TURN })

function leaseOf(key: ProcessKey, names: readonly string[]): Lease | null {
  if (key.turn !== WARM_TURN) return null
  return (['idle', 'leasing'] as const).find((lease) => names.includes(`${nameOf(key)}.${lease}`)) ?? null
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
  const [, start, role, turn] =
    /^(\d+)\.(jobmanager|taskmanager-\d+)\.(\d+)\.(?:group|jvm|exit|idle|leasing)$/.exec(fileName) ?? []
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
