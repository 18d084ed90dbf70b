import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { BUCKET_ERRORS } from './bucket-errors.ts'
import { insertGrant, isGranted, readGrants } from './bucket-store.ts'
import { isBucketName } from './object-names.ts'
import type { ObjectStore } from './object-store.ts'

export type BucketsOptions = Readonly<{ database: Database; objects: ObjectStore; clock: Clock }>

/** Which buckets a project lets Headgate's jobs use. */
export interface Buckets {
  /**
   * Creates the buckets that are missing and lets the project use them; repeating it changes nothing.
   * @throws Refusal `bucket.noneGiven`, `bucket.badName`, `bucket.tooMany`
   */
  authorizeBuckets(caller: { projectId: string }, buckets: readonly string[]): Promise<void>
  isAuthorized(projectId: string, bucket: string): Promise<boolean>
  listAuthorized(projectId: string): Promise<string[]>
}

const AT_ONCE_MAX = 100

export function createBuckets({ database, objects, clock }: BucketsOptions): Buckets {
  return {
    authorizeBuckets: async ({ projectId }, given) => {
      const buckets = checked(given)
      for (const bucket of buckets) await objects.ensureBucket({ projectId, bucket })
      await database.transact(async (tx) => {
        for (const bucket of buckets) await insertGrant(tx, { projectId, bucket, at: clock.now() })
      })
    },
    isAuthorized: (projectId, bucket) => isGranted(database.db, projectId, bucket),
    listAuthorized: (projectId) => readGrants(database.db, projectId),
  }
}

function checked(given: readonly string[]): string[] {
  const buckets = [...new Set(given)]
  if (buckets.length === 0) throw BUCKET_ERRORS.noneGiven()
  if (buckets.length > AT_ONCE_MAX) throw BUCKET_ERRORS.tooMany(AT_ONCE_MAX)
  const bad = buckets.find((bucket) => !isBucketName(bucket))
  if (bad !== undefined) throw BUCKET_ERRORS.badName(bad)
  return buckets
}
