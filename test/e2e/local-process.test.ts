/**
 * What the local-process runtime promises beyond every runtime (test/conformance/runtime.ts), with real Flink.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../src/runtimes/cluster/ports.ts'
import type { Runtime } from '../../src/runtimes/runtime.ts'
import {
  createWorld,
  eventually,
  jarOfTheFuture,
  openPorts,
  portsOf,
  processesAbout,
  running,
  seen,
  told,
  type World,
} from '../support/clusters.ts'

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
  // The kernel closes the ports of a process that it killed a moment later.
  await eventually(
    () => openPorts(world.folder, id),
    (open) => open.length === 0,
  )
  await runtime.tidy(id)
}

const count = async (file: string) => Number((await told(file))?.first ?? 0)

test('arguments, files and further jars come to the program as they were given', async () => {
  const file = join(world.folder, 'user-data')
  const data = join(world.folder, 'data.csv')
  const odd = ['中文 参数', 'with "quotes" and $HOME; `x`', '--job', '']
  const args = ['--tell', file, '--file', '测试 数据.csv', ...odd]
  await writeFile(data, 'a,b,订单\n')
  const spec = world.spec('ReadUserData', {
    flinkVersion: '2.3',
    args,
    jars: [...world.spec('x').jars, { name: 'further jar.jar', path: world.helperJar }],
    files: [{ name: '测试 数据.csv', path: data }],
  })
  await world.runtime.launch(spec, never)
  const ended = await seen(world.runtime, spec.attemptId, (o) => o.flinkJob?.endedAt != null)
  expect(ended).toMatchObject({ flinkJob: { state: 'FINISHED', tasksUp: true }, failure: null })
  expect((await told(file))?.first).toBe('a,b,订单 greetings from the further jar')
  expect((await told(file))?.args).toEqual(args.slice(0, -1))
  await leavesNothing(world.runtime, spec.attemptId)
})

test('a batch job counts as up while its later tasks wait, and ends as FINISHED', async () => {
  // Its first stage takes so long that it is seen while it runs.
  const spec = world.spec('BoundedBatch', { args: ['--records', '400', '--pause', '15'] })
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
  ['1.20', 'a main that throws', 'ThrowInMain', 'table 订单 is unknown', 'from the program'],
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

test('a port that another program took costs a second start, not the attempt', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  let calls = 0
  const unlucky = await world.newRuntime({
    freePorts: async () => ({ ...(await freePorts()), ...(calls++ === 0 && { rpc: port }) }),
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
