import type { JvmStart, TimelineStep } from '../runtimes/runtime.ts'
import type { Attempt } from './job.ts'
import { launchPlanOf } from './launch-plan.ts'

/**
 * `asked`: somebody wanted the run, or the attempt before was lost. `recorded`: the attempt was. Then what the runtime
 * saw, and `shown`: the job shows as running.
 */
export type StartStep = Readonly<{ step: 'asked' | 'recorded' | TimelineStep | 'shown'; at: Date; tookMs: number }>

type Started = Pick<Attempt, 'launchJson' | 'createdAt' | 'runningAt' | 'timeline'>

/** The whole way from the wish to a running job, in order, each step with what it took since the one before. */
export function startSteps(attempt: Started): StartStep[] {
  const { askedAt } = launchPlanOf(attempt)
  const { createdAt, runningAt, timeline } = attempt
  const moments = [
    ...(askedAt === undefined ? [] : [{ step: 'asked' as const, at: new Date(askedAt) }]),
    { step: 'recorded' as const, at: createdAt },
    ...timeline.filter(({ step }) => step !== 'firstCheckpoint'),
    ...(runningAt === null ? [] : [{ step: 'shown' as const, at: runningAt }]),
    ...timeline.filter(({ step }) => step === 'firstCheckpoint'),
  ]
  return moments.map(({ step, at }, index) => {
    const before = moments[index - 1]?.at ?? at
    return { step, at, tookMs: Math.max(0, at.getTime() - before.getTime()) }
  })
}

/** How its JVMs came to be; null when they are not there yet, or the runtime knows one way only. */
export function jvmsOf({ timeline }: Pick<Attempt, 'timeline'>): JvmStart | null {
  return timeline.find(({ jvms }) => jvms !== undefined)?.jvms ?? null
}
