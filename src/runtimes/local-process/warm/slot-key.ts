import { Refusal } from '../../../lib/errors.ts'
import type { ColdReason, LaunchWish } from '../../runtime.ts'
import { userJvmOptions } from '../command-line.ts'
import { jobManagerMemory, memoryShares, taskManagerMemory } from '../memory.ts'

/**
 * What a JVM is from its birth on and cannot become later. Two launches with equal keys have JVMs whose options and
 * environment differ in the run folder only.
 */
export type SlotKey = Readonly<{ flinkVersion: string; user: number | null; sizes: string }>

/** More would cost much memory for a job that is seldom. */
const TASK_MANAGERS_MAX = 4

/** Or why no slot will ever fit. */
export function slotKeyOf(wish: LaunchWish): SlotKey | ColdReason {
  const { user, flinkVersion, shape, flinkConfig } = wish
  if (hasOwnJvmOptions(wish)) return 'ownJvmOptions'
  if (shape.taskManagers > TASK_MANAGERS_MAX) return 'otherSize'
  try {
    const manager = jobManagerMemory(shape.jobManager.memoryBytes)
    const worker = taskManagerMemory(shape.taskManager.memoryBytes, memoryShares(flinkConfig))
    const sizes = [manager.heap, manager.metaspace, worker.heap, worker.metaspace, worker.direct, shape.taskManagers]
    return { flinkVersion, user, sizes: sizes.join(' ') }
  } catch (error) {
    // The launch itself tells the user.
    if (error instanceof Refusal) return 'otherSize'
    throw error
  }
}

function hasOwnJvmOptions({ flinkConfig }: LaunchWish): boolean {
  return (['jobmanager', 'taskmanager'] as const).some((role) => userJvmOptions(flinkConfig, role).length > 0)
}

export function fits(a: SlotKey, b: SlotKey): boolean {
  return a.flinkVersion === b.flinkVersion && a.user === b.user && a.sizes === b.sizes
}
