/** Real clusters for tests of the local-process runtime: its own folders, looking with a deadline, and nothing left behind. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { flinkHome } from '../../src/flink/installation.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { isSystemError } from '../../src/lib/errors.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { findJava } from '../../src/runtimes/java-home.ts'
import {
  createLocalProcessRuntime,
  type LocalProcessOptions,
  type LocalProcessRuntime,
} from '../../src/runtimes/local-process/local-process-runtime.ts'
import type { LaunchSpec, Observation, Runtime, SavepointView } from '../../src/runtimes/runtime.ts'
import { stateUrl } from '../../src/runtimes/state-url.ts'
import { buildJava, JAVA_UNITS } from '../../tools/build-java.ts'

const ROOT = dirname(dirname(import.meta.dirname))
export const FLINK_FOLDER = process.env.HEADGATE_FLINK_DIR ?? join(ROOT, 'data', 'flink')
const GIB = 1024 ** 3
/** As the service does it: as root, jobs have user ids of their own. */
const [TRAINING_USER, JOB_USER] = process.getuid?.() === 0 ? [50_000, 50_001] : [null, null]

/** As long as a slot may take to become warm (warm/pool.ts), which gives way to everything else on the machine. */
export const WARM_UP_MS = 180_000

export type World = Readonly<{
  folder: string
  jobsJar: string
  helperJar: string
  javaHome: string
  runtime: LocalProcessRuntime
  /** A further driver over the same folders, as after a restart of the service. */
  newRuntime(differences?: Partial<LocalProcessOptions>): Promise<LocalProcessRuntime>
  spec(mainClass: string, differences?: Partial<LaunchSpec>): LaunchSpec
  end(): Promise<void>
}>

export async function createWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate local 进程-'))
  await chmod(folder, 0o1777)
  const java = await findJava(process.env.JAVA_HOME ?? null)
  const home = flinkHome(FLINK_FOLDER)
  const [jobsJar, helperJar] = await buildTestJars(java.home)
  const made: LocalProcessRuntime[] = []
  const newRuntime: World['newRuntime'] = async (differences = {}) => {
    const runtime = createLocalProcessRuntime({
      ...{ runsFolder: join(folder, 'runs'), archivesFolder: join(folder, 'archives'), java, clock: systemClock },
      ...{ findFlink: (version) => home.find(version), listFlink: () => home.list(), memoryBudgetBytes: null },
      ...{ trainingUser: TRAINING_USER, warmSlots: 0, logger: createLogger('silent'), ...differences },
    })
    made.push(runtime)
    return runtime
  }
  await mkdir(join(folder, 'runs'), { recursive: true })
  const runtime = await newRuntime()
  return {
    ...{ folder, jobsJar, helperJar, javaHome: java.home, runtime, newRuntime },
    spec: (mainClass, differences = {}) => specOf(folder, jobsJar, mainClass, differences),
    end: async () => {
      for (const attemptId of await runtime.find()) await runtime.kill(attemptId)
      for (const each of made) await each.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function buildTestJars(javaHome: string): Promise<[string, string]> {
  const build = (name: string) => {
    const unit = JAVA_UNITS.find((each) => each.name === name)
    if (unit === undefined) throw new Error(`no unit ${name}`)
    return buildJava(unit, { javaHome, flinkFolder: FLINK_FOLDER })
  }
  return [await build('test-jobs'), await build('test-jobs-helper')]
}

function specOf(folder: string, jar: string, mainClass: string, differences: Partial<LaunchSpec>): LaunchSpec {
  const state = stateUrl(join(folder, 'state'))
  return {
    ...{
      attemptId: hex32(),
      projectId: 'p1',
      user: JOB_USER,
      jobId: 1,
      jobName: '作业 one',
      flinkJobId: hex32(),
      flinkVersion: '1.20',
    },
    shape: {
      jobManager: { cpuCores: 1, memoryBytes: GIB },
      taskManager: { cpuCores: 1, memoryBytes: 1.25 * GIB, slots: 1 },
      taskManagers: 1,
      parallelism: 1,
    },
    ...{
      mainClass: `headgate.test.${mainClass}`,
      args: [],
      jars: [{ name: 'my jobs 作业.jar', path: jar }],
      files: [],
    },
    objectsUrl: stateUrl(join(folder, 'objects')),
    ...{ restoreFrom: null, allowNonRestoredState: false, restart: { kind: 'never' }, flinkConfig: {} },
    checkpoints: {
      ...{
        directoryUrl: `${state}/chk`,
        savepointDirectoryUrl: `${state}/sp`,
        everySeconds: null,
        mode: 'exactly_once',
      },
    },
    logLevels: { root: 'INFO', loggers: {} },
    ...differences,
  }
}

export function hex32(): string {
  return randomBytes(16).toString('hex')
}

/** Looks until something holds; says what was seen last when it does not in time. */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean, limitMs = 60_000): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > deadline)
      throw new Error(`not in ${limitMs} ms; last seen: ${JSON.stringify(seen, null, 1)}`)
    await sleep(50)
  }
}

export function seen(runtime: Runtime, id: string, holds: (o: Observation) => boolean, limitMs?: number) {
  return eventually(() => runtime.inspect(id), holds, limitMs)
}

/** Waits for a job to run; a failure ends the wait at once. */
export async function running(runtime: Runtime, id: string): Promise<Observation> {
  const last = await seen(runtime, id, (o) => o.flinkJob?.tasksUp === true || o.failure !== null)
  if (last.failure !== null) throw new Error(`failed: ${last.failure.cause}\n${last.failure.detail}`)
  return last
}

export function savepointEnd(runtime: Runtime, id: string, operationId: string): Promise<SavepointView> {
  return eventually(
    () => runtime.savepointResult(id, operationId),
    ({ is }) => is === 'completed' || is === 'failed',
    30_000,
  )
}

/** What a test job wrote with `--tell`: its first line, and the arguments it was given. */
export async function told(path: string): Promise<{ first: string; args: string[] } | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  const [first = '', ...args] = text.trimEnd().split('\n')
  return { first, args }
}

/**
 * Command lines of the live processes that have something of this folder on them or in their environment; but for the `du`
 * with which a driver measures, now and then, the runs that are alive.
 */
export async function processesAbout(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue
    const read = (name: string) => readFile(join('/proc', pid, name), 'utf8').catch(() => '')
    const [commandLine, environment] = await Promise.all([read('cmdline'), read('environ')])
    if (commandLine.startsWith('du\0')) continue
    if (`${commandLine}${environment}`.includes(folder)) found.push(`${pid} ${commandLine.slice(0, 120)}`)
  }
  return found
}

export const JOB_MANAGER = 'StandaloneApplicationClusterEntryPoint'
export const TASK_MANAGER = 'TaskManagerRunner'

/** Pids of the JVMs with an attempt id, or a folder, in command line or environment that run one of the main classes. */
export async function jvmsOf(about: string, ...mainClasses: string[]): Promise<number[]> {
  const pids: number[] = []
  for (const line of await processesAbout(about)) {
    const [pid = '', program = ''] = line.split(/[ \0]/u)
    if (!program.endsWith('/java')) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (mainClasses.some((each) => command.includes(each))) pids.push(Number(pid))
  }
  return pids
}

/** The one JVM of those that runs the main class. A signal to none would go to the test's own process group. */
export async function jvmOf(about: string, mainClass: string): Promise<number> {
  const [pid, ...more] = await jvmsOf(about, mainClass)
  if (pid === undefined || more.length > 0) throw new Error(`not one ${mainClass}: ${[pid, ...more].join(', ')}`)
  return pid
}

/** SIGSTOP, and the moment until it holds: the kernel stops the threads of a process one by one, when each is to run. */
export async function standStill(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  await eventually(
    () => threadStates(pid),
    (states) => states.every((state) => state === 'T'),
  )
}

/** As proc(5) has them; the name before may hold blanks and parentheses. */
async function threadStates(pid: number): Promise<string[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'latin1').catch(() => '')),
  )
  return stats.filter((stat) => stat !== '').map((stat) => stat.charAt(stat.lastIndexOf(')') + 2))
}

/** Paths below a folder, relative to it, of whatever does not vanish meanwhile. */
export async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const below = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory() ? (await pathsBelow(join(folder, entry.name))).map((path) => join(entry.name, path)) : [],
    ),
  )
  return [...entries.map(({ name }) => name), ...below.flat()]
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Those of each start of the attempt, the first start first. */
export async function portsOf(folder: string, attemptId: string): Promise<{ rpc: number; rest: number }[]> {
  const starts = join(folder, 'runs', attemptId, 'starts')
  const names = (await readdir(starts)).sort()
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(starts, name), 'utf8')).ports))
}

/** Ports of the attempt's starts on which something listens; none of an attempt that was never started. */
export async function openPorts(folder: string, attemptId: string): Promise<number[]> {
  const starts = await portsOf(folder, attemptId).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const ports = starts.flatMap(({ rpc, rest }) => [rpc, rest])
  const open = await Promise.all(ports.map(listens))
  return ports.filter((_, index) => open[index])
}

const run = promisify(execFile)

/** A jar with one class of another, said to be compiled for a Java that does not exist yet. */
export async function jarOfTheFuture(
  world: Pick<World, 'folder' | 'jobsJar' | 'javaHome'>,
  className: string,
): Promise<string> {
  const folder = join(world.folder, 'future')
  await mkdir(folder, { recursive: true })
  const tool = join(world.javaHome, 'bin', 'jar')
  const file = `${className.replaceAll('.', '/')}.class`
  await run(tool, ['--extract', '--file', world.jobsJar, file], { cwd: folder })
  const bytes = await readFile(join(folder, file))
  // Bytes 6 and 7 are the major version of a class file; 80 is Java 36.
  bytes.writeUInt16BE(80, 6)
  await writeFile(join(folder, file), bytes)
  await run(tool, ['--create', '--file', 'future.jar', file], { cwd: folder })
  return join(folder, 'future.jar')
}
