import { watch } from 'node:fs'
import { join } from 'node:path'
import type { FlinkInstallation } from '../../flink/installation.ts'
import type { LaunchableFlink } from '../../flink/launcher.ts'
import { preparePlugins } from '../../flink/plugins.ts'
import { messageOf, Refusal } from '../../lib/errors.ts'
import { writeTextDurably } from '../../lib/files.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from '../cluster/attempt.ts'
import type { ClusterPlan, Ports, ProcessHost, ProcessKey } from '../cluster/process-host.ts'
import { jarPaths } from '../cluster/run-files.ts'
import { letRead } from '../cluster/run-owner.ts'
import type { SubmitLog } from '../cluster/submit-log.ts'
import type { LaunchSpec } from '../runtime.ts'
import {
  type ClassSharing,
  type Java,
  type JvmContext,
  type JvmRole,
  javaCommand,
  jobManagerJvm,
  jobManagerProgram,
  jvmEnvironment,
  taskManagerJvm,
  taskManagerProgram,
  userJvmOptions,
} from './command-line.ts'
import { configYaml, flinkConfiguration, ignoredKeys } from './flink-config.ts'
import { attemptsAlive, endLostProcesses, endProcesses } from './killing.ts'
import { log4jProperties } from './log-config.ts'
import {
  type JobManagerMemory,
  jobManagerMemory,
  memoryShares,
  type TaskManagerMemory,
  taskManagerMemory,
} from './memory.ts'
import { currentBootId } from './process-identity.ts'
import { MarkerTable } from './process-table.ts'
import { becoming } from './process-user.ts'

/** Clusters as plain `java` processes of this machine, detached, so that they outlive the service. */
export type JavaProcessOptions = Readonly<{
  findFlink: (version: string) => Promise<LaunchableFlink | null>
  java: Java
  sharingOf: (installation: FlinkInstallation, role: JvmRole) => Promise<ClassSharing>
  /** Put before the command of every process, such as `nice`. */
  commandPrefix: readonly string[]
  freePorts: () => Promise<Ports>
  logger: Logger
}>

export function javaProcesses(options: JavaProcessOptions): ProcessHost {
  return {
    bootId: currentBootId(),
    javaMajorVersion: options.java.majorVersion,
    freePorts: options.freePorts,
    openTable: ({ processes, closed }) => MarkerTable.read(processes, closed),
    watch: (attempt, onChange) => watchMarkers(attempt, onChange, options.logger),
    plan: (spec, flinkVersion) => planCluster(spec, flinkVersion, options),
    end: (attempt, limits) => endProcesses(attempt, tableOf(attempt), limits, options.logger),
    endLost: (attemptId, limits) => endLostProcesses(attemptId, limits, options.logger),
    attemptsAlive,
    close: async () => undefined,
  }
}

/** The marker files tell of ends while we live. */
function watchMarkers({ id, folder }: Attempt, onChange: () => void, logger: Logger): () => void {
  try {
    const watcher = watch(folder.processes, { persistent: false }, onChange)
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch (error) {
    // The machine's limit of watches: the caller's regular looks will do.
    logger.debug({ err: error, attemptId: id }, 'a run folder is not watched')
    return () => undefined
  }
}

async function planCluster(spec: LaunchSpec, flinkVersion: string, options: JavaProcessOptions): Promise<ClusterPlan> {
  const memory = {
    jobManager: jobManagerMemory(spec.shape.jobManager.memoryBytes),
    taskManager: taskManagerMemory(spec.shape.taskManager.memoryBytes, memoryShares(spec.flinkConfig)),
  }
  const logConfig = log4jProperties(spec.logLevels)
  const installation = await options.findFlink(flinkVersion)
  if (installation === null) {
    throw new Refusal('runtime.flinkMissing', {
      en: `Flink ${flinkVersion} is not installed. Install it with: headgate flink install ${flinkVersion}`,
      zh: `未安装 Flink ${flinkVersion}。安装命令：headgate flink install ${flinkVersion}`,
    })
  }
  const plugins = await pluginsOf(installation, options.java)
  return {
    flinkVersion: installation.version,
    prepare: async (attempt, log) => {
      if (plugins.problem !== null) await log(`the program cannot open obs:// paths: ${plugins.problem}`)
      await writeConfiguration(attempt, logConfig, options.java, log)
    },
    spawn: (attempt, key, log, onExit) =>
      spawnJvm(attempt, key, { ...options, installation, pluginsFolder: plugins.folder, memory, log, onExit }),
  }
}

/** A version that our plugin does not fit, or a Java without compiler, still runs programs that do not need it. */
async function pluginsOf(
  installation: FlinkInstallation,
  java: Java,
): Promise<{ folder: string; problem: string | null }> {
  try {
    return { folder: await preparePlugins(installation, java.home), problem: null }
  } catch (error) {
    return { folder: installation.pluginsFolder, problem: messageOf(error) }
  }
}

async function writeConfiguration(attempt: Attempt, logConfig: string, java: Java, log: SubmitLog): Promise<void> {
  const { folder } = attempt
  const spec = attempt.specOfLaunch()
  const configuration = flinkConfiguration(spec, folder, attempt.startThatCounts().ports, java.majorVersion)
  const ignored = ignoredKeys(spec)
  if (ignored.length > 0) await log(`settings that belong to the service and were left out: ${ignored.join(', ')}`)
  for (const [name, text] of [
    ['log4j.properties', logConfig],
    ['config.yaml', configYaml(configuration)],
  ] as const) {
    await writeTextDurably(join(folder.conf, name), text)
    await letRead(join(folder.conf, name), spec.user)
  }
}

type Spawning = JavaProcessOptions &
  Readonly<{
    installation: FlinkInstallation
    pluginsFolder: string
    memory: { jobManager: JobManagerMemory; taskManager: TaskManagerMemory }
    log: SubmitLog
    onExit: () => void
  }>

async function spawnJvm(attempt: Attempt, key: ProcessKey, spawning: Spawning): Promise<void> {
  const { folder } = attempt
  const context = await jvmContext(attempt, key, spawning)
  const child = await tableOf(attempt).spawn({
    key,
    prefix: [...spawning.commandPrefix, ...becoming(attempt.specOfLaunch().user)],
    command: commandOf(attempt, context, key, spawning),
    environment: jvmEnvironment(context),
    workingFolder: folder.work,
    outFile: join(folder.logs, `${key.role}.out`),
  })
  child.once('exit', spawning.onExit)
  const turn = key.turn === 1 ? '' : ` (turn ${key.turn})`
  const sharing = context.sharing === null ? '' : ', with class data sharing'
  await spawning.log(`started ${key.role}${turn}, process group ${child.pid}${sharing}`)
}

async function jvmContext(attempt: Attempt, { role }: ProcessKey, spawning: Spawning): Promise<JvmContext> {
  const { installation, pluginsFolder, java } = spawning
  const jvmRole = role === 'jobmanager' ? 'jobmanager' : 'taskmanager'
  const sharing = await spawning.sharingOf(installation, jvmRole)
  const userOptions = userJvmOptions(attempt.specOfLaunch().flinkConfig, jvmRole)
  const { id: attemptId, folder } = attempt
  return { java, installation, pluginsFolder, folder, attemptId, processName: role, userOptions, sharing }
}

function commandOf(attempt: Attempt, context: JvmContext, key: ProcessKey, { memory }: Spawning): string[] {
  const { folder } = attempt
  const spec = attempt.specOfLaunch()
  if (key.role === 'jobmanager') {
    const program = jobManagerProgram(spec, folder, jarPaths(spec, folder))
    return javaCommand(jobManagerJvm(context, memory.jobManager), program)
  }
  // A name of its own for every turn: Flink must not take the new process for the old one.
  const program = taskManagerProgram(spec, folder, memory.taskManager, `${key.role}-${key.turn}`)
  return javaCommand(taskManagerJvm(context, memory.taskManager), program)
}

/** Attempts of this host have the tables that it opened. */
function tableOf({ table }: Attempt): MarkerTable {
  return table as MarkerTable
}
