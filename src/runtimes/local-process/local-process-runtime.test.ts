import { type ChildProcess, fork, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually, launchSpec } from '../cluster/testing.ts'
import { pretendRuntime } from './pretend-java.ts'
import { processesWithVariable, runningProcesses, signalProcess } from './process-identity.ts'

/**
 * The driver over a pretended Java: a shell script in the place of `bin/java`, so that everything but Flink is real. What
 * Flink does is tested in test/e2e/local-process.test.ts.
 */
const never = new AbortController().signal
/** Of nobody else, not of another test either: at its last attempt's end all of a user ends. */
const USER = 61_001
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-driver-'))
  await mkdir(join(folder, 'java', 'bin'), { recursive: true })
  await java(`echo started >> ${folder}/started; exec sleep 600`)
})

afterEach(async () => {
  const runtime = pretendRuntime(folder)
  for (const id of await runtime.find()) await runtime.kill(id)
  await rm(folder, { recursive: true })
})

async function java(script: string): Promise<void> {
  const path = join(folder, 'java', 'bin', 'java')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

const spec = launchSpec({ attemptId: 'attempt1', shape: { ...launchSpec({}).shape, taskManagers: 2 } })
const processes = async () => (await processesWithVariable('HEADGATE_ATTEMPT', 'attempt1')).length
const starts = async () => (await readFile(join(folder, 'started'), 'utf8').catch(() => '')).split('\n').length - 1

describe('a launch', () => {
  it('starts one JobManager and the TaskManagers of the shape, and says so to any driver', async () => {
    await pretendRuntime(folder).launch(spec, never)
    const seen = await pretendRuntime(folder).inspect('attempt1')
    expect(seen).toMatchObject({ exists: true, rest: 'silent', flinkJob: null, failure: null })
    expect([seen.jobManager, ...seen.taskManagers].map(({ is }) => is)).toEqual(['alive', 'alive', 'alive'])
    expect(seen.timeline.map(({ step }) => step)).toEqual(['launching', 'filesReady', 'configured', 'jvmsSpawned'])
    await eventually(async () => (await starts()) === 3)
  })

  it('is finished by the next driver wherever the service was killed, with one process per role', {
    timeout: 90_000,
  }, async () => {
    for (let delayMs = 0; delayMs <= 90; delayMs += 15) {
      const attemptId = `crash${delayMs}`
      await killedAfter(attemptId, delayMs)
      const runtime = pretendRuntime(folder)
      await runtime.launch({ ...spec, attemptId }, never)
      const seen = await runtime.inspect(attemptId)
      expect([seen.jobManager, ...seen.taskManagers].map(({ is }) => is)).toEqual(['alive', 'alive', 'alive'])
      // A wrapper and what it runs, for each of the three.
      await eventually(async () => (await processesWithVariable('HEADGATE_ATTEMPT', attemptId)).length === 6)
      await runtime.kill(attemptId)
      expect(await processesWithVariable('HEADGATE_ATTEMPT', attemptId)).toEqual([])
    }
  })

  it('that fails half-way leaves no process, says why in its log, and can be repeated', async () => {
    const sharingOf = async (_: unknown, role: string) => {
      if (role === 'taskmanager') throw new Error('no TaskManager today')
      return null
    }
    const runtime = pretendRuntime(folder, { sharingOf })
    await expect(runtime.launch(spec, never)).rejects.toThrow('The cluster could not be started')
    expect(await processes()).toBe(0)
    const log = await runtime.readLog('attempt1', 'submit.log', 0, 10_000)
    expect(Buffer.from(log.bytes).toString()).toContain('the start failed: no TaskManager today')
    await pretendRuntime(folder).launch(spec, never)
    await eventually(async () => (await processes()) === 6)
  })

  it('that is aborted starts nothing', async () => {
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(pretendRuntime(folder).launch(spec, aborted)).rejects.toThrow('enough')
    expect(await processes()).toBe(0)
  })

  it('keeps arguments and settings where only the owner reads them', async () => {
    await pretendRuntime(folder).launch(spec, never)
    const { mode } = await stat(join(folder, 'runs', 'attempt1', 'spec.json'))
    expect(mode & 0o077).toBe(0)
  })
})

describe('the end of an attempt', () => {
  it('comes also for processes that ignore SIGTERM, and for what they started', async () => {
    await java(`trap "" TERM; setsid sleep 600 & echo started >> ${folder}/started; while :; do sleep 0.05; done`)
    const runtime = pretendRuntime(folder, { limits: { terminateMs: 200 } })
    await runtime.launch(spec, never)
    await eventually(async () => (await starts()) === 3)
    await runtime.kill('attempt1')
    expect(await processes()).toBe(0)
    expect(await runtime.inspect('attempt1')).toMatchObject({
      jobManager: { is: 'ended', exitCode: null },
      failure: null,
    })
  })

  it.skipIf(process.getuid?.() !== 0)(
    'leaves alone another one of the same user, also when that lost its wrappers',
    async () => {
      await chmod(folder, 0o711)
      const one = { ...spec, user: USER, shape: { ...spec.shape, taskManagers: 1 } }
      const runtime = pretendRuntime(folder)
      for (const attemptId of ['attempt1', 'attempt2']) await runtime.launch({ ...one, attemptId }, never)
      const mine = () => processesWithVariable('HEADGATE_ATTEMPT', 'attempt2')
      // A wrapper is the parent of what has become the job's user by then, which takes it a moment.
      const wrappers = async () => {
        const running = (await runningProcesses()).filter(({ user }) => user === USER)
        return (await mine()).filter(({ pid }) => running.some(({ parentPid }) => parentPid === pid))
      }
      await eventually(async () => (await mine()).length === 4 && (await wrappers()).length === 2)
      for (const wrapper of await wrappers()) signalProcess(wrapper, 'SIGKILL')
      await eventually(async () => (await mine()).length === 2)
      await runtime.kill('attempt1')
      expect(await mine()).toHaveLength(2)
    },
  )

  it('comes also for wrappers that were stopped before their processes died', async () => {
    const runtime = pretendRuntime(folder, { limits: { terminateMs: 200 } })
    await runtime.launch(spec, never)
    const pidIn = async (marker: string) =>
      Number.parseInt(await readFile(join(folder, 'runs', 'attempt1', 'processes', marker), 'utf8').catch(() => ''), 10)
    await eventually(async () => (await pidIn('1.jobmanager.1.jvm')) > 0)
    const wrapper = await pidIn('1.jobmanager.1.group')
    process.kill(wrapper, 'SIGSTOP')
    process.kill(await pidIn('1.jobmanager.1.jvm'), 'SIGKILL')
    await eventually(async () => (await runtime.inspect('attempt1')).failure !== null)
    await runtime.kill('attempt1')
    expect(await processes()).toBe(0)
    expect((await runningProcesses()).map(({ pid }) => pid)).not.toContain(wrapper)
  })

  it('is final: nothing is started for the attempt any more', async () => {
    const runtime = pretendRuntime(folder)
    await runtime.launch(spec, never)
    await runtime.kill('attempt1')
    await runtime.kill('attempt1')
    await pretendRuntime(folder).launch(spec, never)
    await runtime.replaceTaskManagers('attempt1')
    expect(await processes()).toBe(0)
  })

  it('may be followed by the removal of its files, of many at the same moment', async () => {
    const runtime = pretendRuntime(folder)
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const attemptId of ids) {
      await runtime.launch({ ...spec, attemptId, shape: { ...spec.shape, taskManagers: 1 } }, never)
      await runtime.kill(attemptId)
    }
    await mkdir(join(folder, 'runs', '.leaving-crashed', 'logs'), { recursive: true })
    await Promise.all(ids.map((attemptId) => runtime.dispose(attemptId)))
    expect(await readdir(join(folder, 'runs'))).toEqual([])
  })

  it('does not touch a process that got the number of one of ours', async () => {
    const runtime = pretendRuntime(folder)
    await runtime.launch(spec, never)
    await runtime.kill('attempt1')
    const bystander = spawn('sleep', ['600'], { stdio: 'ignore' })
    await forgeMarkers(bystander)
    await pretendRuntime(folder).kill('attempt1')
    expect((await runningProcesses()).map(({ pid }) => pid)).toContain(bystander.pid)
    bystander.kill('SIGKILL')
  })

  it('is nothing to do for an attempt that never was', async () => {
    const runtime = pretendRuntime(folder)
    await runtime.kill('nobody')
    await runtime.cancel('nobody')
    await runtime.tidy('nobody')
    await runtime.dispose('nobody')
    expect(await runtime.inspect('nobody')).toMatchObject({ exists: false })
    expect(await runtime.inspect('../../etc')).toMatchObject({ exists: false })
  })

  it('leaves logs and papers after tidying, and nothing after disposing', async () => {
    const runtime = pretendRuntime(folder)
    await runtime.launch(spec, never)
    await expect(runtime.tidy('attempt1')).rejects.toThrow('still has processes')
    await runtime.kill('attempt1')
    await runtime.tidy('attempt1')
    expect((await readdir(join(folder, 'runs', 'attempt1'))).sort()).toEqual(
      ['archive', 'conf', 'logs', 'processes', 'results', 'spec.json', 'starts', 'submit.log', 'timeline.json'].sort(),
    )
    await runtime.dispose('attempt1')
    expect(await readdir(join(folder, 'runs'))).toEqual([])
    expect(await runtime.find()).toEqual([])
  })

  it('by itself is told with the exit code and a cause, to a driver that came later too', async () => {
    await java('echo "Error: Could not reserve enough space for object heap"; exit 1')
    await pretendRuntime(folder).launch(spec, never)
    const runtime = pretendRuntime(folder)
    await eventually(async () => (await runtime.inspect('attempt1')).failure !== null)
    expect(await runtime.inspect('attempt1')).toMatchObject({
      jobManager: { is: 'ended', exitCode: 1 },
      failure: { cause: 'Error: Could not reserve enough space for object heap' },
    })
  })
})

it('a change of a process is told to who listens', async () => {
  await java(`echo started >> ${folder}/started; while [ ! -e ${folder}/go ]; do sleep 0.05; done`)
  const runtime = pretendRuntime(folder)
  await runtime.launch(spec, never)
  await eventually(async () => (await starts()) === 3)
  await runtime.inspect('attempt1')
  const told = new Promise<string>((resolve) => runtime.onChange(resolve))
  await writeFile(join(folder, 'go'), '')
  expect(await told).toBe('attempt1')
})

/** A service that begins a launch and is killed some milliseconds later. */
async function killedAfter(attemptId: string, delayMs: number): Promise<void> {
  const service = fork(
    join(import.meta.dirname, 'pretend-java.ts'),
    [folder, 'begin', JSON.stringify({ ...spec, attemptId })],
    {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  await new Promise((resolve) => service.once('message', resolve))
  await sleep(delayMs)
  const ended = new Promise((resolve) => service.once('exit', resolve))
  service.kill('SIGKILL')
  await ended
}

/** Rewrites every marker to the number of another process, with the start time of the one that had it. */
async function forgeMarkers(other: ChildProcess): Promise<void> {
  const markers = join(folder, 'runs', 'attempt1', 'processes')
  for (const name of (await readdir(markers)).filter((each) => /\.(jvm|group)$/.test(each))) {
    const [, startTime, bootId] = (await readFile(join(markers, name), 'utf8')).split(' ')
    await writeFile(join(markers, name), `${other.pid} ${startTime} ${bootId}`)
    await rm(join(markers, name.replace(/\.(jvm|group)$/, '.exit')), { force: true })
  }
}
