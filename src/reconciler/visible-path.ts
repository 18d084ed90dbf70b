import { bucketPath } from '../jobs/job-places.ts'
import type { ObjectStore } from '../storage/index.ts'

/** `bucket/key` of a URL that Flink reported, when it lies in the project's objects; else null. */
export function visiblePath(objects: Pick<ObjectStore, 'fromFlinkUrl'>, projectId: string, url: string): string | null {
  const ref = objects.fromFlinkUrl(projectId, url)
  return ref && bucketPath(ref)
}
