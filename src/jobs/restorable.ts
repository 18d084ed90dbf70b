import { type CheckpointView, checkpointDirectoryOf, type Runtime } from '../runtimes/runtime.ts'
import type { Attempt, Job } from './job.ts'
import type { JobParts } from './job-parts.ts'
import { launchPlanOf } from './launch-plan.ts'
import type { Restorable } from './restore-point.ts'

/** The checkpoints and savepoints of a job that are complete on disk, newest first. */
export async function findRestorable(
  parts: Pick<JobParts, 'database' | 'store'> & { runtime: Looking },
  job: Job,
  attempts: readonly Attempt[],
): Promise<Restorable> {
  const recorded = await parts.store.savepointsOf(parts.database.db, [job.id])
  const whole = await Promise.all(recorded.map((savepoint) => parts.runtime.holdsState(savepoint.url)))
  return {
    savepoints: recorded.filter((_savepoint, index) => whole[index]),
    checkpoints: await findCheckpoints(parts.runtime, attempts),
  }
}

type Looking = Pick<Runtime, 'findCheckpoints' | 'holdsState'>

async function findCheckpoints(runtime: Looking, attempts: readonly Attempt[]): Promise<CheckpointView[]> {
  const places = attempts.flatMap((attempt) => directoriesOf(attempt).map((url) => ({ url, id: attempt.flinkJobId })))
  const lying = await Promise.all(
    [...Map.groupBy(places, ({ url }) => url)].map(([url, group]) =>
      runtime.findCheckpoints(
        url,
        group.map(({ id }) => id),
      ),
    ),
  )
  const found = lying.flat()
  const last = await Promise.all(attempts.map((attempt) => lastKnown(runtime, attempt, found)))
  return [...found, ...last.flat()].sort((a, b) => b.completedAt.getTime() - a.completedAt.getTime())
}

/**
 * The directory it was launched with, as the job's settings may have changed since; and where its last known checkpoint
 * lies, as the program may have set another, and may have completed newer ones there since.
 */
function directoriesOf(attempt: Attempt): string[] {
  const { directoryUrl } = launchPlanOf(attempt).checkpoints
  const { lastCheckpoint } = attempt
  return [...new Set([directoryUrl, ...(lastCheckpoint ? [checkpointDirectoryOf(lastCheckpoint.url)] : [])])]
}

/** The last known checkpoint where Flink's usual layout did not lead to it (state.checkpoints.create-subdir). */
async function lastKnown(
  runtime: Looking,
  { lastCheckpoint }: Attempt,
  found: readonly CheckpointView[],
): Promise<CheckpointView[]> {
  if (lastCheckpoint === null || found.some(({ url }) => url === lastCheckpoint.url)) return []
  if (!(await runtime.holdsState(lastCheckpoint.url))) return []
  return [{ ...lastCheckpoint, id: Number(/chk-(\d+)$/u.exec(lastCheckpoint.url)?.[1] ?? 0) }]
}
