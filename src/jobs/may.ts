import type { Job, Operation } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import { kindOf, nextState } from './lifecycle.ts'
import type { RestorePoint } from './restore-point.ts'

/**
 * One pure function per command: may it be carried out now? Three answers: go on, already so (a repeat that changes
 * nothing), or refused with the reason (thrown). Which DLI code a refusal has is the HTTP layer's business.
 */
export type May = 'goOn' | 'alreadySo'

/** What a stop comes to; `withoutSavepoint`: the stop that waits for its savepoint is to wait no longer. */
export type MayStop = May | 'withoutSavepoint'

/** @throws Refusal job.mayNotRun */
export function mayRun(job: Job): May {
  if (nextState(job.state, 'start') === null) throw JOB_ERRORS.mayNotRun(job.id, job.state)
  return 'goOn'
}

/**
 * A second stop while stopping is accepted and changes nothing, but one without savepoint ends the wait for a savepoint.
 * During a plain savepoint a stop is refused (DLI.15002).
 */
export function mayStop(job: Job, open: Operation | null, withSavepoint: boolean): MayStop {
  if (job.state === 'stopping') return open && !withSavepoint ? 'withoutSavepoint' : 'alreadySo'
  if (nextState(job.state, 'stop') === null) throw JOB_ERRORS.mayNotStop(job.id, job.state)
  if (open) throw JOB_ERRORS.savepointUnderWay(job.id)
  return 'goOn'
}

/** @throws Refusal job.mayNotOverwrite, job.typeDiffers */
export function mayOverwrite(job: Job, type: Job['type']): May {
  if (nextState(job.state, 'overwrite') === null) throw JOB_ERRORS.mayNotOverwrite(job.id, job.state)
  if (job.type !== type) throw JOB_ERRORS.typeDiffers(job.id, job.type)
  return 'goOn'
}

export function mayTakeSavepoint(job: Job, open: Operation | null): May {
  if (job.state !== 'running') throw JOB_ERRORS.mayNotSavepoint(job.id, job.state)
  if (open) throw JOB_ERRORS.savepointUnderWay(job.id)
  return 'goOn'
}

/**
 * Only at rest: a run goes on from its own states, and what is imported is where the next one begins.
 * @throws Refusal job.mayNotImportSavepoint
 */
export function mayImportSavepoint(job: Job): May {
  if (kindOf(job.state) !== 'resting') throw JOB_ERRORS.mayNotImportSavepoint(job.id, job.state)
  return 'goOn'
}

/** @throws Refusal job.noSavepoint when a resume was asked for and there is nothing to resume from. */
export function mayResume(job: Job, point: RestorePoint): May {
  if ('missing' in point) throw JOB_ERRORS.noSavepoint(job.id)
  return 'goOn'
}
