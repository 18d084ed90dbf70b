import type { ResourceLookup } from '../tags/index.ts'
import type { JobId } from './job.ts'
import { jobRows } from './job-list-store.ts'
import type { JobStore } from './job-store.ts'

/** Jobs as things that carry tags: clients call them by number. */
export function taggedJobs(store: Pick<JobStore, 'find'>): ResourceLookup {
  return {
    async find(reader, projectId, resourceId) {
      if (!/^[1-9]\d{0,14}$/.test(resourceId)) return null
      return store.find(reader, projectId, Number(resourceId) as JobId)
    },
    rows: jobRows,
  }
}
