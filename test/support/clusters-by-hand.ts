/**
 * A JobManager and a TaskManager without a runtime around them: cold, or warm and then leased, by the commands that the
 * local driver makes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { flinkHome } from '../../src/flink/installation.ts'
import { withLauncher } from '../../src/flink/launcher.ts'
import { preparePlugins } from '../../src/flink/plugins.ts'
import { freePorts } from '../../src/runtimes/cluster/ports.ts'
import { type RunFolder, runFolder } from '../../src/runtimes/cluster/run-folder.ts'
import type { Java } from '../../src/runtimes/local-process/command-line.ts'
import * as commands from '../../src/runtimes/local-process/command-line.ts'
import { configYaml, flinkConfiguration } from '../../src/runtimes/local-process/flink-config.ts'
import { log4jProperties } from '../../src/runtimes/local-process/log-config.ts'
import { jobManagerMemory, type TaskManagerMemory, taskManagerMemory } from '../../src/runtimes/local-process/memory.ts'
import { encodeLease, LEASE_DESCRIPTOR } from '../../src/runtimes/local-process/warm/message.ts'
import type { LaunchSpec } from '../../src/runtimes/runtime.ts'
import { eventually, FLINK_FOLDER } from './clusters.ts'

export const ROLES = ['jobmanager', 'taskmanager'] as const
type Role = (typeof ROLES)[number]
type PerRole<T> = Readonly<Record<Role, T>>

export type ClusterByHand = Readonly<{
  folder: RunFolder
  /** Empty for a cold cluster before its job starts. */
  jvms: Partial<Record<Role, Jvm>>
  /** What the JVMs run once there is a job. */
  programs: PerRole<commands.JavaProgram>
  restPort: number
  /** Writes the configuration and runs the programs: in new JVMs, or in those that wait. */
  startJob(): Promise<void>
  /** Waits until every task runs; answers milliseconds. */
  running(): Promise<number>
  rest(path: string): Promise<unknown>
  end(): Promise<void>
}>

export type Jvm = Readonly<{ process: ChildProcess; service: Socket | null; exit: Promise<number | null> }>

type Options = Readonly<{ root: string; java: Java; kind: 'cold' | 'warm'; flinkVersion: string }>

/** A warm cluster is answered when both of its JVMs wait to be leased. */
export async function clusterByHand(options: Options, spec: LaunchSpec): Promise<ClusterByHand> {
  const { java, kind } = options
  const folder = runFolder(options.root, `${kind}-${options.flinkVersion.replaceAll('.', '-')}-${hex(4)}`)
  for (const path of [folder.conf, folder.logs, folder.tmp, folder.work, folder.files]) {
    await mkdir(path, { recursive: true })
  }
  const ports = await freePorts()
  const parts = await commandsOf(options, spec, folder)
  const jvms: Partial<Record<Role, Jvm>> = {}
  if (kind === 'warm') {
    for (const role of ROLES) jvms[role] = await warmJvm(parts, folder, role)
  }
  const rest = async (path: string) => (await fetch(`http://127.0.0.1:${ports.rest}${path}`)).json()
  return {
    ...{ folder, jvms, programs: parts.programs, restPort: ports.rest, rest },
    startJob: async () => {
      await configure(folder, configYaml(flinkConfiguration(spec, folder, ports, java.majorVersion)))
      for (const role of ROLES) {
        const program = parts.programs[role]
        if (kind === 'cold') jvms[role] = await startJvm(parts, folder, role, program)
        else jvms[role]?.service?.write(encodeLease(program))
      }
    },
    running: async () => {
      const startedAt = performance.now()
      await eventually(
        () => tasksOf(rest),
        (tasks) => tasks.total > 0 && tasks.running === tasks.total,
      )
      return performance.now() - startedAt
    },
    end: async () => {
      for (const role of ROLES) {
        jvms[role]?.process.kill('SIGKILL')
        await jvms[role]?.exit
      }
    },
  }
}

async function tasksOf(rest: (path: string) => Promise<unknown>): Promise<{ total: number; running: number }> {
  try {
    const { jobs } = (await rest('/jobs/overview')) as { jobs: { tasks: { total: number; running: number } }[] }
    return jobs[0]?.tasks ?? { total: 0, running: 0 }
  } catch {
    return { total: 0, running: 0 }
  }
}

type Parts = Readonly<{
  jvm: PerRole<string[]>
  environment: Record<string, string>
  programs: PerRole<commands.JavaProgram>
  memory: TaskManagerMemory
}>

async function commandsOf({ java, flinkVersion }: Options, spec: LaunchSpec, folder: RunFolder): Promise<Parts> {
  const found = await flinkHome(FLINK_FOLDER).find(flinkVersion)
  if (found === null) throw new Error(`Flink ${flinkVersion} is not installed`)
  const installation = await withLauncher(found, java.home)
  const pluginsFolder = await preparePlugins(installation, java.home)
  const places = { java, installation, pluginsFolder, folder, attemptId: spec.attemptId }
  const context = (processName: string) => ({ ...places, processName, userOptions: [], sharing: null })
  const memory = taskManagerMemory(spec.shape.taskManager.memoryBytes)
  const jars = spec.jars.map(({ path }) => path)
  return {
    jvm: {
      jobmanager: commands.jobManagerJvm(context('jobmanager'), jobManagerMemory(spec.shape.jobManager.memoryBytes)),
      taskmanager: commands.taskManagerJvm(context('taskmanager'), memory),
    },
    environment: commands.jvmEnvironment(context('')),
    programs: {
      jobmanager: commands.jobManagerProgram(spec, folder, jars),
      taskmanager: commands.taskManagerProgram(spec, folder, memory, 'taskmanager-1-1'),
    },
    memory,
  }
}

async function configure(folder: RunFolder, config: string): Promise<void> {
  await writeFile(join(folder.conf, 'log4j.properties'), log4jProperties({ root: 'INFO', loggers: {} }))
  await writeFile(join(folder.conf, 'config.yaml'), config)
}

/** Starts a JVM and waits until it says that it is ready. */
async function warmJvm(parts: Parts, folder: RunFolder, role: Role): Promise<Jvm> {
  const jvm = await startJvm(parts, folder, role, commands.warmProgram(role, parts.memory), 'pipe')
  const words = await Promise.race([nextLine(jvm), jvm.exit.then((code) => `exit ${code}`)])
  if (!/^ready \d+$/.test(words)) throw new Error(`the ${role} is not ready: ${words}`)
  console.log(`${folder.path.split('/').at(-1)} ${role} ${words}`)
  return jvm
}

export async function nextLine({ service }: Jvm): Promise<string> {
  if (service === null) throw new Error('a cold JVM says nothing')
  const [line] = await once(createInterface({ input: service }), 'line')
  return String(line)
}

async function startJvm(
  parts: Parts,
  folder: RunFolder,
  role: Role,
  program: commands.JavaProgram,
  line: 'pipe' | null = null,
): Promise<Jvm> {
  const out = await open(join(folder.logs, `${role}.out`), 'a')
  const [java = '', ...args] = commands.javaCommand(parts.jvm[role], program)
  const stdio = ['ignore', out.fd, out.fd, ...(line === null ? [] : [line])] as const
  const process = spawn(java, args, { cwd: folder.work, env: parts.environment, stdio: [...stdio] })
  await out.close()
  const exit = once(process, 'exit').then(([code]) => code as number | null)
  return { process, service: line === null ? null : (process.stdio[LEASE_DESCRIPTOR] as Socket), exit }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
