import { assertNever } from '../../lib/errors.ts'
import type { Policy } from '../policy.ts'
import type { Decision, JobView } from '../view.ts'
import { forget, rest } from './at-rest.ts'
import { conditionAfter } from './condition.ts'
import { keepStopping, stop } from './going-down.ts'
import { admit, start } from './going-up.ts'
import { restartsIn } from './restarts.ts'
import { recover, watch } from './running.ts'
import { silenceNews } from './silence.ts'

/**
 * What to do about one job, from what is recorded, wanted and seen. Pure: no clock, no randomness, no I/O, so that what
 * is hard about the product can be read here and tested in microseconds.
 *
 * Rules that every branch keeps:
 * - at most one move per pass, and nothing to do once converged;
 * - a failed probe is an observation, never by itself a state;
 * - no launch while another attempt of the job is live, none when a stop is wanted, none from empty when a restore point
 *   was required.
 */
export function decide(view: JobView, now: Date, policy: Policy): Decision {
  return complete(view, decideByState(view, now, policy), now, policy)
}

/** Adds what follows from any decision: what is to be recorded of restarts and silence, and what is shown beside the status. */
function complete(view: JobView, decided: Decision, now: Date, policy: Policy): Decision {
  const attempt = { ...decided.attempt, ...silenceNews(view, now) }
  const decision = Object.keys(attempt).length > 0 ? { ...decided, attempt } : decided
  const restarts = restartsIn(view, decision, now)
  const condition = conditionAfter(view, decision, restarts, now, policy)
  const facts = {
    ...decision.facts,
    ...(restarts.length > 0 ? { restartTimes: view.job.restartTimes + restarts.length } : {}),
    ...(condition.en === view.job.condition.en ? {} : { condition }),
  }
  return {
    ...decision,
    ...(restarts.length > 0 ? { restarts } : {}),
    ...(Object.keys(facts).length > 0 ? { facts } : {}),
  }
}

function decideByState(view: JobView, now: Date, policy: Policy): Decision {
  const { state } = view.job
  switch (state) {
    case 'draft':
    case 'submitFailed':
    case 'stopped':
    case 'failed':
    case 'finished':
    case 'deleted':
      return rest(view, now, policy)
    case 'queued':
      return admit(view, now, policy)
    case 'submitting':
      return start(view, now, policy)
    case 'running':
      return watch(view, now, policy)
    case 'recovering':
      return recover(view, now, policy)
    case 'stopping':
      return stop(view, now, policy)
    case 'stopFailed':
      return keepStopping(view, now, policy)
    case 'deleting':
      return forget(view, now, policy)
    default:
      return assertNever(state, 'job state')
  }
}
