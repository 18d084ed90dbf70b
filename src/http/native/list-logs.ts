import { Type } from 'typebox'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'
import { Moment, toMoment } from './times.ts'

export const listLogs = projectEndpoint({
  place: {
    id: 'listLogs',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/attempts/:attempt_id/logs',
    success: 200,
    title: 'The log files of an attempt',
  },
  room: 'native',
  tag: 'Jobs',
  answer: Type.Object({
    logs: Type.Array(
      Type.Object({ name: Type.String(), size: Type.Integer({ description: 'Bytes.' }), modified_at: Moment }),
    ),
  }),
  async handle({ jobs }, { caller, params }) {
    const logs = await jobs.listLogs(caller.projectId, toJobId(params.job_id), params.attempt_id ?? '')
    return {
      logs: logs.map(({ name, sizeBytes, modifiedAt }) => ({
        name,
        size: sizeBytes,
        modified_at: toMoment(modifiedAt),
      })),
    }
  },
})
