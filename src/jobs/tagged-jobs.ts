import type { Resource, ResourceLookup } from '../tags/index.ts'
import type { Job, JobId } from './job.ts'
import type { JobStore } from './job-store.ts'

/** Jobs as things that carry tags: clients call them by number. */
export function taggedJobs(store: Pick<JobStore, 'find' | 'names'>): ResourceLookup {
  return {
    async find(reader, projectId, resourceId) {
      if (!/^[1-9]\d{0,14}$/.test(resourceId)) return null
      const job = await store.find(reader, projectId, Number(resourceId) as JobId)
      return job && toResource(job)
    },
    async list(reader, projectId) {
      return (await store.names(reader, projectId)).map(toResource)
    },
  }
}

const toResource = ({ id, ownerId, name }: Pick<Job, 'id' | 'ownerId' | 'name'>): Resource => ({
  ...{ id, ownerId, name },
  resourceId: String(id),
  group: null,
})
