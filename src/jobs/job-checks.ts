import { parseReference } from '../artifacts/index.ts'
import type { Reader } from '../db/database.ts'
import type { Actor } from '../grants/index.ts'
import { Refusal } from '../lib/errors.ts'
import { type Job, type JobId, type JobSettings, kindOfType } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import { jobOfCheckpoints, shownCheckpointPath } from './job-places.ts'
import { memoryOf, sizeOf } from './job-sizing.ts'
import type { JobStore } from './job-store.ts'
import { variablesIn } from './launch-plan.ts'

/** Rules about a job that need more than the job: packages, Flink versions, queues, the host, other jobs. */

/**
 * Rules that need packages and Flink versions. What an update leaves as it was is not checked again. Who names a package
 * in a job needs the right to use it.
 */
export async function checkOutside(
  parts: JobParts,
  projectId: string,
  settings: JobSettings,
  before: JobSettings | null = null,
  actor: Actor | null = null,
): Promise<void> {
  const version = flinkVersionOf(settings)
  if (version !== null && version !== (before && flinkVersionOf(before))) await checkFlinkVersion(parts, version)
  const known = new Set(before ? referencesIn(before).map(([, reference]) => reference) : [])
  for (const [field, reference] of referencesIn(settings)) {
    if (known.has(reference)) continue
    await resolvePackage(parts, projectId, field, reference)
    if (actor && !(await mayUse(parts, actor, reference))) throw JOB_ERRORS.packageForbidden(field, reference)
  }
}

/** What the settings name that lies outside, by the field that names it. */
function referencesIn({ entrypoint, udfJarUrl, dependencyJars, dependencyFiles }: JobSettings) {
  return [
    ...(entrypoint === null ? [] : [['entrypoint', entrypoint] as const]),
    ...(udfJarUrl === null ? [] : [['udf_jar_url', udfJarUrl] as const]),
    ...(dependencyJars ?? []).map((reference) => ['dependency_jars', reference] as const),
    ...(dependencyFiles ?? []).map((reference) => ['dependency_files', reference] as const),
  ]
}

/** An image brings a Flink of its own: the version is kept and counts for nothing (DLI: flink_version). */
function flinkVersionOf({ feature, flinkVersion }: JobSettings): string | null {
  return feature === 'custom' ? null : flinkVersion
}

async function checkFlinkVersion(parts: JobParts, label: string): Promise<void> {
  try {
    await parts.chooseFlink(label)
  } catch (error) {
    if (error instanceof Refusal) throw JOB_ERRORS.fieldBad('flink_version', error.texts.en, error.texts.zh)
    throw error
  }
}

async function resolvePackage(parts: JobParts, projectId: string, field: string, reference: string): Promise<void> {
  try {
    await parts.artifacts.resolve(projectId, reference)
  } catch (error) {
    if (error instanceof Refusal) throw JOB_ERRORS.packageMissing(field, reference, error.texts)
    throw error
  }
}

async function mayUse({ grants, database }: JobParts, actor: Actor, reference: string): Promise<boolean> {
  const parsed = parseReference(reference)
  if (parsed.is === 'object') return true // objects belong to the project
  const { group, name } = parsed
  return grants.may(database.db, actor, 'use', { kind: 'package', group, name })
}

/**
 * Since a package was named another may have come under its name, so a run asks again: of who runs the job, else of its
 * owner.
 */
async function checkMayRunWith(parts: JobParts, { projectId, ownerId, settings }: Job, actor: Actor): Promise<void> {
  for (const [field, reference] of referencesIn(settings)) {
    if (await mayUse(parts, actor, reference)) continue
    const owner = await parts.grants.actorOf(projectId, ownerId)
    if (!(await mayUse(parts, owner, reference))) throw JOB_ERRORS.packageForbidden(field, reference)
  }
}

export async function checkPathIsFree(
  store: JobStore,
  reader: Reader,
  projectId: string,
  id: JobId | null,
  settings: JobSettings,
): Promise<void> {
  const { checkpointPath } = settings
  if (checkpointPath === null) return
  const chosenFor = jobOfCheckpoints(checkpointPath)
  const others = [
    ...(await store.othersWithCheckpointPath(reader, projectId, id)),
    chosenFor === null || chosenFor === id ? null : await store.find(reader, projectId, chosenFor),
  ]
  const other = others.find((job) => job && plainPath(shownCheckpointPath(job)) === plainPath(checkpointPath))
  if (other) throw JOB_ERRORS.checkpointPathTaken(checkpointPath, other.name)
}

function plainPath(path: string | null): string {
  return (path ?? '')
    .split('/')
    .filter((part) => part !== '')
    .join('/')
}

/** What must hold before a run is accepted: what can be told without starting anything. */
export async function checkCanRunHere(parts: JobParts, actor: Actor, job: Job): Promise<void> {
  const { settings } = job
  if (kindOfType(job.type) === 'sql') return checkSqlCanRun(parts, job)
  if (settings.feature === 'custom') throw JOB_ERRORS.imageUnsupported()
  if (settings.entrypoint === null) throw JOB_ERRORS.entrypointMissing()
  if (settings.mainClass === null && (settings.dependencyJars ?? []).length > 1) throw JOB_ERRORS.mainClassNeeded()
  if (settings.obsBucket === null && (settings.logEnabled || settings.checkpointEnabled))
    throw JOB_ERRORS.bucketNeeded()
  await checkVariables(parts, job)
  await checkRoomExists(parts, job)
  await checkOutside(parts, job.projectId, settings)
  await checkMayRunWith(parts, job, actor)
}

async function checkVariables(parts: JobParts, job: Job, sqlBody = ''): Promise<void> {
  const unknown = await parts.variables.missing(job.projectId, variablesIn(job.settings, sqlBody))
  if (unknown.length > 0) throw JOB_ERRORS.variablesMissing(unknown)
}

/** The run is accepted and ends at once with the reason (reconciler/decide/going-up.ts), unless the job is at fault. */
async function checkSqlCanRun(parts: JobParts, job: Job): Promise<void> {
  if (job.queueName !== null) await findQueue(parts, job.projectId, job.queueName)
  else if (job.settings.runMode === 'exclusive_cluster') throw JOB_ERRORS.queueMissing()
  await checkVariables(parts, job, (await parts.store.sqlBodies(parts.database.db, [job.id])).get(job.id))
}

async function checkRoomExists(parts: JobParts, job: Job): Promise<void> {
  if (job.queueName === null) throw JOB_ERRORS.queueMissing()
  const queue = await findQueue(parts, job.projectId, job.queueName)
  if (queue.resourceMode !== 1) throw JOB_ERRORS.queueShared(job.queueName)
  const sizing = sizeOf(job.settings, parts.limits.cuMemoryBytes)
  if (sizing.cuCount > queue.cuCount) throw JOB_ERRORS.queueTooSmall(job.queueName, sizing.cuCount, queue.cuCount)
  const budget = parts.runtime.memoryBudgetBytes()
  const needs = memoryOf(sizing.shape)
  if (budget !== null && needs > budget) throw JOB_ERRORS.hostTooSmall(toMiB(needs), toMiB(budget))
}

async function findQueue(parts: Pick<JobParts, 'queues'>, projectId: string, name: string) {
  try {
    return await parts.queues.get(projectId, name)
  } catch (error) {
    if (error instanceof Refusal) throw JOB_ERRORS.queueNotFound(name)
    throw error
  }
}

const toMiB = (bytes: number) => Math.ceil(bytes / 1024 ** 2)
