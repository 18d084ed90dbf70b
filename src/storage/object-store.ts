import type { Readable } from 'node:stream'

/**
 * Objects as OBS knows them: `obs://bucket/key`. A bucket belongs to one project and its name is looked up inside
 * that project, so a project can name, read and write nothing of another.
 */
export type ObjectRef = Readonly<{ projectId: string; bucket: string; key: string }>

export type ObjectStat = Readonly<{ key: string; sizeBytes: number; modifiedAt: Date }>

/** Half-open byte range; `endByte` absent means to the end of the object. */
export type ByteRange = Readonly<{ startByte: number; endByte?: number }>

export type ObjectPage = Readonly<{ objects: ObjectStat[]; nextAfter: string | null }>

/**
 * The port. Everything streams; nothing is held in memory whole. Errors for people are Refusals:
 * `object.notFound`, `object.badName`, `object.conflict`, `object.closed`, `object.storeFull`.
 */
export interface ObjectStore {
  /** Stores the stream under the key, atomically: readers see the old object or the whole new one. */
  put(ref: ObjectRef, content: Readable): Promise<ObjectStat>
  get(ref: ObjectRef, range?: ByteRange): Promise<{ stat: ObjectStat; content: Readable }>
  stat(ref: ObjectRef): Promise<ObjectStat | null>
  /** Objects whose key starts with `prefix`, in key order, after the key `after`. */
  list(
    bucket: { projectId: string; bucket: string },
    query: { prefix?: string; after?: string; limit?: number },
  ): Promise<ObjectPage>
  /** Deleting what is not there is success. */
  delete(ref: ObjectRef): Promise<void>
  /** Creates the bucket if it is not there. */
  ensureBucket(bucket: { projectId: string; bucket: string }): Promise<void>
  listBuckets(projectId: string): Promise<string[]>
  /**
   * The URL by which Flink's processes reach the place (`file:///…` over the folder store). The place need not exist;
   * used for checkpoint and savepoint directories.
   */
  flinkUrl(ref: ObjectRef): string
  /** The URL of the place that holds the project's buckets: `<it>/<bucket>/<key>` is the `flinkUrl` of an object. */
  flinkRootUrl(projectId: string): string
  /** Removes what uploads that were cut off left behind, in its time. */
  sweep(): Promise<void>
  /** The reverse of `flinkUrl`; null when the URL is not inside the project's objects. */
  fromFlinkUrl(projectId: string, url: string): ObjectRef | null
}
