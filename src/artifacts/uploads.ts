import PQueue from 'p-queue'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { isSystemError, Refusal, type Texts } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { formatObsUrl, type ObjectName, type ObjectStore, parseObjectUrl } from '../storage/index.ts'
import type { Content, ContentStore } from './content-store.ts'
import { ARTIFACT_ERRORS, UNKNOWN_FAILURE } from './package-errors.ts'
import { finishUpload, type StoredPackage } from './package-store.ts'

/**
 * Copies objects into the content store. Those in the background run two at a time; each writes its end under the
 * underlying name of its upload, so an upload that was replaced meanwhile ends without a trace. One whose end could not
 * be written, by a stop or for want of the database, stays UPLOADING and is begun anew by the next start or sweep.
 */
const AT_ONCE = 2

export type UploadParts = Readonly<{
  database: Database
  objects: ObjectStore
  contents: ContentStore
  clock: Clock
  logger: Logger
}>

type PendingUpload = Pick<StoredPackage, 'projectId' | 'source' | 'underlyingName'>

export interface BackgroundUploads {
  /** Does nothing when this upload is under way. */
  start(upload: PendingUpload): void
  settle(): Promise<void>
  close(): Promise<void>
}

/** Copies an object as it is now. @throws Refusal `object.notFound`, `artifact.storeFull` */
export async function copyObject(
  { objects, contents }: Pick<UploadParts, 'objects' | 'contents'>,
  projectId: string,
  object: ObjectName,
  signal?: AbortSignal,
): Promise<Content> {
  const { content: stream } = await objects.get({ projectId, ...object })
  const stop = (): void => void stream.destroy(new Error('The service is stopping.'))
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await contents.add(stream)
  } catch (error) {
    throw isSystemError(error, 'ENOSPC', 'EDQUOT') ? ARTIFACT_ERRORS.storeFull(formatObsUrl(object)) : error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

export function isObjectMissing(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'object.notFound'
}

export function createBackgroundUploads(parts: UploadParts): BackgroundUploads {
  const queue = new PQueue({ concurrency: AT_ONCE })
  const stopping = new AbortController()
  const underWay = new Set<string>()
  return {
    start: (upload) => {
      if (underWay.has(upload.underlyingName)) return
      underWay.add(upload.underlyingName)
      queue
        .add(() => run(parts, upload, stopping.signal))
        .catch((error: unknown) => parts.logger.error({ err: error, upload }, 'An upload could not be ended'))
        .finally(() => underWay.delete(upload.underlyingName))
    },
    settle: () => queue.onIdle(),
    close: async () => {
      stopping.abort()
      queue.clear()
      await queue.onIdle()
    },
  }
}

async function run(
  parts: UploadParts,
  { projectId, source, underlyingName }: PendingUpload,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  const result = await copyObject(parts, projectId, parseObjectUrl(source), signal).catch((error: unknown) => ({
    failure: failureOf(parts.logger, underlyingName, error),
  }))
  if (signal.aborted) return
  await parts.database.transact((tx) => finishUpload(tx, underlyingName, result, parts.clock.now()))
}

function failureOf(logger: Logger, underlyingName: string, error: unknown): Texts {
  if (error instanceof Refusal) return error.texts
  logger.error({ err: error, underlyingName }, 'An upload failed')
  return UNKNOWN_FAILURE
}
