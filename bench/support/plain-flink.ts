/**
 * A job on Flink as its own scripts would start it in application mode: the stock configuration and JVM flags, none of
 * ours. In its favour the scripts' helper JVMs are left out, and both processes are started at the same moment.
 *
 * Sources, of a distribution: conf/config.yaml, bin/config.sh, bin/standalone-job.sh, bin/taskmanager.sh,
 * bin/flink-daemon.sh. Other than there: ports that are free, and temporary files in a folder of ours.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlinkInstallation } from '../../src/flink/installation.ts'
import { freePorts } from '../../src/runtimes/cluster/ports.ts'
import type { Ports } from '../../src/runtimes/cluster/process-host.ts'
import { moduleFlags, taskManagerProgram } from '../../src/runtimes/local-process/command-line.ts'
import { configYaml } from '../../src/runtimes/local-process/flink-config.ts'
import { log4jProperties } from '../../src/runtimes/local-process/log-config.ts'
import { jobManagerMemory, MIB, taskManagerMemory } from '../../src/runtimes/local-process/memory.ts'
import { pollMs } from './polling.ts'

export type PlainJob = Readonly<{
  flink: FlinkInstallation
  javaHome: string
  jar: string
  mainClass: string
  args: readonly string[]
  slots: number
  /** Of each process; absent: what the stock configuration says. */
  processBytes?: number
}>

export type PlainCluster = Readonly<{
  /** Milliseconds from the start of the processes until REST shows every task RUNNING. */
  runningMs(): Promise<number>
  /** Milliseconds from the start of the processes until REST shows the job FINISHED, or the JobManager ended by itself. */
  finishedMs(): Promise<number>
  end(): Promise<void>
}>

const STOCK = { jobManagerBytes: 1600 * MIB, taskManagerBytes: 1728 * MIB }

export async function startPlainFlink(job: PlainJob): Promise<PlainCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-plain-'))
  const ports = await freePorts()
  await configure(folder, job, ports)
  const startedAtMs = performance.now()
  const jobManager = await startJvm(folder, 'jobmanager', job, jobManagerCommand(job, folder))
  const taskManager = await startJvm(folder, 'taskmanager', job, taskManagerCommand(job, folder))
  const sinceStartMs = (holds: (job: OverviewLine) => boolean) =>
    pollMs(startedAtMs, async () => {
      const line = await overviewLine(ports)
      return line === null ? jobManager.exitCode === 0 : holds(line)
    })
  return {
    runningMs: () => sinceStartMs(({ tasks }) => tasks.total > 0 && tasks.running === tasks.total),
    finishedMs: () => sinceStartMs(({ state }) => state === 'FINISHED'),
    async end() {
      await Promise.all([jobManager, taskManager].map(endJvm))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function configure(folder: string, { slots, processBytes }: PlainJob, ports: Ports): Promise<void> {
  for (const name of ['conf', 'log', 'tmp']) await mkdir(join(folder, name))
  const configuration = {
    ...{ 'jobmanager.bind-host': 'localhost', 'jobmanager.rpc.address': 'localhost' },
    'jobmanager.rpc.port': String(ports.rpc),
    'jobmanager.memory.process.size': `${processBytes ?? STOCK.jobManagerBytes}b`,
    'jobmanager.execution.failover-strategy': 'region',
    ...{ 'taskmanager.bind-host': 'localhost', 'taskmanager.host': 'localhost' },
    'taskmanager.numberOfTaskSlots': String(slots),
    'taskmanager.memory.process.size': `${processBytes ?? STOCK.taskManagerBytes}b`,
    'parallelism.default': String(slots),
    ...{ 'rest.address': 'localhost', 'rest.bind-address': 'localhost', 'rest.port': String(ports.rest) },
    'io.tmp.dirs': join(folder, 'tmp'),
  }
  await writeFile(join(folder, 'conf', 'config.yaml'), configYaml(configuration))
  await writeFile(join(folder, 'conf', 'log4j.properties'), log4jProperties({ root: 'INFO', loggers: {} }))
}

function jobManagerCommand({ jar, mainClass, args, processBytes }: PlainJob, folder: string): string[] {
  const { heap, metaspace } = jobManagerMemory(processBytes ?? STOCK.jobManagerBytes)
  return [
    ...[`-Xmx${heap}`, `-Xms${heap}`, `-XX:MaxMetaspaceSize=${metaspace}`],
    'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint',
    ...['--configDir', join(folder, 'conf'), '--jars', jar, '--job-classname', mainClass, '--', ...args],
  ]
}

function taskManagerCommand({ slots, processBytes }: PlainJob, folder: string): string[] {
  const memoryBytes = processBytes ?? STOCK.taskManagerBytes
  const memory = taskManagerMemory(memoryBytes)
  const { heap, direct, metaspace } = memory
  const taskManager = { cpuCores: slots, memoryBytes, slots }
  const shape = { jobManager: { cpuCores: 1, memoryBytes }, taskManager, taskManagers: 1, parallelism: slots }
  const { mainClass, args } = taskManagerProgram({ shape }, { conf: join(folder, 'conf') }, memory, 'taskmanager-1')
  return [
    ...[`-Xmx${heap}`, `-Xms${heap}`, `-XX:MaxDirectMemorySize=${direct}`, `-XX:MaxMetaspaceSize=${metaspace}`],
    ...[mainClass, ...args],
  ]
}

/** `command`: memory flags, main class and arguments; all else is the same for both. */
async function startJvm(folder: string, name: string, { flink, javaHome }: PlainJob, command: string[]) {
  const at = command.findIndex((each) => !each.startsWith('-X'))
  const options = [
    ...[...command.slice(0, at), '-XX:+IgnoreUnrecognizedVMOptions', ...moduleFlags(flink.version)],
    ...[`-Djava.io.tmpdir=${join(folder, 'tmp')}`, `-Dlog.file=${join(folder, 'log', `${name}.log`)}`],
    `-Dlog4j.configurationFile=file:${join(folder, 'conf', 'log4j.properties')}`,
    ...['-classpath', flink.classPath.join(':')],
  ]
  const out = await open(join(folder, 'log', `${name}.out`), 'a')
  const env = { PATH: process.env.PATH, FLINK_CONF_DIR: join(folder, 'conf'), FLINK_PLUGINS_DIR: flink.pluginsFolder }
  const args = [...options, ...command.slice(at)]
  const child = spawn(join(javaHome, 'bin', 'java'), args, { cwd: folder, env, stdio: ['ignore', out.fd, out.fd] })
  await out.close()
  return child
}

const ENDING_MS = 10_000

async function endJvm(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDING_MS)
  await ended
  clearTimeout(timer)
}

type OverviewLine = Readonly<{ state: string; tasks: { total: number; running: number } }>

/** Null: REST does not answer, or knows no job. */
async function overviewLine({ rest }: Ports): Promise<OverviewLine | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${rest}/jobs/overview`)
    const { jobs } = (await response.json()) as { jobs: OverviewLine[] }
    return jobs[0] ?? null
  } catch {
    return null
  }
}
