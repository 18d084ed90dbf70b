import { type Static, Type } from 'typebox'
import type { Job } from '../../jobs/index.ts'
import type { Language } from '../../lib/errors.ts'
import { MESSAGES } from './messages.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'

/** What the calls that create or update a job answer, Jar and SQL alike. */
export const CreatedJob = Type.Object({
  is_success: SuccessText,
  message: Type.String(),
  job: Type.Object({
    job_id: Type.Integer({ description: 'Number of the job.' }),
    status_name: Type.String({ description: 'Always job_init.' }),
    status_desc: Type.String({ description: 'Always empty.' }),
  }),
})

export const UpdatedJob = Type.Object({
  is_success: SuccessText,
  message: Type.String(),
  job: Type.Object({ update_time: Type.Integer({ description: 'Milliseconds since 1970 UTC.' }) }),
})

export function toCreatedJob(job: Job, language: Language): Static<typeof CreatedJob> {
  return {
    is_success: SUCCESS_TEXT,
    message: MESSAGES.created[language],
    job: { job_id: job.id, status_name: 'job_init', status_desc: '' },
  }
}

export function toUpdatedJob(job: Job, language: Language): Static<typeof UpdatedJob> {
  return {
    is_success: SUCCESS_TEXT,
    message: MESSAGES.updated[language],
    job: { update_time: job.updatedAt.getTime() },
  }
}
