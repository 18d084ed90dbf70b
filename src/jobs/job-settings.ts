import { parseMemory } from '../lib/memory-size.ts'
import { CONTROL, countBytes, countCharacters } from '../lib/text.ts'
import { BUCKET_NAME, isBucketPath } from './bucket-path.ts'
import { splitArguments } from './entrypoint-args.ts'
import type { JobSettings, ResourceSpec } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import { readLogConfig, readRuntimeConfig } from './runtime-config.ts'
import { checkSqlSettings } from './sql-job.ts'

/** The contract's defaults of a job (DLI: create and show Flink job). */
export const DEFAULT_SETTINGS: JobSettings = {
  cuNumber: 2,
  managerCuNumber: 1,
  parallelNumber: 1,
  tmCus: 1,
  tmSlotNum: null,
  mainClass: null,
  entrypoint: null,
  entrypointArgs: null,
  dependencyJars: null,
  dependencyFiles: null,
  logEnabled: false,
  obsBucket: null,
  smnTopic: null,
  restartWhenException: false,
  resumeCheckpoint: false,
  resumeMaxNum: -1,
  checkpointEnabled: false,
  checkpointMode: 'exactly_once',
  checkpointIntervalSeconds: 10,
  checkpointPath: null,
  runtimeConfig: null,
  flinkLogConfig: null,
  feature: null,
  flinkVersion: null,
  image: null,
  executionAgencyUrn: null,
  resourceConfigVersion: 'v1',
  resourceConfig: {
    maxSlot: 1,
    parallelNumber: 1,
    jobManager: { cpu: 1, memory: '4G' },
    taskManager: { cpu: 1, memory: '4G' },
  },
  runMode: 'exclusive_cluster',
  udfJarUrl: null,
  dirtyDataStrategy: null,
  idleStateRetentionSeconds: null,
  edgeGroupIds: null,
  operatorConfig: null,
  staticEstimatorConfig: null,
  graphEditorEnabled: false,
  graphEditorData: null,
  configUrl: null,
}

/** The settings that may change while the job runs, and act at once (DLI: updating a Flink Jar job). */
export const CHANGEABLE_WHILE_RUNNING = [
  'smnTopic',
  'restartWhenException',
  'resumeCheckpoint',
  'resumeMaxNum',
  'obsBucket',
  'checkpointPath',
] as const satisfies (keyof JobSettings)[]

export type SettingLimits = Readonly<{ maxCuNumber: number }>

export const MAX_PARALLELISM = 2000
/** DLI allows so many parallel tasks per CU. */
export const TASKS_PER_CU = 4
const MAX_SLOTS = 2000
const MIN_V2_MEMORY_BYTES = 2 * 1024 ** 3
/** That of as many CUs as cores may be asked for. */
const MAX_V2_MEMORY_BYTES = 4096 * 1024 ** 3
const MAX_CHECKPOINT_INTERVAL_SECONDS = 999_999
const NAME = /^[\p{Script=Han}A-Za-z0-9_-]+$/u
const IMAGE = /^[^\s/]+\/[^\s:]+:[^\s:]+$/u

/** @throws Refusal for a name that breaks the rule: 1 to 57 Chinese characters, letters, digits, `_`, `-`. */
export function checkName(name: string): void {
  if (name === '') throw JOB_ERRORS.nameEmpty()
  if (countCharacters(name) > 57) throw JOB_ERRORS.nameTooLong()
  if (!NAME.test(name)) throw JOB_ERRORS.nameBadCharacter()
}

export function checkDescription(description: string): void {
  if (countCharacters(description) > 512) throw JOB_ERRORS.descriptionTooLong()
}

/** Checks the whole of the settings; what needs other things (packages, queues, other jobs) is checked by the service. */
export function checkSettings(settings: JobSettings, limits: SettingLimits): void {
  checkRanges(settings, limits)
  if (settings.resourceConfigVersion === 'v2') checkResourceConfig(settings)
  else checkCus(settings)
  checkEntry(settings)
  checkCheckpoints(settings)
  checkStorage(settings)
  checkSqlSettings(settings)
  checkRest(settings)
}

/** Of the numbers that size a v1 job. A v2 job has them, too: they are answered, and count again when it becomes v1. */
function checkRanges(settings: JobSettings, limits: SettingLimits): void {
  const { cuNumber, managerCuNumber, parallelNumber, tmCus, tmSlotNum } = settings
  if (!within(cuNumber, 2, limits.maxCuNumber)) throw JOB_ERRORS.cuNumberBad(limits.maxCuNumber)
  if (!within(managerCuNumber, 1, limits.maxCuNumber)) throw JOB_ERRORS.managerCuNumberBad()
  if (!within(parallelNumber, 1, MAX_PARALLELISM)) throw JOB_ERRORS.parallelNumberBad()
  if (!within(tmCus, 1, limits.maxCuNumber)) {
    throw JOB_ERRORS.fieldBad('tm_cus', `Give 1 to ${limits.maxCuNumber}.`, `取值为1~${limits.maxCuNumber}。`)
  }
  if (tmSlotNum !== null && !within(tmSlotNum, 0, MAX_SLOTS)) {
    throw JOB_ERRORS.fieldBad(
      'tm_slot_num',
      `Give 0 (by the formula) to ${MAX_SLOTS}.`,
      `取值为0（按公式计算）~${MAX_SLOTS}。`,
    )
  }
}

/** How they go together. */
function checkCus({ cuNumber, managerCuNumber, parallelNumber, tmCus }: JobSettings): void {
  if (managerCuNumber >= cuNumber) throw JOB_ERRORS.managerCuNumberBad()
  const computeCus = cuNumber - managerCuNumber
  if (parallelNumber > TASKS_PER_CU * computeCus) throw JOB_ERRORS.parallelismAboveCus(TASKS_PER_CU * computeCus)
  if (tmCus <= computeCus) return
  throw JOB_ERRORS.fieldBad(
    'tm_cus',
    `Give 1 to cu_number - manager_cu_number = ${computeCus}.`,
    `取值为1~（cu_number - manager_cu_number）= ${computeCus}。`,
  )
}

function checkResourceConfig(settings: JobSettings): void {
  const { maxSlot, parallelNumber, jobManager, taskManager } = settings.resourceConfig
  if (!within(maxSlot, 1, MAX_SLOTS)) {
    throw JOB_ERRORS.fieldBad('resource_config.max_slot', `Give 1 to ${MAX_SLOTS}.`, `取值为1~${MAX_SLOTS}。`)
  }
  if (!within(parallelNumber, 1, MAX_PARALLELISM)) throw JOB_ERRORS.parallelNumberBad()
  checkSpec('jobmanager_resource_spec', jobManager)
  checkSpec('taskmanager_resource_spec', taskManager)
}

function checkSpec(name: string, spec: ResourceSpec): void {
  if (!(spec.cpu >= 0.5 && spec.cpu <= 1000)) {
    throw JOB_ERRORS.fieldBad(`resource_config.${name}.cpu`, 'Give 0.5 to 1000 cores.', '取值为0.5~1000核。')
  }
  const memoryBytes = parseMemory(spec.memory) ?? 0
  if (memoryBytes < MIN_V2_MEMORY_BYTES || memoryBytes > MAX_V2_MEMORY_BYTES) {
    throw JOB_ERRORS.fieldBad(
      `resource_config.${name}.memory`,
      'Give 2 to 4096 GB, such as "4G" or "4096M".',
      '取值为2~4096GB，例如“4G”或“4096M”。',
    )
  }
}

function checkEntry(settings: JobSettings): void {
  const { mainClass, entrypointArgs } = settings
  if (mainClass !== null) {
    if (countBytes(mainClass) > 512) throw JOB_ERRORS.mainClassTooLong()
    if (/\s/u.test(mainClass)) throw JOB_ERRORS.mainClassBlank()
    if (!/^[\p{L}_$][\p{L}\p{N}_$.]*$/u.test(mainClass)) {
      throw JOB_ERRORS.fieldBad(
        'main_class',
        'Give a Java class name such as com.acme.Main.',
        '请输入Java类名，例如 com.acme.Main。',
      )
    }
  }
  if (entrypointArgs !== null) {
    if (countBytes(entrypointArgs) > 1024) throw JOB_ERRORS.argumentsTooLong()
    if (CONTROL.test(entrypointArgs)) {
      throw JOB_ERRORS.fieldBad('entrypoint_args', 'It holds a control character. Remove it.', '含有控制字符，请删除。')
    }
    splitArguments(entrypointArgs)
  }
}

function checkCheckpoints(settings: JobSettings): void {
  const { checkpointIntervalSeconds: seconds, checkpointEnabled } = settings
  if (!within(seconds, checkpointEnabled ? 1 : 0, MAX_CHECKPOINT_INTERVAL_SECONDS))
    throw JOB_ERRORS.checkpointIntervalBad()
  if (settings.resumeMaxNum !== -1 && !within(settings.resumeMaxNum, 1, Number.MAX_SAFE_INTEGER)) {
    throw JOB_ERRORS.fieldBad(
      'resume_max_num',
      'Give -1 (unlimited) or the restarts allowed per hour, more than 0.',
      '取值为-1（不限）或大于0的每小时重启次数。',
    )
  }
}

function checkStorage(settings: JobSettings): void {
  const { obsBucket, logEnabled, checkpointEnabled, checkpointPath } = settings
  if (obsBucket === null && (logEnabled || checkpointEnabled)) throw JOB_ERRORS.bucketNeeded()
  if (obsBucket !== null && !BUCKET_NAME.test(obsBucket)) throw JOB_ERRORS.bucketBad(obsBucket)
  if (checkpointPath !== null && !isBucketPath(checkpointPath)) {
    throw JOB_ERRORS.fieldBad(
      'checkpoint_path',
      'Give bucket/directory, with or without obs:// in front.',
      '请使用 bucket/目录 的形式，可带 obs:// 前缀。',
    )
  }
}

function checkRest(settings: JobSettings): void {
  readRuntimeConfig(settings.runtimeConfig)
  readLogConfig(settings.flinkLogConfig)
  if (settings.smnTopic !== null && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/u.test(settings.smnTopic)) {
    throw JOB_ERRORS.fieldBad(
      'smn_topic',
      'Give the name of a topic: letters, digits, "_", "-", at most 255.',
      '请输入主题名称：字母、数字、下划线、中划线，最多255个字符。',
    )
  }
  if (settings.feature !== null && !['basic', 'custom'].includes(settings.feature)) {
    throw JOB_ERRORS.fieldBad('feature', 'Give basic or custom.', '取值为 basic 或 custom。')
  }
  if (settings.feature === 'custom' && !IMAGE.test(settings.image ?? '')) {
    throw JOB_ERRORS.fieldBad('image', 'Give organization/name:version.', '请使用 organization/name:version 的形式。')
  }
}

function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
