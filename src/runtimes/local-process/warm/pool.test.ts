import { fork } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually, launchSpec } from '../../cluster/testing.ts'
import type { LaunchSpec, LaunchWish } from '../../runtime.ts'
import type { LocalProcessOptions, LocalProcessRuntime } from '../local-process-runtime.ts'
import { GIB, MIB } from '../memory.ts'
import { pretendRuntime } from '../pretend-java.ts'
import { processesWithVariable } from '../process-identity.ts'
import type { Order } from './pretend-launcher.ts'

/**
 * The pool and the driver over a pretended launcher (pretend-launcher.ts): processes, lines, markers and folders are real.
 * What warm JVMs of Flink do is tested in test/e2e/warm.test.ts.
 */
const never = new AbortController().signal
const isRoot = process.getuid?.() === 0
/** Of nobody else: at its last attempt's end all of a user ends. */
const USER = 61_002
const QUIET = { isQuiet: true, roomBytes: null }
const WISH: LaunchWish = launchSpec({ flinkVersion: '1.20.0' })
const MANAGER = 'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint'
const WORKER = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner'

const BIGGER: LaunchWish = {
  ...WISH,
  shape: { ...WISH.shape, taskManager: { ...WISH.shape.taskManager, memoryBytes: 3 * GIB } },
}
const now = performance.now.bind(performance)

let folder: string
let runtimes: LocalProcessRuntime[]
let laterMs: number

beforeEach(async () => {
  laterMs = 0
  folder = await mkdtemp(join(tmpdir(), 'headgate-warm-'))
  await chmod(folder, 0o1777)
  runtimes = []
  const java = join(folder, 'java', 'bin', 'java')
  await mkdir(join(folder, 'java', 'bin'), { recursive: true })
  const launcher = join(import.meta.dirname, 'pretend-launcher.ts')
  await writeFile(java, `#!/bin/sh\nexec '${process.execPath}' '${launcher}' '${folder}' "$@"\n`)
  await chmod(java, 0o755)
  await writeFile(join(folder, 'told'), '')
  await chmod(join(folder, 'told'), 0o666)
})

afterEach(async () => {
  vi.restoreAllMocks()
  const last = pretendRuntime(folder)
  for (const id of await last.find()) await last.kill(id)
  for (const each of runtimes) await each.close()
  await rm(folder, { recursive: true })
})

function service(differences: Partial<LocalProcessOptions> = {}): LocalProcessRuntime {
  const runtime = pretendRuntime(folder, {
    ...{ warmSlots: 1, availableBytes: () => 64 * GIB, limits: { terminateMs: 200 } },
    withLauncher: async (installation) => ({ ...installation, hasLauncher: true }),
    ...differences,
  })
  runtimes.push(runtime)
  return runtime
}

/** A service with slots that wait, for launches like this one. */
async function warmService(wish = WISH, differences: Partial<LocalProcessOptions> = {}): Promise<LocalProcessRuntime> {
  const runtime = service(differences)
  runtime.expect(wish)
  await warm(runtime, differences.warmSlots ?? 1)
  return runtime
}

async function warm(runtime: LocalProcessRuntime, slots = 1): Promise<void> {
  await eventually(
    async () => {
      await runtime.tendWarm(QUIET)
      return runtime.warmSlots()
    },
    ({ ready }) => ready.length === slots,
  )
}

async function reserved(runtime: LocalProcessRuntime, wish = WISH): Promise<string> {
  const id = await runtime.reserve(wish)
  if (id === null) throw new Error('no slot is ready')
  return id
}

/** From here on, to all that measures by performance.now. */
function later(ms: number): void {
  laterMs += ms
  vi.spyOn(performance, 'now').mockImplementation(() => now() + laterMs)
}

const specFor = (attemptId: string, differences: Partial<LaunchSpec> = {}) =>
  launchSpec({ flinkVersion: '1.20.0', attemptId, ...differences })

type Told = { event: string; role: string; pid: number; more: string }

async function told(): Promise<Told[]> {
  const lines = (await readFile(join(folder, 'told'), 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [event = '', role = '', pid = '', ...more] = line.split(' ')
    return { event, role, pid: Number(pid), more: more.join(' ') }
  })
}

const of = async (event: string) => (await told()).filter((each) => each.event === event)
const pidOf = async (event: string, role: string) => (await of(event)).find((each) => each.role === role)?.pid ?? 0
const order = (name: Order) => writeFile(join(folder, name), '')
const takeBack = (name: Order) => rm(join(folder, name))
const processesOf = (attemptId: string) => processesWithVariable('HEADGATE_ATTEMPT', attemptId)
const slots = async () => (await readdir(join(folder, 'runs')).catch(() => [])).filter((name) => !name.startsWith('.'))

/** How the JVMs of an attempt came to be, and which run. */
async function launched(runtime: LocalProcessRuntime, spec: LaunchSpec) {
  await runtime.launch(spec, never)
  const seen = await runtime.inspect(spec.attemptId)
  const states = [seen.jobManager, ...seen.taskManagers].map(({ is }) => is)
  return { jvms: seen.timeline.find(({ step }) => step === 'jvmsSpawned')?.jvms, states }
}

/** A cold one tells of itself when it runs, a little after its launch. */
async function startedCold(...roles: string[]): Promise<void> {
  const cold = await eventually(
    () => of('cold'),
    (each) => each.length >= roles.length,
  )
  expect(cold.map(({ role }) => role).sort()).toEqual(roles)
}

const UP = ['alive', 'alive']

describe('a warm slot', () => {
  it('is a run folder before there is a job, and its JVMs become the processes of the attempt', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    expect(await slots()).toEqual([id])
    expect(await runtime.inspect(id)).toMatchObject({ exists: true, jobManager: { is: 'absent' }, failure: null })

    expect(await launched(runtime, specFor(id))).toEqual({ jvms: 'warm', states: UP })
    expect((await of('leased')).sort((a, b) => (a.role < b.role ? -1 : 1))).toEqual([
      { event: 'leased', role: 'jobmanager', pid: await pidOf('born', 'jobmanager'), more: `${MANAGER} true` },
      { event: 'leased', role: 'taskmanager-1', pid: await pidOf('born', 'taskmanager-1'), more: `${WORKER} true` },
    ])
    expect(await of('cold')).toEqual([])
    // To every other driver too.
    expect((await service().inspect(id)).jobManager).toEqual({
      is: 'alive',
      pid: await pidOf('born', 'jobmanager'),
    })
    await runtime.kill(id)
    expect(await processesOf(id)).toEqual([])
  })

  it('is given away once, and given back it is there for the next', async () => {
    const runtime = await warmService()
    const [one, two] = await Promise.all([runtime.reserve(WISH), runtime.reserve(WISH)])
    expect([one, two].filter((each) => each !== null)).toHaveLength(1)
    runtime.release(one ?? two ?? '')
    expect(await runtime.reserve(WISH)).toBe(one ?? two)
  })

  it('whose folder was removed is not given away, and its JVMs end', async () => {
    const runtime = await warmService()
    const [id = ''] = await slots()
    await rm(join(folder, 'runs', id), { recursive: true })
    expect(await runtime.reserve(WISH)).toBeNull()
    await eventually(
      () => processesOf(id),
      (left) => left.length === 0,
    )
    await warm(runtime)
    expect(await reserved(runtime)).not.toBe(id)
  })

  it('that is being ended is not given away', async () => {
    let availableBytes = 64 * GIB
    const runtime = await warmService(WISH, { warmSlots: 2, availableBytes: () => availableBytes })
    availableBytes = 400 * MIB
    const ending = runtime.tendWarm(QUIET)
    await eventually(
      async () => runtime.warmSlots().ready,
      (ready) => ready.length < 2,
    )
    expect(await runtime.reserve(WISH)).toBeNull()
    await ending
    expect(await slots()).toEqual([])
  })

  it('that is reserved and not launched ends after a minute, and nothing else of its attempt with it', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    expect((await launched(service(), specFor(id))).states).toEqual(UP)
    later(61_000)
    await runtime.tendWarm({ ...QUIET, isQuiet: false })
    expect(await runtime.inspect(id)).toMatchObject({ jobManager: { is: 'alive' } })
    expect(await processesOf(id)).toHaveLength(4)
  })

  it('launched twice at once, its JVMs are leased once', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    const [first, second] = [launched(runtime, specFor(id)), launched(runtime, specFor(id))]
    expect([(await first).states, (await second).states]).toEqual([UP, UP])
    expect([(await of('leased')).length, (await of('cold')).length]).toEqual([2, 0])
  })

  it('that is not there means a cold start, which says why', async () => {
    const runtime = await warmService()
    const size = { ...WISH.shape, jobManager: { cpuCores: 1, memoryBytes: 3 * GIB } }
    const many = { ...WISH.shape, taskManagers: 5 }
    const cases: [string, Partial<LaunchSpec>][] = [
      ['otherSize', { shape: size }],
      ['otherSize', { shape: many }],
      ['ownJvmOptions', { flinkConfig: { 'env.java.opts.taskmanager': '-Dx=1' } }],
      ['noSlot', { flinkVersion: '1.20' }],
      ...(isRoot ? [['otherUser', { user: USER }] as [string, Partial<LaunchSpec>]] : []),
    ]
    for (const [n, [why, differences]] of cases.entries()) {
      const spec = specFor(`cold${n}`, differences)
      expect(await runtime.reserve(spec)).toBeNull()
      expect((await launched(runtime, spec)).jvms).toBe(why)
      await runtime.kill(spec.attemptId)
    }
    expect((await launched(service({ warmSlots: 0 }), specFor('cold9'))).jvms).toBe('off')
    expect(await of('leased')).toEqual([])
  })

  it('is not used when its Flink was changed after its JVMs were started', async () => {
    let classPath = ['/flink/before.jar']
    const runtime = await warmService(WISH, {
      withLauncher: async (installation) => ({ ...installation, classPath, hasLauncher: true }),
      sharingOf: async () => null,
    })
    const id = await reserved(runtime)
    classPath = ['/flink/after.jar']
    expect(await launched(runtime, specFor(id))).toEqual({ jvms: 'noSlot', states: UP })
    await startedCold('jobmanager', 'taskmanager-1')
    expect(await of('leased')).toEqual([])
  })

  it('that is not warm yet is not waited for', async () => {
    await order('warmUpHangs')
    const runtime = service()
    runtime.expect(WISH)
    await runtime.tendWarm(QUIET)
    expect(await runtime.reserve(WISH)).toBeNull()
    expect(await launched(runtime, specFor('cold'))).toEqual({ jvms: 'notReady', states: UP })
  })

  it('that fails to warm up leaves nothing, and is tried again after 30 s, then after 60', async () => {
    await order('warmUpFails')
    const runtime = service()
    runtime.expect(WISH)
    const tried = async () => {
      const begun = await runtime.tendWarm(QUIET)
      await eventually(slots, (left) => left.length === 0)
      return begun !== null
    }
    expect([await tried(), await tried()]).toEqual([true, false])
    later(31_000)
    expect([await tried(), await tried()]).toEqual([true, false])
    later(31_000)
    expect(await tried()).toBe(false)
    later(31_000)
    expect(await tried()).toBe(true)
    expect(runtime.warmSlots()).toEqual({ warming: [], ready: [] })
  })

  it('whose folder cannot be made leaves nothing, and is put off', async () => {
    const runtime = service()
    const NO_USER = -5
    runtime.expect({ ...WISH, user: NO_USER })
    expect(await runtime.tendWarm(QUIET)).toBeNull()
    expect(await slots()).toEqual([])
  })

  it('of which a JVM has ended when the other one is warm is not ready', async () => {
    await order('taskManagerIsSlow')
    const runtime = service()
    runtime.expect(WISH)
    await runtime.tendWarm(QUIET)
    const [id = ''] = await slots()
    await eventually(
      () => of('ready'),
      (ready) => ready.length === 1,
    )
    process.kill(await pidOf('ready', 'jobmanager'), 'SIGKILL')
    await eventually(
      () => processesOf(id),
      (left) => left.length === 2,
    )
    await takeBack('taskManagerIsSlow')
    await eventually(slots, (left) => left.length === 0)
    expect(runtime.warmSlots()).toEqual({ warming: [], ready: [] })
  })
})

describe('a warm JVM that is no good', () => {
  it('for it has died, is replaced by a cold one in the same attempt', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    process.kill(await pidOf('born', 'jobmanager'), 'SIGKILL')
    await eventually(
      () => processesOf(id),
      (left) => left.length === 2,
    )
    expect(await launched(runtime, specFor(id))).toEqual({ jvms: 'died', states: UP })
    await startedCold('jobmanager')
    expect((await of('leased')).map(({ role }) => role)).toEqual(['taskmanager-1'])
  })

  it('for it is stopped, is skipped within a second or so, and never takes the job later', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    const stopped = await pidOf('born', 'taskmanager-1')
    process.kill(stopped, 'SIGSTOP')
    const tookMs = async (attemptId: string, jvms: string) => {
      const before = performance.now()
      expect(await launched(runtime, specFor(attemptId))).toEqual({ jvms, states: UP })
      return performance.now() - before
    }
    // Beside what a start takes on this machine as it is.
    const coldMs = await tookMs('cold', 'noSlot')
    expect((await tookMs(id, 'hung')) - coldMs).toBeLessThan(2_500)
    expect((await processesOf(id)).map(({ pid }) => pid)).not.toContain(stopped)
    expect((await of('leased')).map(({ role }) => role)).toEqual(['jobmanager'])
  })

  it('for it takes the job and says nothing, is gone before another one is started', async () => {
    await order('takesAndKeepsSilent')
    const runtime = await warmService()
    const id = await reserved(runtime)
    expect(await launched(runtime, specFor(id))).toEqual({ jvms: 'hung', states: UP })
    await startedCold('jobmanager', 'taskmanager-1')
    const alive = (await processesOf(id)).map(({ pid }) => pid)
    for (const { pid } of await of('leased')) expect(alive).not.toContain(pid)
  })

  it('and whose replacement was not started before the service ended, counts as never started', async () => {
    let isBroken = false
    const sharingOf = async () => {
      if (isBroken) throw new Error('not now')
      return null
    }
    const runtime = await warmService(WISH, { sharingOf })
    const id = await reserved(runtime)
    process.kill(await pidOf('born', 'jobmanager'), 'SIGSTOP')
    isBroken = true
    await expect(runtime.launch(specFor(id), never)).rejects.toThrow('could not be started')
    expect(await service().inspect(id)).toMatchObject({ jobManager: { is: 'absent' }, failure: null })
  })

  it('while it waits, takes its slot with it, and another is made', async () => {
    const runtime = await warmService()
    const [before] = await slots()
    process.kill(await pidOf('born', 'taskmanager-1'), 'SIGKILL')
    await eventually(slots, (left) => left.length === 0)
    await warm(runtime)
    expect(await slots()).not.toEqual([before])
  })
})

describe('the end of the service', () => {
  it('ends what waits and leaves nothing of it, and leaves alone what is leased', async () => {
    const runtime = await warmService()
    const id = await reserved(runtime)
    await launched(runtime, specFor(id))
    await warm(runtime)
    await runtime.close()
    expect(await slots()).toEqual([id])
    expect(await processesOf(id)).toHaveLength(4)
  })

  it('by SIGKILL ends what waits, and the next service finds and removes it', async () => {
    const { id } = await killedService('reserve')
    await eventually(
      () => processesOf(id),
      (left) => left.length === 0,
    )
    const next = service()
    expect(await next.find()).toEqual([id])
    expect(await next.inspect(id)).toMatchObject({ exists: true, jobManager: { is: 'absent' }, failure: null })
    await next.kill(id)
    await next.dispose(id)
    expect(await slots()).toEqual([])
  })

  it('by SIGKILL between record and launch: the next service starts that attempt, also while its warm JVMs hang', async () => {
    const { id, stopped } = await killedService('reserve', 'SIGSTOP')
    expect(stopped).toHaveLength(2)
    const next = service()
    expect((await launched(next, specFor(id))).states).toEqual(UP)
    const alive = (await processesOf(id)).map(({ pid }) => pid)
    for (const pid of stopped) expect(alive).not.toContain(pid)
    await startedCold('jobmanager', 'taskmanager-1')
  })

  it('by SIGKILL between the message and its answer: who took the job keeps it, and nobody else gets it', async () => {
    await order('takesAndKeepsSilent')
    const { id } = await killedService('launch')
    const next = service()
    expect((await launched(next, specFor(id))).states).toEqual(UP)
    const alive = (await processesOf(id)).map(({ pid }) => pid)
    for (const { pid } of await of('leased')) expect(alive).toContain(pid)
    expect(alive).toHaveLength(4)
    await next.kill(id)
    expect(await processesOf(id)).toEqual([])
  })
})

describe('the pool', () => {
  it('follows what is launched, and lets go of what is not', async () => {
    const runtime = await warmService()
    expect(await runtime.reserve(BIGGER)).toBeNull()
    await warm(runtime)
    const id = await eventually(
      async () => {
        await runtime.tendWarm(QUIET)
        return runtime.reserve(BIGGER)
      },
      (each) => each !== null,
    )
    expect(await slots()).toEqual([id])
  })

  it('goes on with what it could make when what is launched now cannot be made', async () => {
    const runtime = await warmService()
    await order('warmUpFails')
    expect(await runtime.reserve(BIGGER)).toBeNull()
    await runtime.tendWarm(QUIET)
    await eventually(slots, (left) => left.length === 0)
    await takeBack('warmUpFails')
    await warm(runtime)
    expect(await runtime.reserve(WISH)).not.toBeNull()
  })

  it('makes nothing while something is started, and one slot at a time', async () => {
    await order('warmUpHangs')
    const runtime = service({ warmSlots: 2 })
    runtime.expect(WISH)
    expect(await runtime.tendWarm({ isQuiet: false, roomBytes: null })).toBeNull()
    for (let n = 0; n < 3; n++) await runtime.tendWarm(QUIET)
    expect(runtime.warmSlots()).toEqual({ warming: ['1.20.0'], ready: [] })
  })

  it('makes room for jobs, and for the machine', async () => {
    let availableBytes = 64 * GIB
    const runtime = await warmService(WISH, { availableBytes: () => availableBytes })
    await runtime.tendWarm({ isQuiet: true, roomBytes: 4 * GIB })
    expect(runtime.warmSlots().ready).toHaveLength(1)
    await runtime.tendWarm({ isQuiet: true, roomBytes: 4 * GIB - 1 })
    expect([runtime.warmSlots(), await slots()]).toEqual([{ warming: [], ready: [] }, []])
    await warm(runtime)
    availableBytes = 400 * MIB
    await runtime.tendWarm(QUIET)
    expect([runtime.warmSlots(), await slots()]).toEqual([{ warming: [], ready: [] }, []])
  })

  it('is empty while class data archives are made, which JVMs of every project load', async () => {
    const runtime = await warmService()
    const javac = join(folder, 'java', 'bin', 'javac')
    await writeFile(javac, `#!/bin/sh\nls '${folder}/runs' > '${folder}/then'\nexit 1\n`)
    await chmod(javac, 0o755)
    await runtime.trainArchives('1.20.0')
    expect(await readFile(join(folder, 'then'), 'utf8')).toBe('')
  })

  it.skipIf(!isRoot)(
    'is not in the way when the last attempt of a user ends, and with it all of the user',
    async () => {
      const wish = { ...WISH, user: USER }
      const runtime = await warmService(wish)
      const id = await reserved(runtime, wish)
      await launched(runtime, specFor(id, { user: USER }))
      await warm(runtime)
      const waiting = (await slots()).find((each) => each !== id) ?? ''
      const stray = fork(join(import.meta.dirname, '..', 'pretend-java.ts'), ['stray'], {
        uid: USER,
        gid: USER,
        env: {},
        execArgv: [],
      })
      onTestFinished(() => void stray.kill('SIGKILL'))
      const ended = new Promise((resolve) => stray.once('exit', resolve))
      await runtime.kill(id)
      await ended
      expect(await processesOf(waiting)).toHaveLength(4)
      expect(await reserved(runtime, wish)).toBe(waiting)
    },
  )
})

it('a program that ends with the exit code of a JVM that was never leased has ended', async () => {
  await order('ends86')
  const runtime = await warmService()
  const id = await reserved(runtime)
  await runtime.launch(specFor(id), never)
  const seen = await eventually(
    () => runtime.inspect(id),
    ({ jobManager }) => jobManager.is === 'ended',
  )
  expect(seen.jobManager).toEqual({ is: 'ended', exitCode: 86 })
})

/** A service in a process of its own that has a slot, reserves it, perhaps gives both JVMs the job, and is killed. */
async function killedService(at: 'reserve' | 'launch', signal?: 'SIGSTOP'): Promise<{ id: string; stopped: number[] }> {
  const program = fork(join(import.meta.dirname, '..', 'pretend-java.ts'), [folder, at, JSON.stringify(specFor(''))], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const id = await new Promise<string>((resolve) => program.once('message', (message) => resolve(String(message))))
  const stopped = signal ? (await of('born')).map(({ pid }) => pid) : []
  for (const pid of stopped) process.kill(pid, 'SIGSTOP')
  if (at === 'launch') {
    await eventually(
      () => of('leased'),
      (leased) => leased.length === 2,
    )
  }
  const ended = new Promise((resolve) => program.once('exit', resolve))
  program.kill('SIGKILL')
  await ended
  return { id, stopped }
}
