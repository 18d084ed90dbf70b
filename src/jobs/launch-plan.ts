import type { Texts } from '../lib/errors.ts'
import type { LaunchSpec, RestartPolicy } from '../runtimes/runtime.ts'
import type { ObjectStore } from '../storage/index.ts'
import { fillIn, type LaunchValue, namesIn } from '../variables/index.ts'
import { splitArguments } from './entrypoint-args.ts'
import type { Attempt, Job, JobSettings } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import { placesOf } from './job-places.ts'
import type { Sizing } from './job-sizing.ts'
import { readLogConfig, readRuntimeConfig } from './runtime-config.ts'

/**
 * Everything a launch needs except the files themselves, which are named here and fetched when it happens. It is recorded
 * with the attempt before anything is started, so a repeated launch is the same launch. Variables stand in it by name: what
 * they stand for is recorded beside it, sealed.
 */
export type LaunchPlan = Omit<LaunchSpec, 'user' | 'mainClass' | 'jars' | 'files'> &
  Readonly<{
    /** When somebody asked for it, or the attempt before it was lost (ISO 8601); plans of before do not say. */
    askedAt?: string
    /** Null: from the manifest of the entrypoint jar. */
    mainClass: string | null
    entrypoint: string
    dependencyJars: readonly string[]
    dependencyFiles: readonly string[]
    /** What the user should know about this launch, such as another Flink version than the one asked for. */
    note: Texts | null
  }>

/** Keys of runtime_config that are DLI's own or that the job's sizing decides; Flink never sees them. */
const NOT_FOR_FLINK = /^(flink\.dli\.|kubernetes\.)/u

/** The plan recorded with an attempt. */
export function launchPlanOf(attempt: Pick<Attempt, 'launchJson'>): LaunchPlan {
  return JSON.parse(attempt.launchJson) as LaunchPlan
}

/**
 * The global variables that a job mentions. Those of a Jar job are filled in when its plan is launched (`withValues`); an
 * SQL job is not launched yet.
 */
export function variablesIn({ entrypointArgs, runtimeConfig }: JobSettings, sqlBody = ''): string[] {
  const texts = [entrypointArgs ?? '', sqlBody, ...Object.values(readRuntimeConfig(runtimeConfig))]
  return [...new Set(texts.flatMap(namesIn))]
}

/**
 * The plan with values in place of variables. A value stays one piece, blanks and quotes in it are ordinary.
 * @throws Refusal `job.variablesMissing`: values were lost since they were recorded
 */
export function withValues(plan: LaunchPlan, values: readonly LaunchValue[]): LaunchPlan {
  const settings = Object.entries(plan.flinkConfig)
  const mentioned = [...plan.args, ...settings.map(([, value]) => value)].flatMap(namesIn)
  const missing = new Set(mentioned).difference(new Set(values.map(({ name }) => name)))
  if (missing.size > 0) throw JOB_ERRORS.variablesMissing([...missing])
  return {
    ...plan,
    args: plan.args.map((argument) => fillIn(argument, values)),
    flinkConfig: Object.fromEntries(settings.map(([key, value]) => [key, fillIn(value, values)])),
  }
}

export function planLaunch(
  job: Job,
  attempt: Pick<Attempt, 'id' | 'flinkJobId' | 'flinkVersion' | 'restoreFrom'>,
  sizing: Sizing,
  objects: Pick<ObjectStore, 'flinkUrl' | 'flinkRootUrl'>,
  note: Texts | null,
  askedAt: Date,
): LaunchPlan {
  const { settings } = job
  return {
    askedAt: askedAt.toISOString(),
    attemptId: attempt.id,
    projectId: job.projectId,
    jobId: job.id,
    jobName: job.name,
    flinkJobId: attempt.flinkJobId,
    flinkVersion: attempt.flinkVersion,
    shape: sizing.shape,
    mainClass: settings.mainClass,
    args: splitArguments(settings.entrypointArgs ?? ''),
    entrypoint: settings.entrypoint ?? '',
    dependencyJars: settings.dependencyJars ?? [],
    dependencyFiles: settings.dependencyFiles ?? [],
    objectsUrl: objects.flinkRootUrl(job.projectId),
    restoreFrom: attempt.restoreFrom,
    allowNonRestoredState: false,
    checkpoints: {
      directoryUrl: objects.flinkUrl(placesOf.checkpoints(job)),
      savepointDirectoryUrl: objects.flinkUrl(placesOf.savepoint(job, job.createdAt, null)),
      everySeconds: settings.checkpointEnabled ? settings.checkpointIntervalSeconds : null,
      mode: settings.checkpointMode,
    },
    restart: restartPolicyOf(settings),
    flinkConfig: flinkConfigOf(settings),
    logLevels: readLogConfig(settings.flinkLogConfig),
    note,
  }
}

/** What of the job's runtime_config is for Flink; variables stand in it by name. */
export function flinkConfigOf({ runtimeConfig }: JobSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readRuntimeConfig(runtimeConfig)).filter(([key]) => !NOT_FOR_FLINK.test(key)),
  )
}

/**
 * What Flink may restart by itself. Inside Flink a restart always goes on from the newest checkpoint, so without
 * resume_checkpoint Flink restarts nothing and the reconciler begins anew (Flink, task failure recovery).
 */
export function restartPolicyOf(settings: JobSettings): RestartPolicy {
  if (!settings.restartWhenException || !settings.resumeCheckpoint) return { kind: 'never' }
  return settings.resumeMaxNum === -1 ? { kind: 'always' } : { kind: 'perHour', max: settings.resumeMaxNum }
}
