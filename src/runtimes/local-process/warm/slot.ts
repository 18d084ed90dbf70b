import { existsSync } from 'node:fs'
import type { Logger } from '../../../lib/logger.ts'
import { removeTree } from '../../../lib/open-folder.ts'
import type { Role } from '../../cluster/process-host.ts'
import { type RunFolder, runFolder } from '../../cluster/run-folder.ts'
import { makeRunFolders } from '../../cluster/run-owner.ts'
import type { AttemptId, LaunchWish } from '../../runtime.ts'
import { endProcesses, until } from '../killing.ts'
import { isAlive, signalGroup, signalProcess } from '../process-identity.ts'
import { MarkerTable } from '../process-table.ts'
import type { SlotKey } from './slot-key.ts'
import { hasEnded, type WarmJvm } from './warm-jvm.ts'

/** A run folder that has no job yet: its attempt id is chosen, and its JVMs wait. */
export type Slot = {
  readonly id: AttemptId
  readonly key: SlotKey
  readonly wish: LaunchWish
  readonly folder: RunFolder
  readonly table: MarkerTable
  /** Those that are not leased. */
  readonly jvms: Map<Role, WarmJvm>
  state: 'warming' | 'ready' | 'reserved'
  /** When it came into this state (performance.now). */
  sinceMs: number
}

/** Starts the warm JVM of a role in the slot; it is on record when this returns. */
export type StartWarm = (slot: Slot, role: Role) => Promise<WarmJvm>

/** @throws when the folder cannot be made; nothing of it is left then */
export async function makeSlot(id: AttemptId, key: SlotKey, wish: LaunchWish, runsFolder: string): Promise<Slot> {
  const folder = runFolder(runsFolder, id)
  try {
    await makeRunFolders(folder, wish.user)
    const table = await MarkerTable.read(folder.processes, folder.closed)
    return { id, key, wish, folder, table, jvms: new Map(), state: 'warming', sinceMs: performance.now() }
  } catch (error) {
    await removeTree(folder.path)
    throw error
  }
}

/** Returns when all are started; they warm up on their own. */
export async function startJvms(slot: Slot, start: StartWarm, onExit: () => void): Promise<void> {
  for (const role of rolesOf(slot.wish)) {
    const jvm = await start(slot, role)
    jvm.child.once('exit', onExit)
    slot.jvms.set(role, jvm)
  }
}

/** Milliseconds that each took to warm up. @throws when one ends or hangs before all are warm */
export async function allReady(slot: Slot): Promise<number[]> {
  const tookMs = await Promise.all([...slot.jvms.values()].map(({ ready }) => ready))
  if (hasLost(slot)) throw new Error('A JVM ended while it waited for another one to warm up')
  return tookMs
}

/** Nobody has removed it, such as a program that tidies up folders. */
export function hasFolder({ folder }: Slot): boolean {
  return existsSync(folder.processes)
}

/** One of its JVMs has ended. */
export function hasLost({ jvms }: Slot): boolean {
  return [...jvms.values()].some(({ child }) => hasEnded(child))
}

function rolesOf({ shape }: LaunchWish): Role[] {
  return ['jobmanager', ...Array.from({ length: shape.taskManagers }, (_, n): Role => `taskmanager-${n + 1}`)]
}

export function memoryOf({ wish: { shape } }: Slot): number {
  return shape.jobManager.memoryBytes + shape.taskManagers * shape.taskManager.memoryBytes
}

/** Ends what waits in it. When an attempt may have been recorded under its id, the folder and what else runs there are its. */
export async function endSlot(slot: Slot, logger: Logger): Promise<void> {
  const { id, folder, table } = slot
  if (slot.state === 'reserved') return endUnleasedOf(slot)
  await endProcesses({ id, spec: null, folder }, table, { terminateMs: 0, killMs: 5_000 }, logger)
  await removeTree(folder.path)
}

async function endUnleasedOf({ jvms, table }: Slot): Promise<void> {
  await table.load()
  for (const role of jvms.keys()) await endUnleased(table, role)
}

const GONE_MS = 5_000

/** Makes sure that the warm JVM of a role does not take the job any more. */
export async function endUnleased(table: MarkerTable, role: Role): Promise<void> {
  const { jvms, leaders } = table.unleased(role)
  for (const leader of leaders) signalGroup(leader, 'SIGKILL')
  for (const jvm of jvms) signalProcess(jvm, 'SIGKILL')
  const areGone = () => ![...jvms, ...leaders].some(isAlive)
  await until(areGone, GONE_MS)
  if (!areGone()) throw new Error(`The warm JVM of ${role} cannot be killed`)
}
