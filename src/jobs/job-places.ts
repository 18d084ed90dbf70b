import type { ObjectRef } from '../storage/index.ts'
import type { Job, JobId } from './job.ts'

/** Where a job's state goes when its user named no bucket; a bucket of the project like any other. */
export const DEFAULT_BUCKET = 'headgate'

/**
 * Where the files of a job lie in the project's objects (DLI: OBS directories of Flink jobs). Flink's own layout
 * (`<flink job id>/chk-N/_metadata`, `savepoint-…/_metadata`) begins below these.
 */
export const placesOf = {
  /** `checkpoint_path` when the user gave one, else `jobs/checkpoint/<job id>` below the job's bucket. */
  checkpoints(job: Pick<Job, 'id' | 'projectId' | 'settings'>): ObjectRef {
    const { checkpointPath } = job.settings
    if (checkpointPath !== null) return refOf(job.projectId, checkpointPath)
    return { projectId: job.projectId, bucket: bucketOf(job), key: `jobs/checkpoint/${job.id}` }
  },

  /** `path` when the user gave one, else `jobs/savepoint/<job id>/<time>`; every savepoint has a directory of its own. */
  savepoint(job: Pick<Job, 'id' | 'projectId' | 'settings'>, at: Date, path: string | null): ObjectRef {
    const time = at.toISOString().replace(/T/u, '_').replace(/:/gu, '-').slice(0, 19)
    if (path === null) {
      return { projectId: job.projectId, bucket: bucketOf(job), key: `jobs/savepoint/${job.id}/${time}` }
    }
    const given = refOf(job.projectId, path)
    return { ...given, key: [given.key, time].filter((part) => part !== '').join('/') }
  },

  /** Folder of one run's logs when `log_enabled`. */
  logs(job: Pick<Job, 'id' | 'projectId' | 'settings'>, startedAt: Date): ObjectRef {
    return { projectId: job.projectId, bucket: bucketOf(job), key: `jobs/logs/${job.id}_${startedAt.getTime()}` }
  },
}

/** `bucket/key`, as DLI writes paths. */
export function bucketPath(ref: ObjectRef): string {
  return `${ref.bucket}/${ref.key}`
}

/** What clients see as checkpoint_path: theirs, or ours once the platform makes checkpoints. */
export function shownCheckpointPath(job: Pick<Job, 'id' | 'projectId' | 'settings'>): string | null {
  if (job.settings.checkpointPath !== null) return job.settings.checkpointPath
  return job.settings.checkpointEnabled ? bucketPath(placesOf.checkpoints(job)) : null
}

/** The job that a directory of checkpoints would be chosen for, by its name; null: by its name it is chosen for none. */
export function jobOfCheckpoints(path: string): JobId | null {
  const id = Number(/^[^/]+\/+jobs\/+checkpoint\/+([1-9]\d{0,14})\/*$/u.exec(path)?.[1])
  return Number.isNaN(id) ? null : (id as JobId)
}

function bucketOf(job: Pick<Job, 'settings'>): string {
  return job.settings.obsBucket ?? DEFAULT_BUCKET
}

/** The object that `bucket/key` or `obs://bucket/key` names in the project; slashes at the end make no difference. */
export function refOf(projectId: string, path: string): ObjectRef {
  const [bucket = '', ...segments] = path.replace(/^obs:\/\//u, '').split('/')
  return { projectId, bucket, key: segments.filter((segment) => segment !== '').join('/') }
}
