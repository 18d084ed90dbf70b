import type { Tx } from '../db/database.ts'
import type {
  GivenResourceConfig,
  GivenSettings,
  Job,
  JobChanges,
  JobSettings,
  Operation,
  ResourceConfig,
} from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import { shownCheckpointPath } from './job-places.ts'
import type { JobPatch } from './job-rows.ts'
import { CHANGEABLE_WHILE_RUNNING, DEFAULT_SETTINGS } from './job-settings.ts'
import { shownSlots } from './job-sizing.ts'
import { type JobState, kindOf } from './lifecycle.ts'

/** An update is a patch: what is absent stays, and what a client sends as filler changes nothing. */

/** What the changes come to: only what really differs from the job as it is. */
export function patchFor(job: Job, changes: JobChanges): JobPatch {
  const settings = mergeSettings(job.settings, withoutEcho(job, changes.settings ?? {}))
  return {
    ...(changes.name && changes.name !== job.name ? { name: changes.name } : {}),
    ...(changes.description !== undefined && changes.description !== job.description
      ? { description: changes.description }
      : {}),
    ...(changes.queueName && changes.queueName !== job.queueName ? { queueName: changes.queueName } : {}),
    ...(changedSettings(job.settings, settings).length > 0 ? { settings } : {}),
  }
}

/** The directory that the platform chose for checkpoints stays its choice when a client sends back what it read. */
function withoutEcho(job: Job, { checkpointPath, ...others }: GivenSettings): GivenSettings {
  const isEnabled = others.checkpointEnabled ?? job.settings.checkpointEnabled
  const isEcho = isEnabled && job.settings.checkpointPath === null && checkpointPath === shownCheckpointPath(job)
  return checkpointPath === undefined || isEcho ? others : { ...others, checkpointPath }
}

export async function changeJob(parts: JobParts, tx: Tx, job: Job, patch: JobPatch, because: string): Promise<Job> {
  const at = parts.clock.now()
  try {
    const changed = await parts.store.patch(tx, job, { ...patch, updatedAt: at }, at)
    if (!changed) throw JOB_ERRORS.changedMeanwhile(job.id)
    await parts.store.recordMove(tx, {
      jobId: job.id,
      attemptId: null,
      event: 'update',
      from: job.state,
      to: job.state,
      because,
      at,
    })
    return changed
  } catch (error) {
    if (parts.database.quirks.isUniqueViolation(error)) throw JOB_ERRORS.nameTaken(patch.name ?? job.name)
    throw error
  }
}

export function sameDefinition(a: Job, b: Job): boolean {
  return a.name === b.name && a.queueName === b.queueName && changedSettings(a.settings, b.settings).length === 0
}

function changedSettings(before: JobSettings, after: JobSettings): (keyof JobSettings)[] {
  const keys = Object.keys(DEFAULT_SETTINGS) as (keyof JobSettings)[]
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

/**
 * While a job runs only six settings may change; while it is on its way somewhere or a savepoint is taken, nothing.
 * `others`: changes outside of the patch.
 */
export function checkMayUpdate(
  job: Job,
  patch: JobPatch,
  open: Operation | null,
  others: readonly string[] = [],
): void {
  const changed = [
    ...others,
    ...(['name', 'description', 'queueName'] as const).filter((key) => patch[key] !== undefined),
    ...(patch.settings ? changedSettings(asShown(job.settings), asShown(patch.settings)) : []),
  ]
  if (kindOf(job.state) === 'resting' || changed.length === 0) return
  if (STARTING.includes(job.state)) throw JOB_ERRORS.startingWhileUpdating(job.id, job.state)
  if (open) throw JOB_ERRORS.savepointUnderWay(job.id)
  if (job.state !== 'running') throw JOB_ERRORS.busyWhileUpdating(job.id, job.state)
  const allowed: readonly string[] = CHANGEABLE_WHILE_RUNNING
  const refused = changed.filter((key) => !allowed.includes(key))
  if (refused.length > 0) throw JOB_ERRORS.mayNotUpdate(job.id, job.state, refused.map(wireName))
}

/** With what answers show of settings that are not given: what a client read and sends back is no change. */
function asShown(settings: JobSettings): JobSettings {
  return { ...settings, feature: settings.feature ?? 'basic', tmSlotNum: shownSlots(settings) }
}

const STARTING: readonly JobState[] = ['queued', 'submitting', 'recovering']

const WIRE_NAMES: Readonly<Record<string, string>> = {
  description: 'desc',
  idleStateRetentionSeconds: 'idle_state_retention',
  checkpointIntervalSeconds: 'checkpoint_interval',
}

function wireName(setting: string): string {
  return WIRE_NAMES[setting] ?? setting.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
}

/** What is given in the place of what was; an empty text means "none". */
export function mergeSettings(before: JobSettings, given: GivenSettings): JobSettings {
  const resourceConfig = mergeResourceConfig(before.resourceConfig, given.resourceConfig ?? {})
  const entries = Object.entries({ ...before, ...given, resourceConfig })
  return Object.fromEntries(entries.map(([key, value]) => [key, value === '' ? null : value])) as JobSettings
}

function mergeResourceConfig(before: ResourceConfig, given: GivenResourceConfig): ResourceConfig {
  return {
    ...before,
    ...given,
    jobManager: { ...before.jobManager, ...given.jobManager },
    taskManager: { ...before.taskManager, ...given.taskManager },
  }
}
