import type { ObjectRef } from '../storage/index.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import { bucketPath, refOf } from './job-places.ts'

/** Flink writes it last, so that a directory with it is complete (Flink docs, "Savepoints", "Checkpoints"). */
const METADATA = '_metadata'

/**
 * Finds the state that a path of the project's objects names: the directory of a savepoint or a checkpoint, or the metadata
 * in it. Looked up as an object first: only those are inside the project's own buckets.
 * @throws Refusal `job.savepointNotFound`
 */
export async function findState(
  { objects, runtime }: Pick<JobParts, 'objects'> & { runtime: Pick<JobParts['runtime'], 'holdsState'> },
  projectId: string,
  path: string,
): Promise<{ url: string; path: string }> {
  const directory = directoryOf(refOf(projectId, path))
  const key = [directory.key, METADATA].filter((part) => part !== '').join('/')
  const isThere = (await objects.stat({ ...directory, key })) !== null
  const url = objects.flinkUrl(directory)
  if (!isThere || !(await runtime.holdsState(url))) throw JOB_ERRORS.savepointNotFound(path)
  return { url, path: bucketPath(directory) }
}

function directoryOf(ref: ObjectRef): ObjectRef {
  const parts = ref.key.split('/')
  return parts.at(-1) === METADATA ? { ...ref, key: parts.slice(0, -1).join('/') } : ref
}
