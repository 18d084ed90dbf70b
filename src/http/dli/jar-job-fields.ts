import { type Static, Type } from 'typebox'
import type { CheckpointMode, JobSettings } from '../../jobs/index.ts'
import { boolean, integer, optional, text, texts } from './fields.ts'

/**
 * The settings of a Jar job as requests carry them. Create and update have schemas of their own; these are the fields
 * both have. Only JSON types are checked here: what values make sense is the domain's to say.
 */
const Spec = Type.Object({
  cpu: optional(Type.Number({ description: 'Cores, at least 0.5. Default 1.' })),
  memory: optional(text('Memory, at least 2 GB, such as "4G". Default "4G".')),
})

const REFERENCE_LENGTH_MAX = 1280
/** Answers carry these texts back, a hundred at a time in a list. */
const CONFIG_LENGTH_MAX = 65_536

export const JAR_JOB_FIELDS = {
  cu_number: optional(integer('CUs of the job in all, 2 to 400. Default 2.')),
  manager_cu_number: optional(integer('CUs of the JobManager. Default 1.')),
  parallel_number: optional(integer('Parallelism, 1 to 2000. Default 1.')),
  checkpoint_enabled: optional(boolean('Take checkpoints. Default false.')),
  checkpoint_mode: optional(
    Type.Enum([1, 2, '1', '2', 'exactly_once', 'at_least_once'], {
      description: '1: exactly once; 2: at least once. Default 1.',
    }),
  ),
  checkpoint_interval: optional(integer('Seconds. Default 10; 30 when checkpoint_enabled is given without it.')),
  log_enabled: optional(boolean('Keep the logs in obs_bucket. Default false.')),
  obs_bucket: optional(text('Name of the bucket for logs and checkpoints.', 63)),
  smn_topic: optional(text('Name of the topic that is told when the job fails.', 255)),
  main_class: optional(text('Class with the main method. Default: from the manifest of the entrypoint.')),
  entrypoint_args: optional(text('Arguments of the main method, separated by blanks.')),
  restart_when_exception: optional(boolean('Restart the job after an error. Default false.')),
  entrypoint: optional(
    text('Jar with the main class: package.jar, group/package.jar or obs://bucket/key.', REFERENCE_LENGTH_MAX),
  ),
  dependency_jars: optional(texts('Further jars, in the forms of entrypoint.', REFERENCE_LENGTH_MAX)),
  dependency_files: optional(
    texts('Files that the program reads as the resource userData/<name>.', REFERENCE_LENGTH_MAX),
  ),
  tm_cus: optional(integer('CUs per TaskManager. Default 1.')),
  tm_slot_num: optional(integer('Slots per TaskManager. 0 or absent: by formula.')),
  feature: optional(text('basic, or custom for an image of your own. Default basic.', 64)),
  flink_version: optional(text('Version of Flink. Default: that of the service.', 64)),
  image: optional(text('organization/name:version, with feature custom.', 512)),
  resume_checkpoint: optional(boolean('After an error go on from the latest checkpoint. Default false.')),
  resume_max_num: optional(integer('Automatic restarts per hour; -1: unlimited. Default -1.')),
  checkpoint_path: optional(
    text('Where the program keeps checkpoints: bucket/directory. No two jobs may share one.', REFERENCE_LENGTH_MAX),
  ),
  runtime_config: optional(
    text('Flink options as JSON text of pairs, as JSON text of an object, or as key=value lines.', CONFIG_LENGTH_MAX),
  ),
  flink_log_config: optional(text('Log levels, as JSON text.', CONFIG_LENGTH_MAX)),
  execution_agency_urn: optional(text('Name of an agency. Stored and answered.', 256)),
  resource_config_version: optional(
    Type.Enum(['v1', 'v2'], { description: 'v2: resource_config sizes the job. Default v1.' }),
  ),
  resource_config: optional(
    Type.Object(
      {
        max_slot: optional(integer('Slots per TaskManager. Default 1.')),
        parallel_number: optional(integer('Parallelism. Default 1.')),
        jobmanager_resource_spec: optional(Spec),
        taskmanager_resource_spec: optional(Spec),
      },
      {
        description:
          'Sizes the job when resource_config_version is v2. Given as a whole: absent parts take their defaults.',
      },
    ),
  ),
}

const JarJobFields = Type.Object(JAR_JOB_FIELDS)
type JarJobFields = Static<typeof JarJobFields>

/** The settings that the request gives, and no others. */
export function toSettings(body: JarJobFields): Partial<JobSettings> {
  return onlyGiven<JobSettings>({
    cuNumber: body.cu_number,
    managerCuNumber: body.manager_cu_number,
    parallelNumber: body.parallel_number,
    tmCus: body.tm_cus,
    tmSlotNum: body.tm_slot_num === 0 ? null : body.tm_slot_num,
    mainClass: textOrNull(body.main_class),
    entrypoint: textOrNull(body.entrypoint),
    entrypointArgs: textOrNull(body.entrypoint_args),
    dependencyJars: body.dependency_jars,
    dependencyFiles: body.dependency_files,
    logEnabled: body.log_enabled,
    obsBucket: textOrNull(body.obs_bucket),
    smnTopic: textOrNull(body.smn_topic),
    restartWhenException: body.restart_when_exception,
    resumeCheckpoint: body.resume_checkpoint,
    resumeMaxNum: body.resume_max_num,
    checkpointEnabled: body.checkpoint_enabled,
    checkpointMode: toCheckpointMode(body.checkpoint_mode),
    checkpointIntervalSeconds: body.checkpoint_interval,
    checkpointPath: pathOrNull(body.checkpoint_path),
    runtimeConfig: textOrNull(body.runtime_config),
    flinkLogConfig: textOrNull(body.flink_log_config),
    feature: textOrNull(body.feature),
    flinkVersion: textOrNull(body.flink_version),
    image: textOrNull(body.image),
    executionAgencyUrn: textOrNull(body.execution_agency_urn),
    resourceConfigVersion: body.resource_config_version,
    resourceConfig: body.resource_config && toResourceConfig(body.resource_config),
  })
}

/** Without the keys whose value is undefined: absent means unchanged, or the default. */
function onlyGiven<Value extends object>(values: { [Key in keyof Value]: Value[Key] | undefined }): Partial<Value> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Value>
}

/** An empty text means none; an absent one stays absent. */
function textOrNull(value: string | undefined): string | null | undefined {
  return value === '' ? null : value
}

function toCheckpointMode(value: number | string | undefined): CheckpointMode | undefined {
  if (value === undefined) return undefined
  return value === 2 || value === '2' || value === 'at_least_once' ? 'at_least_once' : 'exactly_once'
}

/** Paths are answered as `bucket/…`, however they came. A bare scheme stays, to be refused. */
function pathOrNull(path: string | undefined): string | null | undefined {
  return textOrNull(path?.replace(/^obs:\/\/(?=.)/i, ''))
}

function toResourceConfig(config: NonNullable<JarJobFields['resource_config']>): JobSettings['resourceConfig'] {
  return {
    maxSlot: config.max_slot ?? 1,
    parallelNumber: config.parallel_number ?? 1,
    jobManager: toSpec(config.jobmanager_resource_spec),
    taskManager: toSpec(config.taskmanager_resource_spec),
  }
}

function toSpec(spec: { cpu?: number; memory?: string } | undefined): { cpu: number; memory: string } {
  return { cpu: spec?.cpu ?? 1, memory: spec?.memory ?? '4G' }
}
