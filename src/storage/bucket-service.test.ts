import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { createBuckets } from './bucket-service.ts'
import { openFolderObjectStore } from './folder/folder-object-store.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })

describeOnEachDatabase((open) => {
  async function setup() {
    const world = await openWorld(open)
    const objects = await openFolderObjectStore({ folder: join(world.folder, 'objects') })
    const buckets = createBuckets({ database: world.database, objects, clock: world.clock })
    return { ...world, objects, buckets, projectId: world.caller.projectId }
  }

  test('authorising creates the bucket, counts for one project, and may be repeated', async () => {
    const { buckets, objects, caller, projectId, stranger } = await setup()
    const other = await stranger()
    await Promise.all([
      buckets.authorizeBuckets(caller, ['bucketName', 'b2', 'bucketName']),
      buckets.authorizeBuckets(caller, ['bucketName']),
    ])
    expect(await buckets.listAuthorized(projectId)).toEqual(['b2', 'bucketName'])
    expect(await objects.listBuckets(projectId)).toEqual(['b2', 'bucketName'])
    expect(await buckets.isAuthorized(projectId, 'bucketName')).toBe(true)
    expect(await buckets.isAuthorized(projectId, 'BUCKETNAME')).toBe(false)
    expect(await buckets.isAuthorized(other.projectId, 'bucketName')).toBe(false)
  })

  test('of several buckets with one bad name none is authorised', async () => {
    const { buckets, caller, projectId } = await setup()
    await expect(buckets.authorizeBuckets(caller, ['good', '../bad'])).rejects.toEqual(refusal('bucket.badName'))
    await expect(buckets.authorizeBuckets(caller, [])).rejects.toEqual(refusal('bucket.noneGiven'))
    const many = Array.from({ length: 101 }, (_, index) => `b${index}`)
    await expect(buckets.authorizeBuckets(caller, many)).rejects.toEqual(refusal('bucket.tooMany'))
    expect(await buckets.listAuthorized(projectId)).toEqual([])
  })
})
