import { parseMemory } from '../lib/memory-size.ts'
import type { ClusterShape } from '../runtimes/runtime.ts'
import type { JobSettings } from './job.ts'

/** What a job's settings come to: the cluster, and the CUs it takes from its queue. */
export type Sizing = Readonly<{
  taskManagers: number
  /** Of one TaskManager. */
  taskManagerCus: number
  slotsPerTaskManager: number
  parallelism: number
  /** Booked on the queue. */
  cuCount: number
  /** Really used: over JobManager and TaskManagers, the larger of CPU and memory / 4 GB (DLI, real CUs). */
  realCuCount: number
  shape: ClusterShape
}>

const GIB = 1024 ** 3
/** A CU is 1 vCPU and 4 GB where DLI's resource model v2 counts memory. */
const GIB_PER_CU = 4

/** `cuMemoryBytes`: what one CU means on this host; in v2 memory is given directly. */
export function sizeOf(settings: JobSettings, cuMemoryBytes: number): Sizing {
  return settings.resourceConfigVersion === 'v2' ? sizeV2(settings) : sizeV1(settings, cuMemoryBytes)
}

/**
 * DLI v1: with `tm_slot_num`, TaskManagers = ceil(parallel / slots); without, compute CUs / tm_cus, and slots =
 * (parallel x tm_cus) / (cu_number - manager_cu_number), rounded up and never too few for the parallelism.
 */
function sizeV1(settings: JobSettings, cuMemoryBytes: number): Sizing {
  const { parallelNumber, tmCus, managerCuNumber } = settings
  const computeCus = settings.cuNumber - managerCuNumber
  const givenSlots = settings.tmSlotNum ?? 0
  const taskManagers =
    givenSlots > 0 ? Math.ceil(parallelNumber / givenSlots) : Math.max(1, Math.floor(computeCus / tmCus))
  const slots =
    givenSlots > 0
      ? givenSlots
      : Math.max(1, Math.ceil((parallelNumber * tmCus) / computeCus), Math.ceil(parallelNumber / taskManagers))
  const realCuCount = managerCuNumber + taskManagers * tmCus
  return {
    taskManagers,
    taskManagerCus: tmCus,
    slotsPerTaskManager: slots,
    parallelism: parallelNumber,
    cuCount: Math.max(settings.cuNumber, realCuCount),
    realCuCount,
    shape: {
      jobManager: { cpuCores: managerCuNumber, memoryBytes: managerCuNumber * cuMemoryBytes },
      taskManager: { cpuCores: tmCus, memoryBytes: tmCus * cuMemoryBytes, slots },
      taskManagers,
      parallelism: parallelNumber,
    },
  }
}

/** DLI v2: `resource_config` alone sizes the job; TaskManagers = ceil(parallel_number / max_slot). */
function sizeV2(settings: JobSettings): Sizing {
  const { maxSlot, parallelNumber, jobManager, taskManager } = settings.resourceConfig
  const taskManagers = Math.ceil(parallelNumber / maxSlot)
  const managerBytes = parseMemory(jobManager.memory) ?? 0
  const workerBytes = parseMemory(taskManager.memory) ?? 0
  const cpuCores = jobManager.cpu + taskManagers * taskManager.cpu
  const cuCount = cusOf(cpuCores, managerBytes + taskManagers * workerBytes)
  return {
    taskManagers,
    taskManagerCus: cusOf(taskManager.cpu, workerBytes),
    slotsPerTaskManager: maxSlot,
    parallelism: parallelNumber,
    cuCount,
    realCuCount: cuCount,
    shape: {
      jobManager: { cpuCores: jobManager.cpu, memoryBytes: managerBytes },
      taskManager: { cpuCores: taskManager.cpu, memoryBytes: workerBytes, slots: maxSlot },
      taskManagers,
      parallelism: parallelNumber,
    },
  }
}

/** What clients see as tm_slot_num: theirs, or what the formula gives. */
export function shownSlots(settings: JobSettings): number {
  return settings.tmSlotNum || sizeOf(settings, GIB).slotsPerTaskManager
}

/** The larger of CPU and memory (DLI, real CUs). */
function cusOf(cpuCores: number, memoryBytes: number): number {
  return Math.ceil(Math.max(cpuCores, memoryBytes / GIB / GIB_PER_CU))
}

/** Memory of all the cluster's processes together. */
export function memoryOf(shape: ClusterShape): number {
  return shape.jobManager.memoryBytes + shape.taskManagers * shape.taskManager.memoryBytes
}
