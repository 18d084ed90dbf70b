import { totalmem } from 'node:os'
import { DEFAULT_SETTINGS } from '../jobs/job-settings.ts'
import { memoryOf, sizeOf } from '../jobs/job-sizing.ts'
import { availableMemory } from '../lib/available-memory.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import { size } from './words.ts'

const CU_BYTES_MIN = 1024 ** 3
/** As the default of HEADGATE_HOST_MEMORY. */
const PART_FOR_JOBS = 0.8

export const memory: Check = {
  name: 'memory',
  run: async ({ config, service }) => [
    judgeMemory({
      jobBytes: memoryOf(sizeOf(DEFAULT_SETTINGS, config.cuMemoryBytes).shape),
      budgetBytes: config.hostMemoryBytes,
      // 0, or more than there is, where nothing constrains the process.
      machineBytes: Math.min(totalmem(), process.constrainedMemory() || totalmem()),
      freeBytes: availableMemory(),
      isServiceRunning: service !== null,
    }),
  ],
}

export type MemoryFacts = Readonly<{
  /** Of a job with the contract's defaults. */
  jobBytes: number
  /** For all jobs together. */
  budgetBytes: number
  machineBytes: number
  freeBytes: number
  isServiceRunning: boolean
}>

export function judgeMemory(facts: MemoryFacts): Finding {
  const { jobBytes, budgetBytes, machineBytes, freeBytes } = facts
  if (jobBytes > budgetBytes) return tooLittle(facts)
  const [job, budget, free] = [jobBytes, budgetBytes, freeBytes].map(size)
  if (budgetBytes > machineBytes) {
    return warning(
      `All jobs together may take ${budget}, and there are ${size(machineBytes)}: jobs may be killed. Set ${fittingBudget(machineBytes)}`,
      `所有作业可用内存合计 ${budget}，而本机只有 ${size(machineBytes)}，作业可能被终止。请设置 ${fittingBudget(machineBytes)}`,
    )
  }
  // While the service runs, what is taken is taken by its jobs.
  if (freeBytes < jobBytes && !facts.isServiceRunning) {
    return warning(
      `Only ${free} are free and a job of ${DEFAULT_SETTINGS.cuNumber} CUs may take ${job}. End other programs, or set a smaller HEADGATE_CU_MEMORY.`,
      `仅剩 ${free} 空闲内存，而 ${DEFAULT_SETTINGS.cuNumber} CU 的作业可能占用 ${job}。请结束其他程序，或减小 HEADGATE_CU_MEMORY。`,
    )
  }
  const count = Math.floor(budgetBytes / jobBytes)
  return ok(
    `${budget} for all jobs, room for ${count} of ${DEFAULT_SETTINGS.cuNumber} CUs (${job} each); ${free} free now`,
    `所有作业合计 ${budget}：可同时运行 ${count} 个 ${DEFAULT_SETTINGS.cuNumber} CU 的作业（每个 ${job}）；当前空闲 ${free}`,
  )
}

function tooLittle({ jobBytes, budgetBytes, machineBytes }: MemoryFacts): Finding {
  const what = {
    en: `A job of ${DEFAULT_SETTINGS.cuNumber} CUs takes ${size(jobBytes)} and all jobs together may take ${size(budgetBytes)}.`,
    zh: `${DEFAULT_SETTINGS.cuNumber} CU 的作业需要 ${size(jobBytes)}，而所有作业可用内存合计为 ${size(budgetBytes)}。`,
  }
  if (jobBytes <= machineBytes * PART_FOR_JOBS) {
    const setting = fittingBudget(machineBytes)
    return problem(`${what.en} Raise that: ${setting}`, `${what.zh}请增大该值：${setting}`)
  }
  const cuBytes = Math.floor(budgetBytes / DEFAULT_SETTINGS.cuNumber)
  if (cuBytes < CU_BYTES_MIN) {
    return problem(
      `${what.en} Use a machine with at least 3 GiB of memory.`,
      `${what.zh}请使用内存不少于 3 GiB 的主机。`,
    )
  }
  const setting = `HEADGATE_CU_MEMORY=${Math.floor(cuBytes / 1024 ** 2)}M`
  return problem(`${what.en} Make a CU smaller: ${setting}`, `${what.zh}请减小CU内存：${setting}`)
}

function fittingBudget(machineBytes: number): string {
  return `HEADGATE_HOST_MEMORY=${Math.floor((machineBytes * PART_FOR_JOBS) / 1024 ** 2)}M`
}
