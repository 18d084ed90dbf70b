import { Refusal } from '../../lib/errors.ts'

/**
 * Flink's memory arithmetic, done here so that no helper JVM has to be started for it.
 * Formulas and defaults: Flink docs, "Set up TaskManager Memory" and "Set up JobManager Memory"
 * (TaskManagerOptions, JobManagerOptions, ProcessMemoryUtils). All figures are bytes.
 */
export const MIB = 1024 * 1024
export const GIB = 1024 * MIB

const METASPACE = 256 * MIB
const OVERHEAD_FRACTION = 0.1
const OVERHEAD_MIN = 192 * MIB
const OVERHEAD_MAX = GIB
const FRAMEWORK_HEAP = 128 * MIB
const FRAMEWORK_OFF_HEAP = 128 * MIB
const JOB_MANAGER_OFF_HEAP = 128 * MIB
const NETWORK_MIN = 64 * MIB
/** Less than this is a TaskManager that starts and then dies of the first record. */
const TASK_HEAP_MIN = 16 * MIB
const JOB_MANAGER_HEAP_MIN = 128 * MIB

export type JobManagerMemory = Readonly<{ heap: number; offHeap: number; metaspace: number; overhead: number }>

export type TaskManagerMemory = Readonly<{
  frameworkHeap: number
  taskHeap: number
  frameworkOffHeap: number
  taskOffHeap: number
  network: number
  managed: number
  metaspace: number
  overhead: number
  /** -Xmx */
  heap: number
  /** -XX:MaxDirectMemorySize; managed memory is taken through Unsafe and does not count here. */
  direct: number
}>

/** The two shares a user may move (`taskmanager.memory.managed.fraction`, `taskmanager.memory.network.fraction`). */
export type MemoryShares = Readonly<{ managedFraction: number; networkFraction: number }>
export const DEFAULT_SHARES: MemoryShares = { managedFraction: 0.4, networkFraction: 0.1 }

/** @throws Refusal `runtime.memoryTooSmall` */
export function jobManagerMemory(processBytes: number): JobManagerMemory {
  const overhead = overheadOf(processBytes)
  const heap = processBytes - METASPACE - overhead - JOB_MANAGER_OFF_HEAP
  if (heap < JOB_MANAGER_HEAP_MIN) {
    throw tooSmall('JobManager', processBytes, METASPACE + OVERHEAD_MIN + JOB_MANAGER_OFF_HEAP + JOB_MANAGER_HEAP_MIN)
  }
  return { heap, offHeap: JOB_MANAGER_OFF_HEAP, metaspace: METASPACE, overhead }
}

/** @throws Refusal `runtime.memoryTooSmall` */
export function taskManagerMemory(processBytes: number, shares: MemoryShares = DEFAULT_SHARES): TaskManagerMemory {
  const memory = divide(processBytes, shares)
  if (memory.taskHeap < TASK_HEAP_MIN) throw tooSmall('TaskManager', processBytes, smallestTaskManager(shares))
  return memory
}

function divide(processBytes: number, shares: MemoryShares): TaskManagerMemory {
  const overhead = overheadOf(processBytes)
  const flink = processBytes - METASPACE - overhead
  // Flink rounds network memory down to whole 32 KiB buffers by itself.
  const network = Math.max(NETWORK_MIN, Math.floor(flink * shares.networkFraction))
  const managed = Math.floor(flink * shares.managedFraction)
  const taskHeap = flink - network - managed - FRAMEWORK_HEAP - FRAMEWORK_OFF_HEAP
  return {
    frameworkHeap: FRAMEWORK_HEAP,
    taskHeap,
    frameworkOffHeap: FRAMEWORK_OFF_HEAP,
    taskOffHeap: 0,
    network,
    managed,
    metaspace: METASPACE,
    overhead,
    heap: FRAMEWORK_HEAP + taskHeap,
    direct: FRAMEWORK_OFF_HEAP + network,
  }
}

function overheadOf(processBytes: number): number {
  return Math.min(OVERHEAD_MAX, Math.max(OVERHEAD_MIN, Math.floor(processBytes * OVERHEAD_FRACTION)))
}

/** Smallest process size, in whole 16 MiB steps, that leaves a task heap; found by trying, as the clamps interact. */
export function smallestTaskManager(shares: MemoryShares = DEFAULT_SHARES): number {
  const step = 16 * MIB
  let size = METASPACE + OVERHEAD_MIN + NETWORK_MIN + FRAMEWORK_HEAP + FRAMEWORK_OFF_HEAP
  while (size < 1024 * GIB && divide(size, shares).taskHeap < TASK_HEAP_MIN) size += step
  return Math.ceil(size / step) * step
}

function tooSmall(role: string, processBytes: number, neededBytes: number): Refusal {
  const has = `${Math.floor(processBytes / MIB)} MiB`
  const needs = `${Math.ceil(neededBytes / MIB)} MiB`
  return new Refusal('runtime.memoryTooSmall', {
    en: `The ${role} has ${has} of memory and needs at least ${needs}. Give it more CUs, or set the memory of one CU (cu.memory) to at least ${needs}.`,
    zh: `${role} 的内存为 ${has}，至少需要 ${needs}。请增加其 CU 数，或将单个 CU 的内存（cu.memory）设为至少 ${needs}。`,
  })
}

/**
 * The shares a user asked for. Values that are no fraction are refused, as Flink would only say so in a log.
 * @throws Refusal `runtime.invalidSetting`
 */
export function memoryShares(flinkConfig: Readonly<Record<string, string>>): MemoryShares {
  return {
    managedFraction: fraction(flinkConfig, 'taskmanager.memory.managed.fraction', DEFAULT_SHARES.managedFraction),
    networkFraction: fraction(flinkConfig, 'taskmanager.memory.network.fraction', DEFAULT_SHARES.networkFraction),
  }
}

function fraction(flinkConfig: Readonly<Record<string, string>>, key: string, otherwise: number): number {
  const text = flinkConfig[key]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 0.8) return value
  throw new Refusal('runtime.invalidSetting', {
    en: `The Flink setting ${key} is "${text}"; it must be a number from 0 to 0.8. Correct it in the job's runtime configuration.`,
    zh: `Flink 配置项 ${key} 的值为“${text}”，必须是 0 到 0.8 之间的数字。请在作业的运行参数中修改。`,
  })
}
