import type { Attempt } from '../../jobs/job.ts'
import type { Policy } from '../policy.ts'
import type { Decision, JobView } from '../view.ts'
import { anythingAlive, endedOperation, hasVanished, nothing, seen } from './evidence.ts'

/** Nothing is wanted: what is left of the last attempt is ended, and a deleted job forgotten. */

export function rest(view: JobView, now: Date, policy: Policy): Decision {
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  return nothing('at rest')
}

/** Ends what is left of an attempt whose outcome is recorded: first its processes, then its place in the books. */
export function endAttempt(view: JobView, attempt: Attempt, now: Date, policy: Policy): Decision {
  if (anythingAlive(view.observation)) {
    return {
      because: `attempt ${attempt.number} is over: end its processes`,
      ...endedOperation(view, 'The attempt ended before the savepoint was complete.'),
      actions: [{ do: 'kill', attemptId: attempt.id }],
      lookAgainInMs: policy.fastMs,
    }
  }
  return {
    because: `nothing of attempt ${attempt.number} runs any more`,
    ...endedOperation(view, 'The attempt ended before the savepoint was complete.'),
    attempt: { live: false, ...(attempt.endedAt ? {} : { endedAt: now }), ...seen(view, attempt) },
    actions: [
      // Without a run folder nothing tells of its processes; what is left of them is found otherwise.
      ...(hasVanished(view, attempt) ? [{ do: 'kill', attemptId: attempt.id } as const] : []),
      { do: 'exportLogs', attemptId: attempt.id },
      { do: 'keepGraph', attemptId: attempt.id },
      { do: 'tidy', attemptId: attempt.id },
    ],
    lookAgainInMs: policy.fastMs,
  }
}

export function forget(view: JobView, now: Date, policy: Policy): Decision {
  if (view.attempt) return endAttempt(view, view.attempt, now, policy)
  return {
    event: 'gone',
    because: 'nothing of it runs any more',
    actions: [{ do: 'dispose', attemptIds: view.history.map((attempt) => attempt.id) }],
    lookAgainInMs: 'whenAsked',
  }
}
