import type { CheckpointView } from '../runtimes/runtime.ts'
import type { Job, Savepoint } from './job.ts'

/** Where an attempt starts from, and why in words; or the reason why it must not start. */
export type RestorePoint =
  | Readonly<{ restoreFrom: string | null; because: string }>
  | Readonly<{ missing: true; because: string }>

/** State on disk that was verified to be complete, newest first. */
export type Restorable = Readonly<{ savepoints: readonly Savepoint[]; checkpoints: readonly CheckpointView[] }>

/**
 * Chooses where a run that somebody asked for begins (contract: savepoint life). With resume: the newest valid state
 * among the savepoints and, when the job has resume_checkpoint, its checkpoints; a job that never ran starts fresh;
 * otherwise nothing is started, for a job never slides from stateful to stateless by itself.
 */
export function restorePointForRun(
  job: Pick<Job, 'settings'>,
  resume: boolean,
  everRan: boolean,
  restorable: Restorable,
): RestorePoint {
  if (!resume) return { restoreFrom: null, because: 'starts empty: the run was not asked to resume' }
  const checkpoints = job.settings.resumeCheckpoint ? restorable.checkpoints : []
  const newest = newestOf({ savepoints: restorable.savepoints, checkpoints })
  if (newest) return newest
  if (!everRan) return { restoreFrom: null, because: 'starts empty: the job never ran before' }
  return { missing: true, because: 'no savepoint and no usable checkpoint of the job was found' }
}

/**
 * Chooses where an automatic restart begins: with resume_checkpoint at the newest valid state, else anew as the policy
 * says. A job that has not completed a checkpoint yet begins where its failed attempt began.
 */
export function restorePointForRestart(
  job: Pick<Job, 'settings'>,
  failedAttempt: { restoreFrom: string | null },
  restorable: Restorable,
): RestorePoint {
  if (!job.settings.resumeCheckpoint) {
    return { restoreFrom: null, because: 'begins anew: resume_checkpoint is off' }
  }
  const newest = newestOf({ ...restorable, savepoints: ownSavepoints(restorable, failedAttempt) })
  if (newest) return newest
  if (failedAttempt.restoreFrom === null) {
    return { restoreFrom: null, because: 'starts empty: the job has completed no checkpoint yet' }
  }
  return { missing: true, because: `the state it was started from is gone: ${failedAttempt.restoreFrom}` }
}

/** An imported savepoint is where a run begins that asks for it; no run slides into it by failing. */
function ownSavepoints({ savepoints }: Restorable, { restoreFrom }: { restoreFrom: string | null }): Savepoint[] {
  return savepoints.filter(({ origin, url }) => origin !== 'imported' || url === restoreFrom)
}

/**
 * Chooses the state to begin with after the newest could not be read. Never an empty start: the job was to go on.
 * `unreadable`: the states that this run has tried in vain, the last one first.
 */
export function restorePointInstead(
  job: Pick<Job, 'settings'>,
  unreadable: readonly string[],
  restorable: Restorable,
): RestorePoint {
  const { savepoints, checkpoints } = withoutStates(restorable, unreadable)
  const next = newestOf({ savepoints, checkpoints: job.settings.resumeCheckpoint ? checkpoints : [] })
  const [last = ''] = unreadable
  if (!next) return { missing: true, because: `${last} cannot be read, and there is no older state` }
  return { ...next, because: `${last} cannot be read; instead it ${next.because}` }
}

export function withoutStates({ savepoints, checkpoints }: Restorable, urls: readonly string[]): Restorable {
  const others = <T extends { url: string }>(states: readonly T[]) => states.filter(({ url }) => !urls.includes(url))
  return { savepoints: others(savepoints), checkpoints: others(checkpoints) }
}

function newestOf({ savepoints, checkpoints }: Restorable): { restoreFrom: string; because: string } | null {
  const states = [
    ...savepoints.map((savepoint) => ({
      url: savepoint.url,
      at: savepoint.createdAt,
      what: savepoint.origin === 'imported' ? 'imported savepoint' : 'savepoint',
    })),
    ...checkpoints.map((checkpoint) => ({
      url: checkpoint.url,
      at: checkpoint.completedAt,
      what: `checkpoint ${checkpoint.id}`,
    })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime())
  const [newest] = states
  if (!newest) return null
  return {
    restoreFrom: newest.url,
    because: `resumes from the newest state, the ${newest.what} of ${newest.at.toISOString()}`,
  }
}
