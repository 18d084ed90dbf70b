/** The vendor's Python SDK in front of real Flink: the whole tour, with a job that counts, is saved and runs on. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasPython } from '../../tools/python-packages.mjs'
import { tour, travel } from '../conformance/clients/tour.ts'
import { startPythonSdk, type VendorClient } from '../conformance/clients/vendor-clients.ts'
import { told } from '../support/clusters.ts'
import { builtJar, type RealService, startRealService } from '../support/real-service.ts'

const isHere = hasPython('vendorSdk')
let service: RealService
let client: VendorClient

beforeAll(async () => {
  if (!isHere) return
  service = await startRealService()
  const { url, firstCredentials: first } = service.app()
  if (!first) throw new Error('an empty folder gives first credentials')
  client = await startPythonSdk({ endpoint: url, projectId: service.projectId, ak: first.ak, sk: first.sk })
})

afterAll(async () => {
  await client?.end()
  await service?.end()
})

test.skipIf(!isHere)('a program with the vendor’s Python SDK lives a whole life with a job', async () => {
  await service.upload('app.jar', await builtJar('test-jobs'))
  const { access } = service.app()
  const user = await access.createUser({ name: 'colleague', password: 'a password of theirs' })
  await access.addMember({ userId: user.id, projectId: service.projectId, role: 'member' })
  const counted = join(service.folder, 'tour')
  await tour(travel(client), {
    address: new URL(service.app().url).host,
    userName: 'admin',
    colleague: user.name,
    putObject: async (path, text) => {
      const [bucket = '', key = ''] = path.split('/')
      await service.putObject(bucket, key, text)
    },
    jar: 'files/app.jar',
    program: { main_class: 'headgate.test.CountForever', entrypoint_args: `--tell ${counted} --rate {{rate}}` },
  })
  expect(Number((await told(counted))?.first), 'it ran on from its savepoint').toBeGreaterThan(0)
})
