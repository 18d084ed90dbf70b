import type { ChildProcess } from 'node:child_process'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FlinkInstallation } from '../../flink/installation.ts'
import type { Clock } from '../../lib/clock.ts'
import { assert, failed, isSystemError, messageOf, Refusal } from '../../lib/errors.ts'
import { writeTextDurably } from '../../lib/files.ts'
import type { Logger } from '../../lib/logger.ts'
import type { LaunchSpec } from '../runtime.ts'
import type { Attempt } from './attempt.ts'
import {
  type ClassSharing,
  type Java,
  type JvmContext,
  type JvmRole,
  jobManagerCommand,
  jvmEnvironment,
  taskManagerCommand,
} from './command-line.ts'
import { writeJsonDurably } from './disk.ts'
import { configYaml, flinkConfiguration, ignoredKeys, type Ports } from './flink-config.ts'
import { endProcesses, type KillLimits } from './killing.ts'
import {
  type JobManagerMemory,
  jobManagerMemory,
  memoryShares,
  type TaskManagerMemory,
  taskManagerMemory,
} from './memory.ts'
import { currentBootId } from './process-identity.ts'
import type { ProcessKey, Role } from './process-table.ts'
import { jarPaths, prepareFiles } from './run-files.ts'
import { type SubmitLog, submitLog } from './submit-log.ts'

/**
 * Starting the processes of an attempt. Everything is repeatable: what a crash left half done is continued, because each
 * step looks at the disk first (spec.json, user/, starts/, the markers of processes) and leaves its mark.
 */
export type LaunchDeps = Readonly<{
  findFlink: (version: string) => Promise<FlinkInstallation | null>
  java: Java
  sharingOf: (installation: FlinkInstallation, role: JvmRole) => Promise<ClassSharing>
  /** Put before the command of every process, such as `nice`. */
  commandPrefix: readonly string[]
  freePorts: () => Promise<Ports>
  clock: Clock
  logger: Logger
  kill: KillLimits
  /** Called when a process that was started here has ended. */
  onExit: (attemptId: string) => void
}>

type Plan = Readonly<{
  installation: FlinkInstallation
  jobManager: JobManagerMemory
  taskManager: TaskManagerMemory
}>

/** @throws Refusal `runtime.*` when a person must look; other errors may pass by themselves. */
export async function launch(attempt: Attempt, spec: LaunchSpec, deps: LaunchDeps, signal: AbortSignal): Promise<void> {
  const log = submitLog(attempt.folder.submitLog, deps.clock)
  if (attempt.closed || attempt.timeline.has('jvmsSpawned')) return
  try {
    await start(attempt, spec, deps, log, signal)
  } catch (error) {
    await log(`the start failed: ${messageOf(error)}`)
    // Half a cluster is worse than none.
    if (attempt.cluster !== null) await endProcesses(attempt, { ...deps.kill, terminateMs: 0 }, deps.logger)
    throw signal.aborted ? error : explained(error, attempt.folder.path)
  }
}

async function start(attempt: Attempt, asked: LaunchSpec, deps: LaunchDeps, log: SubmitLog, signal: AbortSignal) {
  if (attempt.spec === null) await writeJsonDurably(attempt.folder.spec, asked)
  const spec = attempt.spec ?? asked
  attempt.spec = spec
  await log(`attempt ${attempt.id} of job ${spec.jobId}, Flink ${spec.flinkVersion}`)
  const plan = await planLaunch(spec, spec.flinkVersion, deps)
  await prepareFiles(spec, attempt.folder, log, signal)
  await attempt.timeline.stamp(['filesReady'], deps.clock.now())
  signal.throwIfAborted()
  await startCluster(attempt, plan, deps, log)
  await attempt.timeline.stamp(['jvmsSpawned'], deps.clock.now())
}

/** What can be refused is refused here, before anything is copied or started. */
async function planLaunch(spec: LaunchSpec, flinkVersion: string, deps: LaunchDeps): Promise<Plan> {
  const jobManager = jobManagerMemory(spec.shape.jobManager.memoryBytes)
  const taskManager = taskManagerMemory(spec.shape.taskManager.memoryBytes, memoryShares(spec.flinkConfig))
  checkArguments(spec)
  const installation = await deps.findFlink(flinkVersion)
  if (installation === null) {
    throw new Refusal('runtime.flinkMissing', {
      en: `Flink ${flinkVersion} is not installed. Install it with: headgate flink install ${flinkVersion}`,
      zh: `未安装 Flink ${flinkVersion}。安装命令：headgate flink install ${flinkVersion}`,
    })
  }
  return { installation, jobManager, taskManager }
}

/** The kernel takes no NUL in an argument and no argument above 128 KiB (execve(2), MAX_ARG_STRLEN). */
function checkArguments(spec: LaunchSpec): void {
  const bad = [spec.mainClass, ...spec.args].find((text) => text.includes('\0') || Buffer.byteLength(text) >= 131_072)
  if (bad === undefined) return
  throw new Refusal('runtime.badArgument', {
    en: `An argument of the program cannot be passed on: it holds a NUL character or is longer than 128 KiB. Put long values into a dependency file.`,
    zh: '程序的某个参数无法传递：包含 NUL 字符或超过 128 KiB。较长的内容请放入依赖文件。',
  })
}

async function startCluster(attempt: Attempt, plan: Plan, deps: LaunchDeps, log: SubmitLog): Promise<void> {
  await attempt.table.load()
  if (attempt.cluster === null) {
    await recordStart(attempt, 1, plan, deps, log)
  } else if (attempt.stateOf('jobmanager').is === 'ended') {
    await endProcesses(attempt, { ...deps.kill, terminateMs: 0 }, deps.logger)
    await recordStart(attempt, attempt.cluster.start + 1, plan, deps, log)
  }
  await writeConfiguration(attempt, deps)
  await spawnMissing(attempt, plan, deps, log)
}

/** Chooses ports and writes down the start that is about to begin. */
async function recordStart(attempt: Attempt, start: number, plan: Plan, deps: LaunchDeps, log: SubmitLog) {
  const ports = await deps.freePorts()
  const { version } = plan.installation
  const logOffset = await sizeOf(join(attempt.folder.logs, 'jobmanager.log'))
  await attempt.recordStart({ start, ports, bootId: currentBootId(), flinkVersion: version, logOffset })
  await log(`start ${start} with Flink ${version}, ports ${ports.rpc} (rpc) and ${ports.rest} (rest)`)
  const ignored = attempt.spec === null ? [] : ignoredKeys(attempt.spec)
  if (ignored.length > 0) await log(`settings that belong to the service and were left out: ${ignored.join(', ')}`)
}

/** Follows from the spec and the recorded start alone, so writing it again changes nothing. */
async function writeConfiguration({ spec, cluster, folder }: Attempt, deps: LaunchDeps): Promise<void> {
  assert(spec !== null && cluster !== null, 'a configuration without a start')
  const configuration = flinkConfiguration(spec, folder, cluster.ports, deps.java.majorVersion)
  await writeTextDurably(join(folder.conf, 'config.yaml'), configYaml(configuration))
}

/**
 * Starts what the recorded start lacks, all at the same moment: processes never started, and TaskManagers that ended. A
 * JobManager is never started twice within a start, as the one before may have taken the job.
 */
async function spawnMissing(attempt: Attempt, plan: Plan, deps: LaunchDeps, log: SubmitLog): Promise<void> {
  await mkdir(attempt.folder.processes, { recursive: true, mode: 0o700 })
  const missing = attempt.roles().filter((role) => {
    const { is } = attempt.stateOf(role)
    return is === 'absent' || (is === 'ended' && role !== 'jobmanager')
  })
  const started = await Promise.allSettled(missing.map((role) => spawnProcess(attempt, role, plan, deps, log)))
  await attempt.table.refresh()
  const refused = started.find((each) => each.status === 'rejected')
  if (refused !== undefined) throw refused.reason
}

async function spawnProcess(attempt: Attempt, role: Role, plan: Plan, deps: LaunchDeps, log: SubmitLog): Promise<void> {
  const { cluster, folder } = attempt
  assert(cluster !== null, 'a process without a cluster')
  const key: ProcessKey = { start: cluster.start, role, turn: (attempt.table.newestTurn(cluster.start, role) ?? 0) + 1 }
  const context = await jvmContext(attempt, role, plan, deps)
  const child = await attempt.table.spawn({
    key,
    command: [...deps.commandPrefix, ...commandOf(context, key, plan)],
    environment: jvmEnvironment(context),
    workingFolder: folder.work,
    outFile: join(folder.logs, `${role}.out`),
  })
  followChild(child, attempt.id, deps)
  const turn = key.turn === 1 ? '' : ` (turn ${key.turn})`
  const sharing = context.sharing === null ? '' : ', with class data sharing'
  await log(`started ${role}${turn}, process group ${child.pid}${sharing}`)
}

async function jvmContext(attempt: Attempt, role: Role, plan: Plan, deps: LaunchDeps): Promise<JvmContext> {
  assert(attempt.spec !== null, 'a process without a spec')
  const sharing = await deps.sharingOf(plan.installation, role === 'jobmanager' ? 'jobmanager' : 'taskmanager')
  const { installation } = plan
  return { java: deps.java, installation, spec: attempt.spec, folder: attempt.folder, processName: role, sharing }
}

function commandOf(context: JvmContext, key: ProcessKey, plan: Plan): string[] {
  if (key.role === 'jobmanager') {
    return jobManagerCommand(context, plan.jobManager, jarPaths(context.spec, context.folder))
  }
  // A name of its own for every turn: Flink must not take the new process for the old one.
  return taskManagerCommand(context, plan.taskManager, `${key.role}-${key.turn}`)
}

function followChild(child: ChildProcess, attemptId: string, deps: LaunchDeps): void {
  child.once('exit', () => deps.onExit(attemptId))
}

/** TaskManagers that the shape asks for and that are not alive, of the version that their JobManager has. */
export async function replaceTaskManagers(attempt: Attempt, deps: LaunchDeps): Promise<void> {
  const { spec, cluster } = attempt
  await attempt.table.refresh()
  if (spec === null || cluster === null || attempt.closed || attempt.stateOf('jobmanager').is !== 'alive') return
  const plan = await planLaunch(spec, cluster.flinkVersion, deps)
  const log = submitLog(attempt.folder.submitLog, deps.clock)
  await spawnMissing(attempt, plan, deps, log)
}

/** Starts the whole cluster again, with other ports: within the same attempt, as the job never began. */
export async function repeatStart(attempt: Attempt, deps: LaunchDeps): Promise<void> {
  const { spec, cluster } = attempt
  await attempt.table.refresh()
  if (spec === null || cluster === null || attempt.closed || attempt.stateOf('jobmanager').is !== 'ended') return
  const log = submitLog(attempt.folder.submitLog, deps.clock)
  await log('a port was taken by another program: starting again with others')
  await startCluster(attempt, await planLaunch(spec, cluster.flinkVersion, deps), deps, log)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0
    throw error
  }
}

function explained(error: unknown, folder: string): unknown {
  if (error instanceof Refusal) return error
  const full = [error, error instanceof Error ? error.cause : null].some((each) =>
    isSystemError(each, 'ENOSPC', 'EDQUOT'),
  )
  if (full) return failed(`The disk that holds ${folder} is full, so nothing was started. Free space on it`, error)
  return failed('The cluster could not be started', error)
}
