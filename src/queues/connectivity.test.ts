import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { randomIds } from '../lib/ids.ts'
import { DOCUMENTED_TAG_RULES } from '../tags/index.ts'
import { type ConnectivityOptions, createConnectivityTests } from './connectivity.ts'
import { createQueues } from './queue-service.ts'
import { opensConnection, parseAddress } from './reachable.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })

test('addresses are names, IPv4 or IPv6 in brackets, with a port', () => {
  expect(parseAddress('db-1.example.test:5432')).toEqual({ host: 'db-1.example.test', port: 5432 })
  expect(parseAddress('192.168.0.12:1')).toEqual({ host: '192.168.0.12', port: 1 })
  expect(parseAddress('[fe80::1]:65535')).toEqual({ host: 'fe80::1', port: 65_535 })
  const bad = ['', 'host', 'host:', ':80', 'host:0', 'host:65536', 'host:-1', 'a b:80', 'fe80::1:80', '[host]:80']
  for (const text of [...bad, 'http://host:80', 'host:80/x', 'host:80\n', '[1::2::3]:80', '主机:80', 'x'.repeat(254)]) {
    expect(() => parseAddress(text), text).toThrow(refusal('queue.badAddress'))
  }
})

test('a port is reachable while something listens there, by whatever address of the name', async () => {
  const server = createServer((socket) => socket.resume())
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const reach = (host: string, signal = AbortSignal.timeout(5000)) => opensConnection({ host, port }, signal)
  expect(await reach('127.0.0.1')).toBe(true)
  expect(await reach('localhost')).toBe(true)
  expect(await reach('127.0.0.1', AbortSignal.abort())).toBe(false)
  expect(await reach(`${'x'.repeat(64)}.invalid`)).toBe(false) // no name server is asked for a part of 64 characters
  server.close()
  await once(server, 'close')
  expect(await reach('127.0.0.1')).toBe(false)
})

/** A network on which every attempt stays open until the test says what came of it. */
function slowNetwork() {
  const open: ((reachable: boolean) => void)[] = []
  return { open, isReachable: () => new Promise<boolean>((resolve) => open.push(resolve)) }
}

describeOnEachDatabase((open) => {
  async function setup(options: Partial<ConnectivityOptions> = {}) {
    const world = await openWorld(open)
    const { database, clock, caller } = world
    const queues = createQueues({
      database,
      clock,
      ids: randomIds,
      busyCus: async () => new Map(),
      usedBy: async () => 0,
      hasRun: async () => true,
      limits: { cusPerQueue: 1000, queuesPerProject: 1000, cusPerProject: 10_000 },
      tagRules: DOCUMENTED_TAG_RULES,
    })
    for (const name of ['q', 'other']) await queues.create(caller, { name, cuCount: 16 })
    const build = (changes: Partial<ConnectivityOptions> = {}) => {
      const tests = createConnectivityTests({ database, clock, timeoutMs: 60_000, ...options, ...changes })
      onTestFinished(() => tests.close())
      return tests
    }
    return { ...world, queues, build, tests: build(), projectId: caller.projectId }
  }

  test('a result is waited for, kept, and told to those who ask on the right queue', async () => {
    const network = slowNetwork()
    const { tests, build, projectId, stranger } = await setup(network)
    const id = await tests.start(projectId, 'Q', 'host:80')
    const asked = tests.result(projectId, 'q', id)
    network.open[0]?.(true)
    expect(await asked).toBe('reachable')
    expect(await build().result(projectId, 'q', id)).toBe('reachable')
    const { projectId: elsewhere } = await stranger()
    await expect(tests.result(projectId, 'other', id)).rejects.toEqual(refusal('queue.testNotFound'))
    await expect(tests.result(projectId, 'q', id + 1)).rejects.toEqual(refusal('queue.testNotFound'))
    await expect(tests.result(elsewhere, 'q', id)).rejects.toEqual(refusal('queue.notFound'))
    expect(network.open).toHaveLength(1)
  })

  test('few run at once; one that takes too long is unreachable, and its place free when its look-up has ended', async () => {
    const network = slowNetwork()
    const { tests, projectId } = await setup({ ...network, timeoutMs: 20 })
    const start = () => tests.start(projectId, 'q', 'host:80')
    await expect(tests.start(projectId, 'nothing', 'host:80')).rejects.toEqual(refusal('queue.notFound'))
    const ids = [await start(), await start(), await start()]
    for (const id of ids) expect(await tests.result(projectId, 'q', id)).toBe('unreachable')
    await expect(start()).rejects.toEqual(refusal('queue.tooManyTests'))
    network.open[0]?.(false)
    await setImmediate() // whatever follows from it has happened
    await start()
    await expect(start()).rejects.toEqual(refusal('queue.tooManyTests'))
  })

  test('one that the end of the service cut off runs again when it is asked for', async () => {
    const network = slowNetwork()
    const { tests, build, projectId } = await setup(network)
    const id = await tests.start(projectId, 'q', 'host:80')
    await tests.close()
    expect(await build({ isReachable: async () => true }).result(projectId, 'q', id)).toBe('reachable')
  })

  test('results are kept for a day, and go with the queue', async () => {
    const { tests, queues, clock, projectId, caller } = await setup({ isReachable: async () => true })
    const start = async () => {
      const id = await tests.start(projectId, 'q', 'host:80')
      await tests.result(projectId, 'q', id)
      return id
    }
    const first = await start()
    clock.advance(24 * 3_600_000 + 1)
    const second = await start()
    await expect(tests.result(projectId, 'q', first)).rejects.toEqual(refusal('queue.testNotFound'))
    expect(await tests.result(projectId, 'q', second)).toBe('reachable')
    await queues.remove(projectId, 'q')
    await queues.create(caller, { name: 'q', cuCount: 16 })
    await expect(tests.result(projectId, 'q', second)).rejects.toEqual(refusal('queue.testNotFound'))
  })
})
