/**
 * What every runtime promises (src/runtimes/runtime.ts), as one suite over a world: real Flink (test/e2e) and the simulator
 * (beside). A further driver over the same folders stands for the service after a restart.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LaunchSpec, LaunchWish, Observation, ProcessState, Runtime } from '../../src/runtimes/runtime.ts'
import { statePath, stateUrl } from '../../src/runtimes/state-url.ts'
import { eventually, hex32, running, savepointEnd, seen } from '../support/clusters.ts'

/** Programs that a world can run. All count; what they have counted is kept in checkpoints and savepoints. */
export type Program = 'counts for ever' | 'ends by itself' | 'throws in main' | 'throws in a task'

export type RuntimeWorld = Readonly<{
  folder: string
  /** Ends what hangs sooner than others do, so that it does not cost the whole grace of SIGTERM. */
  runtime: Runtime
  newRuntime(): Promise<Runtime>
  /** A further driver that has prepared what it prepares for launches like this one. */
  preparedFor(wish: LaunchWish): Promise<Runtime>
  spec(program: Program, differences?: Partial<LaunchSpec>): LaunchSpec
  /** As kill(2); after SIGSTOP it stands still. */
  signal(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  count(attemptId: string): Promise<number>
  /** JobManager and TaskManagers that are alive, by another way than the runtime's. */
  processes(attemptId: string): Promise<unknown[]>
  /** Whatever else is there of an attempt, too. */
  leftovers(attemptId: string): Promise<unknown[]>
  /** Ports of the attempt on which something listens. */
  openPorts(attemptId: string): Promise<unknown[]>
  end(): Promise<void>
}>

const never = new AbortController().signal
const EVERY_200_MS = { 'execution.checkpointing.interval': '200 ms' }

export function describeRuntime(name: string, createWorld: () => Promise<RuntimeWorld>): void {
  let world: RuntimeWorld

  beforeAll(async () => {
    world = await createWorld()
  })

  afterAll(() => world.end())

  const pidOf = (process: ProcessState | undefined): number => {
    if (process?.is !== 'alive') throw new Error(`not alive: ${JSON.stringify(process)}`)
    return process.pid
  }
  const signal = (process: ProcessState | undefined, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') =>
    world.signal(pidOf(process), name)

  async function launched(program: Program, differences: Partial<LaunchSpec> = {}): Promise<LaunchSpec> {
    const spec = world.spec(program, differences)
    await world.runtime.launch(spec, never)
    return spec
  }

  async function up(differences: Partial<LaunchSpec> = {}): Promise<{ spec: LaunchSpec; observed: Observation }> {
    const spec = await launched('counts for ever', differences)
    return { spec, observed: await running(world.runtime, spec.attemptId) }
  }

  const savepointPlace = () => {
    const operationId = hex32()
    return { operationId, directoryUrl: stateUrl(join(world.folder, 'savepoints', operationId)) }
  }

  /** Nothing of an attempt is left but its logs and its papers. */
  async function leavesNothing(id: string, runtime = world.runtime): Promise<void> {
    await runtime.kill(id)
    expect(await world.processes(id)).toEqual([])
    expect(await world.leftovers(id)).toEqual([])
    // The kernel closes the ports of a process that it killed a moment later.
    await eventually(
      () => world.openPorts(id),
      (open) => open.length === 0,
    )
    await runtime.tidy(id)
  }

  const pathOf = (url: string) => statePath(url) ?? url
  const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()

  describe(`the ${name} runtime`, () => {
    describe.each(['1.20', '2.3'])('on Flink %s', (flinkVersion) => {
      test('a job runs, outlives its driver, stops with a savepoint, and goes on from it', async () => {
        const { spec } = await up({ flinkVersion, flinkConfig: EVERY_200_MS })
        const { attemptId } = spec
        const saved = await seen(world.runtime, attemptId, (o) => o.latestCheckpoint !== null && o.rest === 'answers')
        expect(saved).toMatchObject({ registeredTaskManagers: 1, failure: null, exists: true })
        expect(saved.timeline.map(({ step }) => step)).toEqual([
          ...['launching', 'filesReady', 'configured', 'jvmsSpawned'],
          ...['jobManagerUp', 'taskManagersRegistered', 'running', 'firstCheckpoint'],
        ])
        expect(saved.timeline.map(({ at }) => at)).toEqual(saved.timeline.map(({ at }) => at).sort((a, b) => +a - +b))

        // Another driver finds it, and finishes what this one began.
        const operation = { ...savepointPlace(), thenStop: true }
        await world.runtime.requestSavepoint(attemptId, operation)
        const second = await world.newRuntime()
        expect(await second.find()).toContain(attemptId)
        await second.requestSavepoint(attemptId, operation)
        const savepoint = await savepointEnd(second, attemptId, operation.operationId)
        if (savepoint.is !== 'completed') throw new Error(JSON.stringify(savepoint))
        expect(await second.holdsState(savepoint.locationUrl)).toBe(true)
        const ended = await seen(second, attemptId, (o) => o.flinkJob?.state === 'FINISHED')
        expect(ended.jobManager).toEqual(saved.jobManager)
        const before = await world.count(attemptId)
        await leavesNothing(attemptId, second)

        // A third one knows the end although every process is gone.
        const third = await world.newRuntime()
        expect(await third.savepointResult(attemptId, operation.operationId)).toEqual(savepoint)
        expect(await third.inspect(attemptId)).toMatchObject({
          ...{
            exists: true,
            flinkJob: { state: 'FINISHED' },
            failure: null,
            jobManager: { is: 'ended', exitCode: 143 },
          },
        })
        const restored = world.spec('counts for ever', { flinkVersion, restoreFrom: savepoint.locationUrl })
        await third.launch(restored, never)
        await running(third, restored.attemptId)
        const first = await eventually(
          () => world.count(restored.attemptId),
          (count) => count > 0,
        )
        expect(first).toBeGreaterThanOrEqual(before)

        // Its JobManager is killed under the eyes of a driver that did not start it.
        const fourth = await world.newRuntime()
        const changed = new Promise<string>((resolve) => fourth.onChange(resolve))
        await signal((await fourth.inspect(restored.attemptId)).jobManager, 'SIGKILL')
        expect(await changed).toBe(restored.attemptId)
        const dead = await seen(fourth, restored.attemptId, (o) => o.jobManager.is === 'ended', 2_000)
        expect(dead).toMatchObject({ jobManager: { exitCode: 137 }, rest: 'notAsked', failure: { detail: /./ } })
        expect(dead.failure?.cause).toBe('The JobManager was killed (SIGKILL)')
        await leavesNothing(restored.attemptId, fourth)
      })

      test('a main that throws fails the job with its cause, and its logs are listed, read in pages, and never cut inside a character', async () => {
        const { attemptId } = await launched('throws in main', { flinkVersion, jobName: '作业'.repeat(10) })
        const { failure, flinkJob } = await seen(world.runtime, attemptId, (o) => o.failure !== null)
        expect(flinkJob?.state).toBe('FAILED')
        expect(failure?.cause).toMatch(/^java\.lang\.IllegalArgumentException: /)
        expect(failure?.detail).toMatch(/^\tat /m)
        expect(failure?.advice.en).toContain('from the program or a library')
        const names = async () => (await world.runtime.listLogs(attemptId)).map((log) => log.name)
        // It does not take a TaskManager to fail in main.
        await eventually(names, (there) => there.includes('taskmanager-1.log'))
        await leavesNothing(attemptId)
        expect(await names()).toEqual(
          expect.arrayContaining(['jobmanager.log', 'jobmanager.out', 'submit.log', 'taskmanager-1.log']),
        )
        const whole = await world.runtime.readLog(attemptId, 'submit.log', 0, 1_000_000)
        expect(textOf(whole.bytes)).toContain(failure?.cause)
        await expect(world.runtime.readLog(attemptId, 'nothing.log', 0, 10)).rejects.toMatchObject({
          code: 'runtime.logNotFound',
        })
        const pages: string[] = []
        for (let offset = 0, end = false; !end; ) {
          const page = await world.runtime.readLog(attemptId, 'submit.log', offset, 7)
          pages.push(textOf(page.bytes))
          offset = page.nextOffsetBytes
          end = page.endOfFile
        }
        expect(pages.join('')).toBe(textOf(whole.bytes))
      })

      test('a state that cannot be read fails the job and says so', async () => {
        const empty = stateUrl(join(world.folder, 'no-state-here'))
        const { attemptId } = await launched('counts for ever', { flinkVersion, restoreFrom: empty })
        const { failure, flinkJob } = await seen(world.runtime, attemptId, (o) => o.failure !== null)
        expect([flinkJob?.state, failure?.advice.en]).toEqual([
          'FAILED',
          expect.stringContaining('state to resume from are missing or damaged'),
        ])
        await leavesNothing(attemptId)
      })
    })

    test('a place that was prepared for a launch is given away once, takes it, and is gone with its driver when it does not', async () => {
      const spec = world.spec('counts for ever', { flinkVersion: '2.3.0' })
      const first = await world.preparedFor(spec)
      const unused = await first.reserve(spec)
      await first.close()
      if (unused !== null) {
        expect(await world.processes(unused)).toEqual([])
        await world.runtime.kill(unused)
        await world.runtime.dispose(unused)
        expect(await world.runtime.find()).not.toContain(unused)
      }
      const second = await world.preparedFor(spec)
      const taken = await Promise.all([second.reserve(spec), second.reserve(spec)])
      const [id] = taken.filter((each) => each !== null)
      expect(taken).toContain(null)
      const attemptId = id ?? spec.attemptId
      await second.launch({ ...spec, attemptId }, never)
      await running(second, attemptId)
      await leavesNothing(attemptId, second)
    })

    test('a job that ends by itself is FINISHED, and its graph can be read while it runs and when all is gone', async () => {
      const { attemptId, flinkJobId } = await launched('ends by itself', { flinkVersion: '2.3' })
      const ended = await seen(world.runtime, attemptId, (o) => o.flinkJob?.endedAt != null)
      expect(ended).toMatchObject({ flinkJob: { state: 'FINISHED', tasksUp: true }, failure: null })
      const graph = await eventually(
        () => world.runtime.executionGraph(attemptId),
        (told) => told !== null,
      )
      expect(graph).toMatchObject({ jid: flinkJobId, plan: { jid: flinkJobId } })
      await leavesNothing(attemptId)
      expect(await world.runtime.executionGraph(attemptId)).toMatchObject({ jid: flinkJobId, state: 'FINISHED' })
      await world.runtime.dispose(attemptId)
      expect(await world.runtime.inspect(attemptId)).toMatchObject({ exists: false })
      expect(await world.runtime.find()).not.toContain(attemptId)
    })

    test('how a job ends that was cancelled is told many times a second, until it was looked at', async () => {
      const { attemptId } = (await up()).spec
      const driver = await world.newRuntime()
      await running(driver, attemptId)
      let told = 0
      driver.onChange(() => void told++)
      await driver.cancel(attemptId)
      const sinceMs = performance.now()
      // What nobody asked for is told once a second.
      await eventually(
        async () => ({ told, perSecond: (told * 1000) / (performance.now() - sinceMs) }),
        (news) => news.told > 5 && news.perSecond > 2,
      )
      await leavesNothing(attemptId, driver)
    })

    test('what its sources and sinks count is told while a job runs, and no more when it has ended', async () => {
      const { attemptId } = (await up()).spec
      const counted = await eventually(
        () => world.runtime.counters(attemptId),
        // Flink tells of each task from its next report on, of a sink at times later than of its source.
        (counters) => (counters?.sources[0]?.records ?? 0) > 0 && (counters?.sinks.length ?? 0) > 0,
      )
      expect(counted).toMatchObject({
        sources: [{ name: expect.stringMatching(/^Source: /), corruptedRecords: 0 }],
        sinks: [{ name: expect.stringMatching(/^Sink: /), corruptedRecords: 0 }],
      })
      await leavesNothing(attemptId)
      expect(await world.runtime.counters(attemptId)).toBeNull()
    })

    test('a task that throws ends the job with its cause, unless Flink may restart it', async () => {
      const { attemptId } = await launched('throws in a task', { flinkVersion: '1.20' })
      const { failure } = await seen(world.runtime, attemptId, (o) => o.failure !== null)
      expect(failure?.cause).toMatch(/^java\.lang\.IllegalStateException: /)
      await leavesNothing(attemptId)
      const again = await launched('throws in a task', { flinkVersion: '1.20', restart: { kind: 'always' } })
      await seen(world.runtime, again.attemptId, (o) => (o.flinkJob?.restarts ?? 0) >= 2)
      await leavesNothing(again.attemptId)
    })

    test('a killed TaskManager shows as tasks that are not up; its replacement brings them back, counted as a restart', async () => {
      const { spec } = await up({ restart: { kind: 'always' }, flinkConfig: EVERY_200_MS })
      const { attemptId } = spec
      const before = await seen(world.runtime, attemptId, (o) => o.latestCheckpoint !== null)
      await signal(before.taskManagers[0], 'SIGKILL')
      const down = await seen(world.runtime, attemptId, (o) => o.flinkJob?.tasksUp === false, 10_000)
      expect(down.taskManagers).toEqual([{ is: 'ended', exitCode: 137 }])
      const counted = await world.count(attemptId)
      await Promise.all([1, 2].map(() => world.runtime.replaceTaskManagers(attemptId)))
      await seen(world.runtime, attemptId, (o) => o.flinkJob?.tasksUp === true && o.flinkJob.restarts > 0)
      await eventually(
        () => world.count(attemptId),
        (count) => count > counted,
      )
      expect(await world.processes(attemptId)).toHaveLength(2)
      await leavesNothing(attemptId)
    })

    test('a JobManager that hangs is silent and not dead, goes on when it is let, and can be killed while it hangs', async () => {
      const { spec, observed } = await up()
      const { attemptId } = spec
      await signal(observed.jobManager, 'SIGSTOP')
      expect(await world.runtime.inspect(attemptId)).toMatchObject({
        ...{ rest: 'silent', jobManager: { is: 'alive' }, flinkJob: null, failure: null },
      })
      expect(await world.runtime.executionGraph(attemptId)).toBeNull()
      expect(await world.runtime.counters(attemptId)).toBeNull()
      await signal(observed.jobManager, 'SIGCONT')
      await seen(world.runtime, attemptId, (o) => o.rest === 'answers' && o.flinkJob?.tasksUp === true, 10_000)
      await signal(observed.jobManager, 'SIGSTOP')
      await leavesNothing(attemptId)
    })

    test('savepoints: one that hangs stays in progress and then completes, one that fails says why, and the job runs on', async () => {
      const { spec, observed } = await up({ flinkVersion: '2.3' })
      const { attemptId } = spec
      const slow = { ...savepointPlace(), thenStop: false }
      expect(await world.runtime.savepointResult(attemptId, slow.operationId)).toEqual({ is: 'unknown' })
      await signal(observed.taskManagers[0], 'SIGSTOP')
      for (let times = 0; times < 2; times++) await world.runtime.requestSavepoint(attemptId, slow)
      await eventually(
        () => world.runtime.savepointResult(attemptId, slow.operationId),
        ({ is }) => is === 'inProgress',
      )
      await signal(observed.taskManagers[0], 'SIGCONT')
      const first = await savepointEnd(world.runtime, attemptId, slow.operationId)
      expect(first).toMatchObject({ is: 'completed', locationUrl: expect.stringContaining(slow.directoryUrl) })
      await world.runtime.requestSavepoint(attemptId, slow)
      expect(await world.runtime.savepointResult(attemptId, slow.operationId)).toEqual(first)

      const file = join(world.folder, 'no folder')
      await writeFile(file, '')
      const inVain = { operationId: hex32(), directoryUrl: stateUrl(join(file, 'savepoints')), thenStop: true }
      await world.runtime.requestSavepoint(attemptId, inVain)
      const second = await savepointEnd(world.runtime, attemptId, inVain.operationId)
      expect(second).toMatchObject({ is: 'failed', reason: expect.stringMatching(/./) })
      const runsOn = await seen(world.runtime, attemptId, (o) => o.rest === 'answers')
      expect(runsOn).toMatchObject({ flinkJob: { state: 'RUNNING', tasksUp: true } })

      const lost = { ...savepointPlace(), thenStop: false }
      await signal(observed.taskManagers[0], 'SIGSTOP')
      await world.runtime.requestSavepoint(attemptId, lost)
      await leavesNothing(attemptId)
      expect(await world.runtime.savepointResult(attemptId, lost.operationId)).toMatchObject({
        ...{ is: 'failed', reason: expect.stringContaining('JobManager ended') },
      })
      await expect(
        world.runtime.requestSavepoint(attemptId, { ...savepointPlace(), thenStop: false }),
      ).rejects.toMatchObject({ code: 'runtime.notRunning' })
    })

    test('of a cancelled job the newest checkpoint is found, also by a driver that never saw it run, and it can be restored', async () => {
      const { spec } = await up({ flinkConfig: EVERY_200_MS })
      const { attemptId, flinkJobId, checkpoints } = spec
      const find = (runtime: Runtime) => runtime.findCheckpoints(checkpoints.directoryUrl, [hex32(), flinkJobId])
      const counted = await eventually(
        () => world.count(attemptId),
        (count) => count > 300,
      )
      const [known] = await find(world.runtime)
      await eventually(
        () => find(world.runtime),
        // The one after it may have been begun before the count was read.
        ([newest]) => (newest?.id ?? 0) > (known?.id ?? 0) + 1,
      )
      await world.runtime.cancel(attemptId)
      const ended = await seen(world.runtime, attemptId, (o) => o.flinkJob?.state === 'CANCELED')
      expect(ended.failure).toBeNull()
      await world.runtime.cancel(attemptId)
      await leavesNothing(attemptId)
      await world.runtime.cancel(attemptId)

      const later = await world.newRuntime()
      const [newest, ...older] = await find(later)
      if (newest === undefined) throw new Error('no checkpoint')
      expect(older.every(({ id }) => id < newest.id)).toBe(true)
      expect((await later.inspect(attemptId)).latestCheckpoint?.url).toBe(newest.url)
      expect(await later.holdsState(newest.url)).toBe(true)
      expect(await later.holdsState(`${newest.url}-not`)).toBe(false)
      const { spec: next } = await up({ restoreFrom: newest.url })
      const first = await eventually(
        () => world.count(next.attemptId),
        (count) => count > 0,
      )
      expect(first).toBeGreaterThanOrEqual(counted)
      await leavesNothing(next.attemptId)
    })

    test('what a killed JobManager left is found where a program put it among the objects, by a driver that was never told', async () => {
      const { spec, observed } = await up({ flinkConfig: EVERY_200_MS })
      const { attemptId, checkpoints, flinkJobId, objectsUrl } = spec
      await seen(world.runtime, attemptId, (o) => o.latestCheckpoint !== null)
      await signal(observed.jobManager, 'SIGKILL')
      const ended = await seen(world.runtime, attemptId, (o) => o.jobManager.is === 'ended')
      await leavesNothing(attemptId)
      const chosen = `${objectsUrl}/bucket/检查 点/${flinkJobId}`
      await mkdir(dirname(pathOf(chosen)), { recursive: true })
      await rename(pathOf(`${checkpoints.directoryUrl}/${flinkJobId}`), pathOf(chosen))

      const found = await (await world.newRuntime()).inspect(attemptId)
      expect(found.latestCheckpoint?.url).toBe(`${chosen}/chk-${ended.latestCheckpoint?.id}`)
    })

    test('launched many times at once, by two drivers, an attempt has one cluster; and none when it is killed meanwhile', async () => {
      const spec = world.spec('counts for ever', { flinkVersion: '2.3' })
      const other = await world.newRuntime()
      await Promise.all([1, 2, 3].flatMap(() => [world.runtime.launch(spec, never), other.launch(spec, never)]))
      await running(world.runtime, spec.attemptId)
      await other.launch(spec, never)
      expect(await world.processes(spec.attemptId)).toHaveLength(2)
      await leavesNothing(spec.attemptId, other)
      await other.kill(spec.attemptId)
      await world.runtime.launch(spec, never)
      expect(await world.processes(spec.attemptId)).toEqual([])

      const hurried = world.spec('counts for ever')
      const launching = world.runtime.launch(hurried, never).catch((error: Error) => error.message)
      await eventually(
        () => world.runtime.inspect(hurried.attemptId),
        (o) => o.exists,
      )
      await world.runtime.kill(hurried.attemptId)
      await launching
      expect(await world.processes(hurried.attemptId)).toEqual([])
    })

    test('a cluster whose run folder has vanished is found by its processes, and can be ended', async () => {
      const { spec } = await up()
      await rm(join(world.folder, 'runs', spec.attemptId), { recursive: true, maxRetries: 10 })
      const other = await world.newRuntime()
      expect(await other.find()).toContain(spec.attemptId)
      await other.kill(spec.attemptId)
      expect(await world.processes(spec.attemptId)).toEqual([])
      expect(await other.find()).not.toContain(spec.attemptId)
    })

    test('nothing is asked of, and nothing is known of, an attempt that never was', async () => {
      const id = hex32()
      for (const ask of ['kill', 'cancel', 'tidy', 'dispose', 'replaceTaskManagers'] as const)
        await world.runtime[ask](id)
      expect(await world.runtime.inspect(id)).toMatchObject({
        exists: false,
        jobManager: { is: 'absent' },
        failure: null,
      })
      expect(await world.runtime.savepointResult(id, hex32())).toEqual({ is: 'unknown' })
      expect(await world.runtime.executionGraph(id)).toBeNull()
      expect(await world.runtime.counters(id)).toBeNull()
      expect(await world.runtime.listLogs(id)).toEqual([])
      expect(await world.runtime.find()).not.toContain(id)
    })

    describe('a start that cannot work is refused before any process, and the submit log says why', () => {
      test.each([
        ['runtime.flinkMissing', { flinkVersion: '1.99' }],
        ['runtime.badArgument', { args: ['a\0b'] }],
        ['runtime.fileMissing', { jars: [{ name: 'gone.jar', path: '/nowhere/gone.jar' }] }],
        ['runtime.notAJar', { jars: [{ name: 'text.jar', path: '/etc/hostname' }] }],
        ['runtime.badFileName', { files: [{ name: '../x', path: '/etc/hostname' }] }],
      ])('%s', async (code, differences) => {
        const spec = world.spec('counts for ever', differences)
        await expect(world.runtime.launch(spec, never)).rejects.toMatchObject({ name: 'Refusal', code })
        expect(await world.runtime.inspect(spec.attemptId)).toMatchObject({
          exists: true,
          jobManager: { is: 'absent' },
        })
        const page = await world.runtime.readLog(spec.attemptId, 'submit.log', 0, 10_000)
        expect(textOf(page.bytes)).toContain('the start failed: ')
        await leavesNothing(spec.attemptId)
        await world.runtime.dispose(spec.attemptId)
      })
    })
  })
}
