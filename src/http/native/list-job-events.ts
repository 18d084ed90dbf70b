import { Type } from 'typebox'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'
import { Moment, toMoment } from './times.ts'

export const listJobEvents = projectEndpoint({
  place: {
    id: 'listJobEvents',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/events',
    success: 200,
    title: 'Every move of a job, with its reason',
  },
  room: 'native',
  tag: 'Jobs',
  answer: Type.Object({
    events: Type.Array(
      Type.Object({
        at: Moment,
        event: Type.String(),
        from: Type.Union([Type.String(), Type.Null()]),
        to: Type.String(),
        because: Type.String(),
        attempt_id: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  }),
  async handle({ jobs }, { caller, params }) {
    const moves = await jobs.moves(caller.projectId, toJobId(params.job_id))
    return {
      events: moves.map(({ at, event, from, to, because, attemptId }) => ({
        at: toMoment(at),
        event,
        from,
        to,
        because,
        attempt_id: attemptId,
      })),
    }
  },
})
