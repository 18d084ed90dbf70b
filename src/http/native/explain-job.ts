import { Type } from 'typebox'
import { JOB_ERRORS } from '../../jobs/index.ts'
import type { Decision, JobView } from '../../reconciler/view.ts'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'

const textOrNull = Type.Union([Type.String(), Type.Null()])
const Facts = Type.Record(Type.String(), Type.Unknown())

export const explainJob = projectEndpoint({
  place: {
    id: 'explainJob',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/decision',
    success: 200,
    title: 'What the service knows of a job and would do now; nothing is done',
  },
  room: 'native',
  tag: 'Jobs',
  description: 'For people: what stands in `view` may change with every version.',
  answer: Type.Object({
    view: Facts,
    decision: Type.Object({
      event: textOrNull,
      because: Type.String(),
      actions: Type.Array(Facts),
      facts: Facts,
      new_attempt: Type.Union([Facts, Type.Null()]),
      look_again_in_ms: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: when something happens.' }),
    }),
  }),
  async handle({ jobs, explain }, { caller, params }) {
    const id = toJobId(params.job_id)
    await jobs.read(caller.projectId, id)
    const explained = await explain(id)
    if (!explained) throw JOB_ERRORS.notFound(id)
    return { view: facts(shownView(explained.view)), decision: shownDecision(explained.decision) }
  },
})

function shownDecision({ event, because, actions, facts: changes, newAttempt, lookAgainInMs }: Decision) {
  return {
    event: event ?? null,
    because,
    actions: actions.map(facts),
    facts: facts(changes ?? {}),
    new_attempt: newAttempt ? facts(newAttempt) : null,
    look_again_in_ms: lookAgainInMs === 'whenAsked' ? null : Math.round(lookAgainInMs),
  }
}

/** Chosen by hand: neither runtime_config nor the recorded launch is shown, for users put secrets into both. */
function shownView({ job, attempt, history, restarts, operation, savepoint, observation, room, restorable }: JobView) {
  const { id, name, state, stateSince, wish, generation, seenGeneration, version, status, condition, startedAt } = job
  const { restartWhenException, resumeCheckpoint, resumeMaxNum } = job.settings
  return {
    job: {
      ...{ id, name, state, stateSince, wish, generation, seenGeneration, version, startedAt },
      ...{ status: status.en, condition: condition.en, restartTimes: job.restartTimes },
      ...{ restartWhenException, resumeCheckpoint, resumeMaxNum },
    },
    attempt: attempt && shownAttempt(attempt),
    attemptsBefore: history.filter((each) => each.id !== attempt?.id).map(shownAttempt),
    restarts,
    operation,
    savepoint,
    observation: observation && { ...observation, failure: observation.failure?.cause ?? null },
    room,
    restorable: restorable && {
      savepoints: restorable.savepoints.map(({ url, createdAt }) => ({ url, createdAt })),
      checkpoints: restorable.checkpoints.map(({ url, completedAt }) => ({ url, completedAt })),
    },
  }
}

function shownAttempt({
  launchJson: _,
  jobId: _job,
  failure,
  timeline: _timeline,
  ...rest
}: JobView['history'][number]) {
  return { ...rest, failure: failure?.cause ?? null }
}

/** The same with the names of this API: `snake_case`, moments as texts. */
function facts(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
      fact(each),
    ]),
  )
}

function fact(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(fact)
  return typeof value === 'object' && value !== null ? facts(value) : value
}
