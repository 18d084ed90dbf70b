import type { Restart } from '../../jobs/job.ts'
import type { Texts } from '../../lib/errors.ts'
import type { Policy } from '../policy.ts'
import { withinBudget } from '../restart-budget.ts'
import { TEXTS } from '../texts.ts'
import type { Decision, JobView } from '../view.ts'
import { EMPTY } from './evidence.ts'

/** From so many restarts within an hour on, a running job is shown as unstable. */
const UNSTABLE_RESTARTS = 3

/** What stands out about a job after a decision, while it runs; empty when nothing does. */
export function conditionAfter(
  view: JobView,
  decision: Decision,
  made: readonly Restart[],
  now: Date,
  policy: Policy,
): Texts {
  const runs = decision.event === undefined ? view.job.state === 'running' : decision.event === 'launched'
  if (decision.event && !runs) return EMPTY
  const { silentSince } = { silentSince: null, ...view.attempt, ...decision.attempt }
  if (silentSince) return TEXTS.silent(silentSince, policy.silentMs)
  if (!runs) return EMPTY
  const restarts = view.restarts.length + withinBudget(made, now).length
  return restarts >= UNSTABLE_RESTARTS ? TEXTS.unstable(restarts) : EMPTY
}
