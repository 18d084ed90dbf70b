import { Type } from 'typebox'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'
import { Moment, toMoment } from './times.ts'

export const listSavepoints = projectEndpoint({
  place: {
    id: 'listSavepoints',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/savepoints',
    success: 200,
    title: 'The savepoints of a job',
  },
  room: 'native',
  tag: 'Jobs',
  answer: Type.Object({
    savepoints: Type.Array(
      Type.Object({
        savepoint_id: Type.String(),
        attempt_id: Type.Union([Type.String(), Type.Null()]),
        origin: Type.String({ description: 'savepoint, stopWithSavepoint or imported.' }),
        path: Type.String({ description: 'bucket/directory' }),
        created_at: Moment,
      }),
    ),
  }),
  async handle({ jobs }, { caller, params }) {
    const savepoints = await jobs.savepoints(caller.projectId, toJobId(params.job_id))
    return {
      savepoints: savepoints.map(({ id, attemptId, origin, path, createdAt }) => ({
        savepoint_id: id,
        attempt_id: attemptId,
        origin,
        path,
        created_at: toMoment(createdAt),
      })),
    }
  },
})
