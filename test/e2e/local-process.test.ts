/**
 * The local-process runtime with real Flink: every promise of the port that needs a JVM to be kept. A second driver over
 * the same folder stands for the service after a restart.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Runtime } from '../../src/runtimes/runtime.ts'
import { stateUrl } from '../../src/runtimes/state-url.ts'
import {
  createWorld,
  eventually,
  hex32,
  jarOfTheFuture,
  listens,
  portsOf,
  processesAbout,
  running,
  savepointEnd,
  seen,
  told,
  type World,
} from '../support/clusters.ts'

const LINES = ['1.20', '2.3']
const never = new AbortController().signal

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(async () => {
  await world.end()
  expect(await processesAbout(world.folder)).toEqual([])
})

/** Nothing of an attempt is left but its logs and its papers. */
async function leavesNothing(runtime: Runtime, id: string) {
  await runtime.kill(id)
  expect(await processesAbout(id)).toEqual([])
  for (const { rpc, rest } of await portsOf(world.folder, id)) {
    expect([await listens(rpc), await listens(rest)]).toEqual([false, false])
  }
  await runtime.tidy(id)
}

function pidOf(process: { is: string; pid?: number }): number {
  expect(process.is).toBe('alive')
  return process.pid ?? 0
}

const count = async (file: string) => Number((await told(file))?.first ?? 0)

describe.each(LINES)('on Flink %s', (flinkVersion) => {
  test('a job runs, outlives its driver, stops with a savepoint, and goes on from it', async () => {
    const file = join(world.folder, `counter-${flinkVersion}`)
    const args = ['--tell', file, '--checkpoint', '500', '中文 参数', 'with "quotes" and $HOME; `x`', '--job', '']
    const spec = world.spec('CountForever', { flinkVersion, args })
    await world.runtime.launch(spec, never)
    await running(world.runtime, spec.attemptId)
    const saved = await seen(world.runtime, spec.attemptId, (o) => o.latestCheckpoint !== null)
    expect(saved).toMatchObject({ rest: 'answers', registeredTaskManagers: 1, failure: null })
    expect(saved.timeline.map(({ step }) => step)).toEqual([
      ...['filesReady', 'jvmsSpawned', 'jobManagerUp', 'taskManagersRegistered', 'running', 'firstCheckpoint'],
    ])
    expect(saved.timeline.map(({ at }) => at)).toEqual(saved.timeline.map(({ at }) => at).sort((a, b) => +a - +b))
    expect((await told(file))?.args).toEqual(args.slice(0, -1))

    // Another driver finds it, and finishes what this one began.
    const operationId = hex32()
    const directoryUrl = stateUrl(join(world.folder, 'savepoints', operationId))
    await world.runtime.requestSavepoint(spec.attemptId, { operationId, directoryUrl, thenStop: true })
    const second = await world.newRuntime()
    expect(await second.find()).toContain(spec.attemptId)
    await second.requestSavepoint(spec.attemptId, { operationId, directoryUrl, thenStop: true })
    const savepoint = await savepointEnd(second, spec.attemptId, operationId)
    if (savepoint.is !== 'completed') throw new Error(JSON.stringify(savepoint))
    expect(await second.holdsState(savepoint.locationUrl)).toBe(true)
    const ended = await seen(second, spec.attemptId, (o) => o.flinkJob?.state === 'FINISHED')
    expect(ended.jobManager).toEqual(saved.jobManager)
    await leavesNothing(second, spec.attemptId)

    // A third one knows the end although every process is gone.
    const third = await world.newRuntime()
    expect(await third.savepointResult(spec.attemptId, operationId)).toEqual(savepoint)
    expect(await third.inspect(spec.attemptId)).toMatchObject({
      ...{ exists: true, flinkJob: { state: 'FINISHED' }, failure: null, jobManager: { is: 'ended', exitCode: 143 } },
    })
    const before = await count(file)
    const restored = world.spec('CountForever', {
      ...{ flinkVersion, args: ['--tell', `${file}-again`], restoreFrom: savepoint.locationUrl },
    })
    await third.launch(restored, never)
    await running(third, restored.attemptId)
    expect(
      await eventually(
        () => count(`${file}-again`),
        (n) => n > 0,
      ),
    ).toBeGreaterThanOrEqual(before)

    // Its JobManager is killed under the eyes of a driver that did not start it.
    const fourth = await world.newRuntime()
    const changed = new Promise<string>((resolve) => fourth.onChange(resolve))
    const alive = await fourth.inspect(restored.attemptId)
    process.kill(pidOf(alive.jobManager), 'SIGKILL')
    expect(await changed).toBe(restored.attemptId)
    const dead = await seen(fourth, restored.attemptId, (o) => o.jobManager.is === 'ended', 2_000)
    expect(dead).toMatchObject({ jobManager: { exitCode: 137 }, rest: 'notAsked', failure: { detail: /./ } })
    expect(dead.failure?.cause).toBe('The JobManager was killed (SIGKILL)')
    await leavesNothing(fourth, restored.attemptId)
  })

  test('a main that throws fails the job with its cause, what to do, and readable logs', async () => {
    const spec = world.spec('ThrowInMain', { flinkVersion })
    await world.runtime.launch(spec, never)
    const { failure, flinkJob } = await seen(world.runtime, spec.attemptId, (o) => o.failure !== null)
    expect(flinkJob?.state).toBe('FAILED')
    expect(failure?.cause).toBe('java.lang.IllegalArgumentException: table 订单 is unknown')
    expect(failure?.advice.en).toContain('from the program or a library')
    expect(failure?.detail).toContain('at headgate.test.ThrowInMain.main(ThrowInMain.java:')
    await leavesNothing(world.runtime, spec.attemptId)
    const names = (await world.runtime.listLogs(spec.attemptId)).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['jobmanager.log', 'jobmanager.out', 'submit.log', 'taskmanager-1.log']),
    )
    const page = await world.runtime.readLog(spec.attemptId, 'submit.log', 0, 1_000_000)
    expect(Buffer.from(page.bytes).toString()).toContain('no such table: 订单\n\tat headgate.test.ThrowInMain.main(')
  })
})

test('a bounded job ends as FINISHED, and its files and further jars are where its code looks', async () => {
  const file = join(world.folder, 'user-data')
  const data = join(world.folder, 'data.csv')
  await writeFile(data, 'a,b,订单\n')
  const spec = world.spec('ReadUserData', {
    flinkVersion: '2.3',
    args: ['--tell', file, '--file', '测试 数据.csv'],
    jars: [...world.spec('x').jars, { name: 'further jar.jar', path: world.helperJar }],
    files: [{ name: '测试 数据.csv', path: data }],
  })
  await world.runtime.launch(spec, never)
  const ended = await seen(world.runtime, spec.attemptId, (o) => o.flinkJob?.endedAt != null)
  expect(ended).toMatchObject({ flinkJob: { state: 'FINISHED', tasksUp: true }, failure: null })
  expect((await told(file))?.first).toBe('a,b,订单 greetings from the further jar')
  expect(await world.runtime.executionGraph(spec.attemptId)).toMatchObject({ jid: spec.flinkJobId })
  await leavesNothing(world.runtime, spec.attemptId)
  expect(await world.runtime.executionGraph(spec.attemptId)).toMatchObject({ jid: spec.flinkJobId, state: 'FINISHED' })
  await world.runtime.dispose(spec.attemptId)
  expect(await world.runtime.inspect(spec.attemptId)).toMatchObject({ exists: false })
})

test('a batch job counts as up while its later tasks wait, and ends as FINISHED', async () => {
  const spec = world.spec('BoundedBatch', { args: ['--records', '400', '--pause', '5'] })
  await world.runtime.launch(spec, never)
  const { flinkJob: up } = await running(world.runtime, spec.attemptId)
  const { flinkJob: end } = await seen(world.runtime, spec.attemptId, (o) => o.flinkJob?.state === 'FINISHED')
  expect(up?.state).toBe('RUNNING')
  expect((up?.tasks.running ?? 0) + (up?.tasks.finished ?? 0)).toBeLessThan(end?.tasks.total ?? 0)
  await leavesNothing(world.runtime, spec.attemptId)
})

test.each([
  [
    '1.20',
    'a class that is in no jar',
    'Missing',
    'ClassNotFoundException',
    'holds the main class headgate.test.Missing',
  ],
  [
    '2.3',
    'a class that is in no jar',
    'Missing',
    'ClassNotFoundException',
    'holds the main class headgate.test.Missing',
  ],
  ['1.20', 'a main without execute()', 'NoExecute', 'execute()', 'without starting a Flink job'],
  ['2.3', 'a main without execute()', 'NoExecute', 'execute()', 'without starting a Flink job'],
  ['2.3', 'a main that exits', 'ExitInMain', 'UserSystemExitException', 'System.exit'],
  ['1.20', 'a task that throws', 'ThrowInTask', 'one too many', 'from the program'],
])('on Flink %s %s is told, with what to do', async (flinkVersion, _, mainClass, cause, advice) => {
  const spec = world.spec(mainClass, { flinkVersion })
  await world.runtime.launch(spec, never)
  const { failure } = await seen(world.runtime, spec.attemptId, (o) => o.failure !== null)
  expect(failure?.cause).toContain(cause)
  expect(failure?.advice.en).toContain(advice)
  await leavesNothing(world.runtime, spec.attemptId)
})

test('a class file of a Java to come is told, with both numbers', async () => {
  const jar = await jarOfTheFuture(world, 'headgate.test.ThrowInMain')
  const spec = world.spec('ThrowInMain', { flinkVersion: '2.3', jars: [{ name: 'future.jar', path: jar }] })
  await world.runtime.launch(spec, never)
  const { failure } = await seen(world.runtime, spec.attemptId, (o) => o.failure !== null)
  expect(failure?.cause).toContain('UnsupportedClassVersionError')
  expect(failure?.advice.en).toContain('compiled for Java 36 (class file 80)')
  await leavesNothing(world.runtime, spec.attemptId)
})

test('a killed TaskManager shows as tasks that are not up; its replacement brings them back, counted as a restart', async () => {
  const file = join(world.folder, 'replaced')
  const args = ['--tell', file, '--checkpoint', '200']
  const spec = world.spec('CountForever', { args, restart: { kind: 'always' } })
  await world.runtime.launch(spec, never)
  await running(world.runtime, spec.attemptId)
  const up = await seen(world.runtime, spec.attemptId, (o) => o.latestCheckpoint !== null)
  process.kill(pidOf(up.taskManagers[0] ?? { is: 'absent' }), 'SIGKILL')
  const down = await seen(world.runtime, spec.attemptId, (o) => o.flinkJob?.tasksUp === false, 10_000)
  expect(down.taskManagers).toEqual([{ is: 'ended', exitCode: 137 }])
  const before = await count(file)
  await Promise.all([1, 2].map(() => world.runtime.replaceTaskManagers(spec.attemptId)))
  await seen(world.runtime, spec.attemptId, (o) => o.flinkJob?.tasksUp === true && o.flinkJob.restarts > 0)
  await eventually(
    () => count(file),
    (n) => n > before,
  )
  expect((await processesAbout(spec.attemptId)).filter((line) => line.includes('/bin/java'))).toHaveLength(2)

  // A JobManager that hangs is silent, not dead; and it can be ended.
  const jobManager = pidOf(up.jobManager)
  process.kill(jobManager, 'SIGSTOP')
  expect(await world.runtime.inspect(spec.attemptId)).toMatchObject({
    ...{ rest: 'silent', jobManager: { is: 'alive' }, flinkJob: null, failure: null },
  })
  process.kill(jobManager, 'SIGCONT')
  await seen(world.runtime, spec.attemptId, (o) => o.rest === 'answers', 10_000)
  await leavesNothing(world.runtime, spec.attemptId)
})

test('launched many times at once, by two drivers, an attempt has one cluster; and none when it is killed meanwhile', async () => {
  const spec = world.spec('CountForever', { flinkVersion: '2.3' })
  const other = await world.newRuntime()
  await Promise.all([1, 2, 3].flatMap(() => [world.runtime.launch(spec, never), other.launch(spec, never)]))
  await running(world.runtime, spec.attemptId)
  await other.launch(spec, never)
  expect((await processesAbout(spec.attemptId)).filter((line) => line.includes('/bin/java'))).toHaveLength(2)
  expect(await portsOf(world.folder, spec.attemptId)).toHaveLength(1)
  await leavesNothing(other, spec.attemptId)
  await world.runtime.launch(spec, never)
  expect(await processesAbout(spec.attemptId)).toEqual([])

  const hurried = world.spec('CountForever')
  const launching = world.runtime.launch(hurried, never).catch((error: Error) => error.message)
  await eventually(
    () => world.runtime.inspect(hurried.attemptId),
    (o) => o.exists,
  )
  await world.runtime.kill(hurried.attemptId)
  await launching
  expect(await processesAbout(hurried.attemptId)).toEqual([])
})

test('a port that another program took costs a second start, not the attempt', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  let calls = 0
  const unlucky = await world.newRuntime({
    freePorts: async () => (calls++ === 0 ? { rpc: port, rest: 20_000 + calls } : { rpc: 31_001, rest: 31_002 }),
  })
  const spec = world.spec('CountForever')
  await unlucky.launch(spec, never)
  await running(unlucky, spec.attemptId)
  expect(await portsOf(world.folder, spec.attemptId)).toHaveLength(2)
  await new Promise((resolve) => taken.close(resolve))
  await leavesNothing(unlucky, spec.attemptId)
})

test('a program that a job started, and that left its process group, does not outlive the job', async () => {
  const file = join(world.folder, 'child')
  const spec = world.spec('ForkChild', { args: ['--tell', file] })
  await world.runtime.launch(spec, never)
  await running(world.runtime, spec.attemptId)
  const pid = await eventually(
    () => count(file),
    (n) => n > 0,
  )
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain('sleep')
  await leavesNothing(world.runtime, spec.attemptId)
  // Empty as long as nobody has taken note of its end.
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).toBe('')
})

describe('a start that cannot work is refused before any JVM, and the submit log says why', () => {
  const tiny = { cpuCores: 1, memoryBytes: 100 * 1024 * 1024 }
  const shape = { taskManager: { ...tiny, slots: 1 }, taskManagers: 1, parallelism: 1 }
  test.each([
    ['runtime.memoryTooSmall', { shape: { ...shape, jobManager: tiny } }],
    ['runtime.flinkMissing', { flinkVersion: '1.99' }],
    ['runtime.badArgument', { args: ['a\0b'] }],
    ['runtime.fileMissing', { jars: [{ name: 'gone.jar', path: '/nowhere/gone.jar' }] }],
    ['runtime.notAJar', { jars: [{ name: 'text.jar', path: '/etc/hostname' }] }],
    ['runtime.badFileName', { files: [{ name: '../x', path: '/etc/hostname' }] }],
    ['runtime.invalidSetting', { logLevels: { root: 'LOUD', loggers: {} } }],
  ])('%s', async (code, differences) => {
    const spec = world.spec('CountForever', differences)
    await expect(world.runtime.launch(spec, never)).rejects.toMatchObject({ name: 'Refusal', code })
    expect(await world.runtime.inspect(spec.attemptId)).toMatchObject({ exists: true, jobManager: { is: 'absent' } })
    const page = await world.runtime.readLog(spec.attemptId, 'submit.log', 0, 10_000)
    expect(Buffer.from(page.bytes).toString()).toContain('the start failed: ')
    await world.runtime.kill(spec.attemptId)
    await world.runtime.dispose(spec.attemptId)
    expect(await world.runtime.find()).not.toContain(spec.attemptId)
  })
})

test('class data archives are made once, and used', async () => {
  const runtime = await world.newRuntime()
  await mkdir(join(world.folder, 'archives', '.training-1-1-1.20.0', 'runs'), { recursive: true })
  await runtime.trainArchives('1.20')
  const spec = world.spec('CountForever')
  await runtime.launch(spec, never)
  await running(runtime, spec.attemptId)
  const page = await runtime.readLog(spec.attemptId, 'submit.log', 0, 10_000)
  expect(
    Buffer.from(page.bytes)
      .toString()
      .match(/with class data sharing/g),
  ).toHaveLength(2)
  await leavesNothing(runtime, spec.attemptId)
})
