import { Type } from 'typebox'
import { type Attempt, jvmsOf, startSteps } from '../../jobs/index.ts'
import type { Language } from '../../lib/errors.ts'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'
import { Moment, MomentOrNull, toMoment, toMomentOrNull } from './times.ts'

const textOrNull = Type.Union([Type.String(), Type.Null()])

const AttemptItem = Type.Object({
  attempt_id: Type.String(),
  number: Type.Integer({ description: 'From 1, per job.' }),
  flink_job_id: Type.String(),
  flink_version: Type.String(),
  live: Type.Boolean(),
  cu_count: Type.Integer(),
  memory_bytes: Type.Integer(),
  restore_from: textOrNull,
  restore_because: Type.String({ description: 'Why it started from there, or empty.' }),
  created_at: Moment,
  launched_at: MomentOrNull,
  running_at: MomentOrNull,
  ended_at: MomentOrNull,
  outcome: textOrNull,
  failure: Type.Union([
    Type.Object({ cause: Type.String(), advice: Type.String(), detail: Type.String() }),
    Type.Null(),
  ]),
  flink_restarts: Type.Integer(),
  last_checkpoint: Type.Union([Type.Object({ url: Type.String(), completed_at: Moment }), Type.Null()]),
  jvms: textOrNull,
  cold_because: textOrNull,
  timeline: Type.Array(Type.Object({ step: Type.String(), at: Moment, took_ms: Type.Integer() })),
})

export const listAttempts = projectEndpoint({
  place: {
    id: 'listAttempts',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/attempts',
    success: 200,
    title: 'The launches of a job: timeline, restore point, failure',
  },
  room: 'native',
  tag: 'Jobs',
  answer: Type.Object({ attempts: Type.Array(AttemptItem) }),
  async handle({ jobs }, { caller, params, language }) {
    const attempts = await jobs.attempts(caller.projectId, toJobId(params.job_id))
    return { attempts: attempts.map((attempt) => toAttemptItem(attempt, language)) }
  },
})

function toAttemptItem(attempt: Attempt, language: Language) {
  const { failure, lastCheckpoint } = attempt
  const jvms = jvmsOf(attempt)
  return {
    attempt_id: attempt.id,
    number: attempt.number,
    flink_job_id: attempt.flinkJobId,
    flink_version: attempt.flinkVersion,
    live: attempt.live,
    cu_count: attempt.cuCount,
    memory_bytes: attempt.memoryBytes,
    restore_from: attempt.restoreFrom,
    restore_because: attempt.restoreBecause,
    created_at: toMoment(attempt.createdAt),
    launched_at: toMomentOrNull(attempt.launchedAt),
    running_at: toMomentOrNull(attempt.runningAt),
    ended_at: toMomentOrNull(attempt.endedAt),
    outcome: attempt.outcome,
    failure: failure && { cause: failure.cause, advice: failure.advice[language], detail: failure.detail },
    flink_restarts: attempt.flinkRestarts,
    last_checkpoint: lastCheckpoint && { url: lastCheckpoint.url, completed_at: toMoment(lastCheckpoint.completedAt) },
    jvms: jvms === null || jvms === 'warm' ? jvms : 'cold',
    cold_because: jvms === 'warm' ? null : jvms,
    timeline: startSteps(attempt).map(({ step, at, tookMs }) => ({ step, at: toMoment(at), took_ms: tookMs })),
  }
}
