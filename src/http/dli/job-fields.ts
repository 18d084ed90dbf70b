import { type Static, Type } from 'typebox'
import type { CheckpointMode, GivenResourceConfig, GivenSettings, ResourceSpec } from '../../jobs/index.ts'
import { boolean, choice, given, integer, optional, text } from './fields.ts'

const MEMORY_LENGTH_MAX = 64

/**
 * The settings of any job as requests carry them: create and update, Jar and SQL have schemas of their own, and these fields
 * in common. Only JSON types are checked here: what values make sense is the domain's to say.
 */
const Spec = Type.Object({
  cpu: optional(
    Type.Number({
      documented: { minimum: 0.5, maximum: 1000, default: 1, 'x-unit': 'cores' },
      description: 'Cores, 0.5 to 1000. Default 1.',
    }),
  ),
  memory: optional(text('Memory, 2 to 4096 GB, such as "4G". Default "4G".', MEMORY_LENGTH_MAX, { default: '4G' })),
})

export const REFERENCE_LENGTH_MAX = 1280
/** Answers carry these texts back, a hundred at a time in a list. */
export const CONFIG_LENGTH_MAX = 65_536

export const JOB_FIELDS = {
  cu_number: optional(
    integer('CUs of the job in all, 2 to 400. Default 2.', { minimum: 2, maximum: 400, default: 2, 'x-unit': 'CU' }),
  ),
  manager_cu_number: optional(
    integer('CUs of the JobManager. Default 1.', { minimum: 1, maximum: 399, default: 1, 'x-unit': 'CU' }),
  ),
  parallel_number: optional(integer('Parallelism, 1 to 2000. Default 1.', { minimum: 1, maximum: 2000, default: 1 })),
  checkpoint_enabled: optional(boolean('Take checkpoints. Default false.', { default: false })),
  checkpoint_mode: optional(
    choice([1, 2, '1', '2', 'exactly_once', 'at_least_once'], '1: exactly once; 2: at least once. Default 1.', {
      default: 1,
    }),
  ),
  checkpoint_interval: optional(
    integer(
      'Seconds, at least 1 when checkpoints are taken. Default 10; on a Jar job 30 when checkpoint_enabled is given without it.',
      {
        minimum: 0,
        maximum: 999_999,
        'x-unit': 's',
      },
    ),
  ),
  log_enabled: optional(boolean('Keep the logs in obs_bucket. Default false.', { default: false })),
  obs_bucket: optional(text('Name of the bucket for logs and checkpoints.', 63)),
  smn_topic: optional(text('Name of the topic that is told when the job fails.', 255)),
  restart_when_exception: optional(boolean('Restart the job after an error. Default false.', { default: false })),
  tm_cus: optional(
    integer('CUs per TaskManager. Default 1.', { minimum: 1, maximum: 399, default: 1, 'x-unit': 'CU' }),
  ),
  tm_slot_num: optional(integer('Slots per TaskManager. 0 or absent: by formula.', { minimum: 0, maximum: 2000 })),
  flink_version: optional(text('Version of Flink. Default: that of the service.', 64)),
  resume_checkpoint: optional(
    boolean('After an error go on from the latest checkpoint. Default false.', { default: false }),
  ),
  resume_max_num: optional(
    integer('Automatic restarts per hour; -1: unlimited. Default -1.', { minimum: -1, default: -1 }),
  ),
  runtime_config: optional(
    text('Flink options as JSON text of pairs, as JSON text of an object, or as key=value lines.', CONFIG_LENGTH_MAX),
  ),
  flink_log_config: optional(text('Log levels, as JSON text.', CONFIG_LENGTH_MAX)),
  execution_agency_urn: optional(text('Name of an agency. Stored and answered.', 256)),
  resource_config_version: optional(
    choice(['v1', 'v2'], 'v2: resource_config sizes the job. Default v1.', { default: 'v1' }),
  ),
  resource_config: optional(
    Type.Object(
      {
        max_slot: optional(integer('Slots per TaskManager. Default 1.', { minimum: 1, maximum: 2000, default: 1 })),
        parallel_number: optional(integer('Parallelism. Default 1.', { minimum: 1, maximum: 2000, default: 1 })),
        jobmanager_resource_spec: optional(Spec),
        taskmanager_resource_spec: optional(Spec),
      },
      {
        description:
          'Sizes the job when resource_config_version is v2. What is absent in it takes its default, and stays on an update.',
      },
    ),
  ),
}

const JobFields = Type.Object(JOB_FIELDS)
type JobFields = Static<typeof JobFields>

/** The common settings that the request gives, and no others. */
export function toCommonSettings(body: JobFields): GivenSettings {
  return onlyGiven<GivenSettings>({
    cuNumber: body.cu_number,
    managerCuNumber: body.manager_cu_number,
    parallelNumber: body.parallel_number,
    tmCus: body.tm_cus,
    tmSlotNum: body.tm_slot_num === 0 ? null : body.tm_slot_num,
    logEnabled: body.log_enabled,
    obsBucket: textOrNull(body.obs_bucket),
    smnTopic: textOrNull(body.smn_topic),
    restartWhenException: body.restart_when_exception,
    resumeCheckpoint: body.resume_checkpoint,
    resumeMaxNum: body.resume_max_num,
    checkpointEnabled: body.checkpoint_enabled,
    checkpointMode: toCheckpointMode(given(body.checkpoint_mode)),
    checkpointIntervalSeconds: body.checkpoint_interval,
    runtimeConfig: textOrNull(body.runtime_config),
    flinkLogConfig: textOrNull(body.flink_log_config),
    flinkVersion: textOrNull(body.flink_version),
    executionAgencyUrn: textOrNull(body.execution_agency_urn),
    resourceConfigVersion: given(body.resource_config_version),
    resourceConfig: body.resource_config && toResourceConfig(body.resource_config),
  })
}

/** Without the keys whose value is undefined: those stay, or take the default. */
export function onlyGiven<Wanted>(values: { [Key in keyof Wanted]?: Wanted[Key] | undefined }): Partial<Wanted> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Wanted>
}

/** An empty text means none; an absent one stays absent. */
export function textOrNull(value: string | undefined): string | null | undefined {
  return value === '' ? null : value
}

function toCheckpointMode(value: number | string | undefined): CheckpointMode | undefined {
  if (value === undefined) return undefined
  return value === 2 || value === '2' || value === 'at_least_once' ? 'at_least_once' : 'exactly_once'
}

function toResourceConfig(config: NonNullable<JobFields['resource_config']>): GivenResourceConfig {
  return onlyGiven<GivenResourceConfig>({
    maxSlot: config.max_slot,
    parallelNumber: config.parallel_number,
    jobManager: toSpec(config.jobmanager_resource_spec),
    taskManager: toSpec(config.taskmanager_resource_spec),
  })
}

function toSpec({ cpu, memory }: Static<typeof Spec> = {}): Partial<ResourceSpec> {
  return onlyGiven<ResourceSpec>({ cpu, memory: given(memory) })
}
