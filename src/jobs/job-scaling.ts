import type { JobSettings } from './job.ts'
import { MAX_PARALLELISM, TASKS_PER_CU } from './job-settings.ts'
import { readRuntimeConfig } from './runtime-config.ts'

/** How a job is to be scaled: `flink.dli.job.scale.*` and `flink.dli.job.cu.max` of its runtime_config (DLI, Flink jobs). */
export type Scaling = Readonly<{ intervalMinutes: number; maxParallelism: number }>

const INTERVAL_DEFAULT_MINUTES = 30

/** Null: it keeps its size. `maxParallelism` is what the most CUs it may grow to would carry. */
export function scalingOf(settings: JobSettings): Scaling | null {
  const config = readRuntimeConfig(settings.runtimeConfig)
  if (config['flink.dli.job.scale.enable']?.toLowerCase() !== 'true') return null
  const cusMax = positive(config['flink.dli.job.cu.max']) ?? settings.cuNumber
  const carried = TASKS_PER_CU * (cusMax - settings.managerCuNumber)
  return {
    intervalMinutes: positive(config['flink.dli.job.scale.interval']) ?? INTERVAL_DEFAULT_MINUTES,
    maxParallelism: Math.max(settings.parallelNumber, Math.min(MAX_PARALLELISM, carried)),
  }
}

/** A text that is no such number counts as not given: keys of runtime_config are never refused. */
function positive(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,8}$/u.test(text) ? Number(text) : null
}
