import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DLI_OPERATIONS } from '../../../src/http/dli/operations.ts'
import { hasPython } from '../../../tools/python-packages.mjs'
import { addUser, putObject, startWorld, type World } from '../../acceptance/world.ts'
import { EMPTY_JAR } from '../../support/empty-jar.ts'
import { tour, travel } from './tour.ts'
import { type Place, startNodeCore, startPythonSdk, type VendorClient } from './vendor-clients.ts'

const here = DLI_OPERATIONS.filter(({ support }) => support !== 'no').map(({ id }) => id as string)

const byKey = ({ service }: World): Place => ({ ...placeOf(service), ...service.accessKey })
const byToken = ({ service, token }: World): Place => ({ ...placeOf(service), token })
const placeOf = ({ baseUrl, projectId }: World['service']) => ({ endpoint: baseUrl, projectId })

type Start = (world: World) => Promise<VendorClient>
const CLIENTS: readonly [title: string, isHere: boolean, start: Start][] = [
  ['Python SDK, AK/SK', hasPython('vendorSdk'), (world) => startPythonSdk(byKey(world))],
  ['Python SDK, token', hasPython('vendorSdk'), (world) => startPythonSdk(byToken(world))],
  ['Node core, AK/SK', true, (world) => startNodeCore(byKey(world))],
]

const results: Record<string, { version: string; operations: string[] }> = {}

describe.each(CLIENTS)('the vendor’s %s', (title, isHere, start) => {
  if (!isHere && process.env.CI === 'true') throw new Error(`the ${title} is not installed: run npm test`)
  let world: World
  let client: VendorClient

  beforeAll(async () => {
    if (!isHere) return
    world = await startWorld()
    client = await start(world)
  })

  afterAll(async () => {
    await client?.end()
    await world?.stop()
  })

  it.skipIf(!isHere)('calls every operation it has, on jobs that run, and reads what was sent', async () => {
    const traveller = travel(client)
    await addUser(world, 'colleague')
    await putObject(world, 'tour-bucket/app.jar', EMPTY_JAR)
    await tour(traveller, {
      address: new URL(world.baseUrl).host,
      userName: world.service.userName,
      colleague: 'colleague',
      putObject: (path, content) => putObject(world, path, content),
      jar: 'tour-bucket/app.jar',
      program: { main_class: 'com.acme.Main', entrypoint_args: '--rate {{rate}}' },
    })
    const operations = traveller.called()
    results[title] = { version: client.version, operations }
    expect(operations).toEqual(here.filter((id) => client.has(id)))
  })
})

describe('the table of operations and clients', () => {
  it.skipIf(CLIENTS.some(([, isHere]) => !isHere))('is what was called', async () => {
    expect(Object.keys(results)).toEqual(CLIENTS.map(([title]) => title))
    await expect(`${JSON.stringify(results, null, 2)}\n`).toMatchFileSnapshot('../../../api/clients.json')
  })
})
