/** The simulator itself: that there is one, what may be ordered of it, and what its end means. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { LaunchSpec, Observation, TimelineStep } from '../../src/runtimes/runtime.ts'
import type { Greeting } from '../../src/runtimes/simulated/meeting-point.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { eventually, hex32, running, savepointEnd, seen } from '../support/clusters.ts'
import { createPretendedWorld, type PretendedWorld } from '../support/pretended-clusters.ts'

const never = new AbortController().signal
let world: PretendedWorld

beforeAll(async () => {
  world = await createPretendedWorld()
})

afterAll(() => world.end())

async function launched(orders: Record<string, string>, differences: Partial<LaunchSpec> = {}): Promise<string> {
  const spec = world.spec('counts for ever', { flinkConfig: orders, ...differences })
  await world.runtime.launch(spec, never)
  onTestFinished(() => world.runtime.kill(spec.attemptId))
  return spec.attemptId
}

/** Some things are told seconds late, as real Flink does. */
const until = (attemptId: string, holds: (seen: Observation) => boolean) =>
  seen(world.runtime, attemptId, holds, 15_000)

describe('what a job orders', () => {
  it.each([
    ['simulator.start', 'throws', 'java.lang.IllegalArgumentException: main was ordered to throw'],
    ['simulator.start', 'nojob', 'The program ended: it contains no execute() calls'],
    ['simulator.restore', 'unreadable', 'it was ordered to be unreadable'],
    ['simulator.job', 'fails:50ms', 'the program was ordered to fail'],
    ['simulator.jobmanager', 'dies:200ms:239', 'The JobManager ended with exit code 239'],
  ])('%s: %s ends it', async (key, value, cause) => {
    const attemptId = await launched({ [key]: value }, { flinkVersion: '2.3' })
    const { failure } = await until(attemptId, (o) => o.failure !== null)
    expect(failure?.cause).toContain(cause)
  })

  it('simulator.start: nojob ends the JobManager of 1.20, as that line does', async () => {
    const attemptId = await launched({ 'simulator.start': 'nojob' })
    const { jobManager, failure } = await until(attemptId, (o) => o.failure !== null)
    expect([jobManager, failure?.cause]).toEqual([
      { is: 'ended', exitCode: 1 },
      expect.stringContaining('no execute() calls'),
    ])
  })

  it('simulator.start: slow and hangs keep its port closed', async () => {
    const [slow, hanging] = [
      await launched({ 'simulator.start': 'slow:300ms' }),
      await launched({ 'simulator.start': 'hangs' }),
    ]
    const { timeline } = await running(world.runtime, slow)
    const atMs = (name: TimelineStep) => timeline.find(({ step }) => step === name)?.at.getTime() ?? Number.NaN
    expect(atMs('jobManagerUp') - atMs('configured')).toBeGreaterThanOrEqual(300)
    expect(await world.runtime.inspect(hanging)).toMatchObject({ jobManager: { is: 'alive' }, rest: 'silent' })
  })

  it('simulator.job: finishes ends it well', async () => {
    const attemptId = await launched({ 'simulator.job': 'finishes:50ms' })
    expect(await until(attemptId, (o) => o.flinkJob?.state === 'FINISHED')).toMatchObject({ failure: null })
  })

  it('simulator.jobmanager: silent holds until answers', async () => {
    const attemptId = await launched({})
    await running(world.runtime, attemptId)
    await world.simulator.order(attemptId, 'simulator.jobmanager', 'silent')
    expect(await until(attemptId, (o) => o.rest === 'silent')).toMatchObject({
      jobManager: { is: 'alive' },
      failure: null,
    })
    await world.simulator.order(attemptId, 'simulator.jobmanager', 'answers')
    await until(attemptId, (o) => o.rest === 'answers' && o.flinkJob?.tasksUp === true)
  })

  it('simulator.taskmanager: dies shows with its exit code', async () => {
    const attemptId = await launched({ 'simulator.taskmanager': 'dies:300ms:137' })
    const { taskManagers } = await until(attemptId, (o) => o.taskManagers.some(({ is }) => is === 'ended'))
    expect(taskManagers).toEqual([{ is: 'ended', exitCode: 137 }])
  })

  it('simulator.savepoint: never keeps it in progress, and fails fails it, also when ordered later from outside', async () => {
    const attemptId = await launched({ 'simulator.savepoint': 'never' })
    await running(world.runtime, attemptId)
    const request = async () => {
      const operation = { operationId: hex32(), directoryUrl: `file://${world.folder}/saved`, thenStop: true }
      await world.runtime.requestSavepoint(attemptId, operation)
      return operation.operationId
    }
    const operationId = await request()
    await eventually(
      () => world.runtime.savepointResult(attemptId, operationId),
      ({ is }) => is === 'inProgress',
      15_000,
    )
    await world.simulator.order(attemptId, 'simulator.savepoint', 'fails')
    expect(await savepointEnd(world.runtime, attemptId, await request())).toMatchObject({
      ...{ is: 'failed', reason: expect.stringContaining('ordered to fail') },
    })
  })

  it('and the simulator does not know is refused, with what it knows', async () => {
    for (const orders of [
      { 'simulator.start': 'sideways' },
      { 'simulator.job': 'fails:soon' },
      { 'simulator.x': 'y' },
    ]) {
      await expect(launched(orders)).rejects.toMatchObject({
        ...{ code: 'runtime.invalidSetting', message: expect.stringMatching(/It knows: /) },
      })
    }
    await expect(launched({ 'simulator.start': 'refused' })).rejects.toMatchObject({ code: 'runtime.refusedAsOrdered' })
  })

  it('comes at any moment from outside, once', async () => {
    const attemptId = await launched({}, { restart: { kind: 'always' } })
    await running(world.runtime, attemptId)
    await world.simulator.order(attemptId, 'simulator.job', 'fails')
    await until(attemptId, (o) => o.flinkJob?.restarts === 1 && o.flinkJob.tasksUp)
    await world.simulator.order(attemptId, 'simulator.job', 'finishes')
    expect(await until(attemptId, (o) => o.flinkJob?.state === 'FINISHED')).toMatchObject({ flinkJob: { restarts: 1 } })
  })
})

describe('the process', () => {
  let folder: string
  let clients: SimulatorClient[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headgate-simulator-'))
    clients = [1, 2, 3, 4].map(() => new SimulatorClient(folder))
  })

  afterEach(async () => {
    await clients[0]?.end()
    await rm(folder, { recursive: true, force: true })
  })

  const follow = (client: SimulatorClient, ended = () => {}) =>
    new Promise<Greeting>((greeted, reject) => {
      client.follow({ greeted, changed: () => {}, ended }).catch(reject)
    })

  it('is one, however many services start it at the same moment', async () => {
    const greetings = await Promise.all(clients.map((client) => follow(client)))
    expect(new Set(greetings.map(({ instance, pid }) => `${instance} ${pid}`)).size).toBe(1)
    expect((await stat(join(folder, 'token'))).mode & 0o077).toBe(0)
  })

  it('ends when its folder is removed', async () => {
    const [client] = clients
    if (!client) throw new Error('no client')
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    await follow(client, resolve)
    await rm(folder, { recursive: true })
    await ended
  })

  it('takes all that it pretended along, as a reboot does; what follows is another boot, and its ends are told', async () => {
    const own = await createPretendedWorld()
    onTestFinished(() => own.end())
    const spec = own.spec('counts for ever')
    await own.runtime.launch(spec, never)
    await running(own.runtime, spec.attemptId)
    const dead = { jobManager: { is: 'ended', exitCode: null }, taskManagers: [{ is: 'ended', exitCode: null }] }
    const { promise: told, resolve } = Promise.withResolvers<Observation>()
    own.runtime.onChange((attemptId) => {
      void own.runtime.inspect(attemptId).then((observed) => {
        if (observed.jobManager.is === 'ended') resolve(observed)
      })
    })
    await own.simulator.end()
    expect(await told).toMatchObject(dead)
    expect(await (await own.newRuntime()).inspect(spec.attemptId)).toMatchObject(dead)
    const next = own.spec('counts for ever')
    await own.runtime.launch(next, never)
    await running(own.runtime, next.attemptId)
  })
})
