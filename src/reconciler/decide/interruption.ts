import type { Attempt } from '../../jobs/job.ts'
import { joined, TEXTS } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'
import { EMPTY, flinkMayRestart } from './evidence.ts'

/**
 * Flink restarts the tasks inside the live attempt: after an error of the program, or when a TaskManager died. Until all
 * of them run again the job is no running one, so it is not shown as one.
 */
export function interrupted(view: JobView, attempt: Attempt): Decision | null {
  const flink = view.observation?.flinkJob
  if (!flink || flink.tasksUp || !flinkMayRestart(view)) return null
  const { running, total } = flink.tasks
  return {
    event: 'interrupted',
    because: `Flink restarts the tasks of attempt ${attempt.number}: ${running} of ${total} run (${flink.state})`,
    facts: { status: joined(TEXTS.interrupted(), causeOf(view)) },
    actions: [],
    lookAgainInMs: 0,
  }
}

function causeOf({ observation }: JobView) {
  const dead = observation?.taskManagers.findIndex((process) => process.is === 'ended') ?? -1
  if (dead !== -1) return TEXTS.taskManagerReplaced(dead + 1)
  const cause = observation?.flinkJob?.lastFailure?.cause
  return cause === undefined ? EMPTY : { en: cause, zh: cause }
}
