import type { CheckpointView, Runtime } from '../runtimes/runtime.ts'
import type { Attempt, Job } from './job.ts'
import type { JobParts } from './job-parts.ts'
import { launchPlanOf } from './launch-plan.ts'
import type { Restorable } from './restore-point.ts'

/** The checkpoints and savepoints of a job that are complete on disk, newest first. */
export async function findRestorable(
  parts: Pick<JobParts, 'database' | 'store'> & { runtime: Pick<Runtime, 'findCheckpoints' | 'holdsState'> },
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

/** Of every attempt in the directory it was launched with: the job's settings may have changed since. */
async function findCheckpoints(
  runtime: Pick<Runtime, 'findCheckpoints'>,
  attempts: readonly Attempt[],
): Promise<CheckpointView[]> {
  const byDirectory = Map.groupBy(attempts, (attempt) => launchPlanOf(attempt).checkpoints.directoryUrl)
  const found = await Promise.all(
    [...byDirectory].map(([url, group]) =>
      runtime.findCheckpoints(
        url,
        group.map((attempt) => attempt.flinkJobId),
      ),
    ),
  )
  return found.flat().sort((a, b) => b.completedAt.getTime() - a.completedAt.getTime())
}
