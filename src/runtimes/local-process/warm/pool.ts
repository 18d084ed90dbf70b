import { availableMemory } from '../../../lib/available-memory.ts'
import { messageOf } from '../../../lib/errors.ts'
import { randomIds } from '../../../lib/ids.ts'
import type { Logger } from '../../../lib/logger.ts'
import { Exclusive } from '../../cluster/exclusive.ts'
import type { Role } from '../../cluster/process-host.ts'
import type { AttemptId, ColdReason, LaunchWish } from '../../runtime.ts'
import type { JavaProgram } from '../command-line.ts'
import type { MarkerTable } from '../process-table.ts'
import { raisePriority } from './priority.ts'
import {
  allReady,
  endSlot,
  endUnleased,
  hasFolder,
  hasLost,
  makeSlot,
  memoryOf,
  type Slot,
  type StartWarm,
  startJvms,
} from './slot.ts'
import { fits, type SlotKey, slotKeyOf } from './slot-key.ts'
import type { WarmJvm } from './warm-jvm.ts'

/**
 * JVMs that have run Flink once and wait for a job (docs/decisions/0016-warm-jvms.md).
 *
 *     (nothing) ──fill──> warming ──ready──> ready ──reserve──> reserved ──lease──> not ours any more
 *                            │                 │  <──release──     │
 *                            └────── end ──────┴──── end ──────────┘  (its folder stays: an attempt may be recorded)
 *
 * A slot is a run folder without a job. Whatever finds, ends and sweeps attempts holds for slots too, so what a killed
 * service leaves behind is an attempt that nobody recorded; its JVMs end by themselves when their line breaks.
 *
 * The pool follows the launches: it keeps slots for the kinds that were asked for last. Everything it does beside a lease
 * is done in `tend`, one slot at a time, and in turn with what is done `without` slots.
 */
export type WarmPoolOptions = Readonly<{
  /** Slots that wait at most; 0: none is ever made. */
  slots: number
  runsFolder: string
  start: StartWarm
  logger: Logger
  /** Memory that this machine has left, in bytes. */
  availableBytes?: () => number
}>

export type Surroundings = Readonly<{
  /** Nothing is being started. */
  isQuiet: boolean
  /** Memory that attempts may still take; null: without limit. */
  roomBytes: number | null
}>

/** What is leased: the warm JVM of a role, in a run folder whose table tells of it, as it would be started now (birthOf). */
export type Place = Readonly<{ id: AttemptId; role: Role; table: MarkerTable; wish: LaunchWish; birth: string }>

const MIB = 1024 ** 2
const HOUR_MS = 3_600_000
/** What a JVM has gathered by waiting is unknown; another one costs little. */
const AGE_MAX_MS = 4 * HOUR_MS
/** Who started nothing for so long is not waited for. */
const FOLLOWED_MS = 24 * HOUR_MS
/** Between record and launch lie milliseconds; whoever did not come may come later, and starts cold. */
const RESERVED_MS = 60_000
/** After a warm-up that failed, twice as long each time: what was wrong may pass with the load of the machine, or never. */
const PAUSE_MS = 30_000
const PAUSE_MAX_MS = 600_000
/** With less memory left on the machine nothing waits; a slot is made only with twice as much, beside its own. */
const MEMORY_LOW_BYTES = 512 * MIB
const IDLE_JVM_BYTES = 450 * MIB

type Followed = { wish: LaunchWish; key: SlotKey; atMs: number; notBeforeMs: number; failures: number }

export class WarmPool {
  readonly #options: WarmPoolOptions
  readonly #slots = new Map<AttemptId, Slot>()
  /** The newest last. */
  #followed: Followed[] = []
  readonly #exclusive = new Exclusive()
  #isClosed = false

  constructor(options: WarmPoolOptions) {
    this.#options = options
  }

  /** As `Runtime.reserve`. */
  reserve(wish: LaunchWish): AttemptId | null {
    const key = this.follow(wish)
    const slot = key && this.#idle().find((each) => each.state === 'ready' && fits(each.key, key))
    if (!slot) return null
    if (!hasFolder(slot)) {
      void this.#end(slot)
      return null
    }
    enter(slot, 'reserved')
    return slot.id
  }

  release(id: AttemptId): void {
    const slot = this.#slots.get(id)
    if (slot?.state !== 'reserved') return
    enter(slot, 'ready')
    if (hasLost(slot)) this.#lost(slot)
  }

  /** Launches like this one are to be expected. */
  follow(wish: LaunchWish): SlotKey | null {
    const key = slotKeyOf(wish)
    if (typeof key === 'string' || this.#options.slots === 0) return null
    const known = this.#followed.find((each) => fits(each.key, key))
    const followed = known ?? { wish, key, atMs: 0, notBeforeMs: 0, failures: 0 }
    followed.atMs = performance.now()
    this.#followed = [...this.#followed.filter((each) => each !== known), followed]
    return key
  }

  /** The Flink versions of the slots; reserved ones are as good as gone. */
  list(): { warming: string[]; ready: string[] } {
    const versions = (state: Slot['state']) =>
      [...this.#slots.values()].filter((slot) => slot.state === state).map(({ key }) => key.flinkVersion)
    return { warming: versions('warming'), ready: versions('ready') }
  }

  /** Gives the program to the JVM that waits for it. When it is not taken, nothing waits there any more. */
  async lease({ id, role, table, wish, birth }: Place, program: JavaProgram): Promise<WarmJvm | ColdReason> {
    const jvm = this.#take(id, role)
    const leased = jvm?.birth === birth ? await tell(jvm, role, table, program) : this.#whyCold(wish)
    if (typeof leased === 'string') await endUnleased(table, role)
    return leased
  }

  /** Ends slots that are not wanted, and begins at most one. To be called every now and then. */
  tend(surroundings: Surroundings): Promise<Readonly<Record<string, unknown>> | null> {
    return this.#exclusive.run('pool', () => this.#tend(surroundings))
  }

  async #tend(surroundings: Surroundings): Promise<Readonly<Record<string, unknown>> | null> {
    const now = performance.now()
    this.#followed = this.#followed.filter(({ atMs }) => now - atMs < FOLLOWED_MS)
    const ended = await this.#endUnwanted(surroundings, now)
    const begun = surroundings.isQuiet ? await this.#fill(surroundings, now) : null
    return ended.length === 0 && begun === null ? null : { ended, begun }
  }

  /** Does what must not be reached from a JVM that waits: a job of its user may have left something there. */
  without<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusive.run('pool', async () => {
      await this.#endAll([...this.#slots.values()])
      return work()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.without(async () => undefined)
  }

  #idle(): Slot[] {
    return [...this.#slots.values()].filter(({ state }) => state !== 'reserved')
  }

  #take(id: AttemptId, role: Role): WarmJvm | null {
    const slot = this.#slots.get(id)
    const jvm = slot?.jvms.get(role) ?? null
    slot?.jvms.delete(role)
    if (slot?.jvms.size === 0) this.#slots.delete(id)
    return jvm
  }

  #whyCold(wish: LaunchWish): ColdReason {
    if (this.#options.slots === 0) return 'off'
    const key = slotKeyOf(wish)
    if (typeof key === 'string') return key
    const ofVersion = this.#idle().filter((slot) => slot.key.flinkVersion === key.flinkVersion)
    if (ofVersion.some((slot) => slot.state === 'warming' && fits(slot.key, key))) return 'notReady'
    if (ofVersion.some((slot) => slot.key.user === key.user && slot.key.sizes !== key.sizes)) return 'otherSize'
    if (ofVersion.some((slot) => slot.key.user !== key.user && slot.key.sizes === key.sizes)) return 'otherUser'
    return 'noSlot'
  }

  /** What the next launches are thought to be like, as many as there may be slots. What is put off displaces nothing. */
  #wanted(now: number): Followed[] {
    const hasSlot = ({ key }: Followed) => this.#idle().some((slot) => fits(slot.key, key))
    const newestFirst = this.#followed.toReversed().filter((each) => each.notBeforeMs <= now || hasSlot(each))
    const count = newestFirst.length === 0 ? 0 : this.#options.slots
    return Array.from({ length: count }, (_, n) => newestFirst[n % newestFirst.length]).filter(
      (each) => each !== undefined,
    )
  }

  /** Slots that nothing is wanted of, and what is wanted and has no slot. */
  #compare(now: number): { excess: Slot[]; missing: Followed[] } {
    const missing = this.#wanted(now)
    const excess = this.#idle().filter((slot) => {
      const at = missing.findIndex(({ key }) => fits(key, slot.key))
      if (at !== -1) missing.splice(at, 1)
      return at === -1
    })
    return { excess, missing }
  }

  async #endUnwanted({ roomBytes }: Surroundings, now: number): Promise<AttemptId[]> {
    const { excess } = this.#compare(now)
    const unwanted = new Set(excess)
    for (const slot of this.#slots.values()) if (now - slot.sinceMs > limitOf(slot.state)) unwanted.add(slot)
    let takenBytes = 0
    for (const slot of this.#idle().filter((each) => !unwanted.has(each))) {
      takenBytes += memoryOf(slot)
      if (roomBytes !== null && takenBytes > roomBytes) unwanted.add(slot)
    }
    if (this.#availableBytes() < MEMORY_LOW_BYTES) for (const slot of this.#idle()) unwanted.add(slot)
    await this.#endAll([...unwanted])
    return [...unwanted].map(({ id }) => id)
  }

  async #fill({ roomBytes }: Surroundings, now: number): Promise<AttemptId | null> {
    const idle = this.#idle()
    const next = this.#compare(now).missing.find(({ notBeforeMs }) => notBeforeMs <= now)
    if (!next || this.#isClosed || idle.some(({ state }) => state === 'warming')) return null
    const { jobManager, taskManager, taskManagers } = next.wish.shape
    const neededBytes = jobManager.memoryBytes + taskManagers * taskManager.memoryBytes
    const idleBytes = idle.reduce((sum, slot) => sum + memoryOf(slot), 0)
    if (roomBytes !== null && idleBytes + neededBytes > roomBytes) return null
    if (this.#availableBytes() < 2 * MEMORY_LOW_BYTES + (1 + taskManagers) * IDLE_JVM_BYTES) return null
    return this.#begin(next)
  }

  async #begin(wanted: Followed): Promise<AttemptId | null> {
    try {
      const slot = await makeSlot(randomIds.hex32(), wanted.key, wanted.wish, this.#options.runsFolder)
      this.#slots.set(slot.id, slot)
      return await this.#startIn(slot, wanted)
    } catch (error) {
      this.#putOff(wanted, error)
      return null
    }
  }

  async #startIn(slot: Slot, wanted: Followed): Promise<AttemptId> {
    try {
      await startJvms(slot, this.#options.start, () => this.#lost(slot))
    } catch (error) {
      await this.#end(slot)
      throw error
    }
    void this.#warmUp(slot, wanted)
    return slot.id
  }

  /** A slot that is not ours any more was ended meanwhile, by who knows why. */
  async #warmUp(slot: Slot, wanted: Followed): Promise<void> {
    try {
      const tookMs = await allReady(slot)
      if (!this.#slots.has(slot.id)) return
      enter(slot, 'ready')
      wanted.failures = 0
      const { flinkVersion } = slot.key
      this.#options.logger.info({ attemptId: slot.id, flinkVersion, tookMs }, 'a slot is warm')
    } catch (error) {
      if (!this.#slots.has(slot.id)) return
      this.#putOff(wanted, error)
      await this.#end(slot)
    }
  }

  #putOff(wanted: Followed, error: unknown): void {
    const pauseMs = Math.min(PAUSE_MS * 2 ** wanted.failures, PAUSE_MAX_MS)
    wanted.failures += 1
    wanted.notBeforeMs = performance.now() + pauseMs
    this.#options.logger.warn({ reason: messageOf(error), pauseMs }, 'JVMs could not be warmed up')
  }

  /** One of its JVMs has ended. Of a reserved slot the others are still good; whoever leases this one is told. */
  #lost(slot: Slot): void {
    if (slot.state === 'ready' && this.#slots.has(slot.id)) void this.#end(slot)
  }

  /** All are out of reach before the first is waited for: none may be given away, and then be ended under its job. */
  async #endAll(slots: readonly Slot[]): Promise<void> {
    await Promise.all(slots.map((slot) => this.#end(slot)))
  }

  async #end(slot: Slot): Promise<void> {
    this.#slots.delete(slot.id)
    try {
      await endSlot(slot, this.#options.logger)
    } catch (error) {
      this.#options.logger.error({ err: error, attemptId: slot.id }, 'a warm slot could not be ended')
    }
  }

  #availableBytes(): number {
    return (this.#options.availableBytes ?? availableMemory)()
  }
}

function enter(slot: Slot, state: Slot['state']): void {
  slot.state = state
  slot.sinceMs = performance.now()
}

function limitOf(state: Slot['state']): number {
  return { warming: Number.POSITIVE_INFINITY, ready: AGE_MAX_MS, reserved: RESERVED_MS }[state]
}

/** The marker first: a service that comes after us must not start what may have begun. */
async function tell(
  jvm: WarmJvm,
  role: Role,
  table: MarkerTable,
  program: JavaProgram,
): Promise<WarmJvm | 'died' | 'hung'> {
  for (const { pid } of table.unleased(role).jvms) raisePriority(pid)
  await table.beginLease(role)
  const answer = await jvm.lease(program)
  if (answer === 'taken') {
    await table.endLease(role)
    return jvm
  }
  await table.takeBackLease(role)
  return answer
}
