import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { failed, isSystemError, messageOf, Refusal } from '../../lib/errors.ts'
import type { JvmStart, LaunchSpec } from '../runtime.ts'
import type { Attempt } from './attempt.ts'
import { writeJsonDurably } from './disk.ts'
import type { ClusterPlan, KillLimits, ProcessHost, Role } from './process-host.ts'
import { prepareFiles } from './run-files.ts'
import { makeRunFolders } from './run-owner.ts'
import { type SubmitLog, submitLog } from './submit-log.ts'

/**
 * Starting the processes of an attempt. Everything is repeatable: what a crash left half done is continued, because each
 * step looks at the disk first (spec.json, user/, starts/, the processes on record) and leaves its mark.
 */
export type LaunchDeps = Readonly<{
  host: ProcessHost
  clock: Clock
  kill: KillLimits
  /** Called when a process that was started here has ended. */
  onExit: (attemptId: string) => void
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
    if (attempt.cluster !== null) await deps.host.end(attempt, { ...deps.kill, terminateMs: 0 })
    throw signal.aborted ? error : explained(error, attempt.folder.path)
  }
}

async function start(attempt: Attempt, asked: LaunchSpec, deps: LaunchDeps, log: SubmitLog, signal: AbortSignal) {
  const beganAt = deps.clock.now()
  const spec = attempt.spec ?? asked
  await makeRunFolders(attempt.folder, spec.user)
  if (attempt.spec === null) await writeJsonDurably(attempt.folder.spec, spec)
  attempt.spec = spec
  await log(`attempt ${attempt.id} of job ${spec.jobId}, Flink ${spec.flinkVersion}`)
  const plan = await planLaunch(spec, spec.flinkVersion, deps)
  await prepareFiles(spec, attempt.folder, log, signal)
  await attempt.timeline.stamp(['launching'], beganAt)
  await attempt.timeline.stamp(['filesReady'], deps.clock.now())
  signal.throwIfAborted()
  const jvms = await startCluster(attempt, plan, deps, log)
  await attempt.timeline.stamp(['jvmsSpawned'], deps.clock.now(), jvms)
}

function planLaunch(spec: LaunchSpec, flinkVersion: string, deps: LaunchDeps): Promise<ClusterPlan> {
  checkArguments(spec)
  return deps.host.plan(spec, flinkVersion)
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

async function startCluster(attempt: Attempt, plan: ClusterPlan, deps: LaunchDeps, log: SubmitLog) {
  await attempt.table.load()
  if (attempt.cluster === null) {
    await recordStart(attempt, 1, plan, deps, log)
  } else if (attempt.stateOf('jobmanager').is === 'ended') {
    await deps.host.end(attempt, { ...deps.kill, terminateMs: 0 })
    await recordStart(attempt, attempt.cluster.start + 1, plan, deps, log)
  }
  await plan.prepare(attempt, log)
  await attempt.timeline.stamp(['configured'], deps.clock.now())
  return spawnMissing(attempt, plan, deps, log)
}

/** Chooses ports and writes down the start that is about to begin. */
async function recordStart(attempt: Attempt, start: number, plan: ClusterPlan, deps: LaunchDeps, log: SubmitLog) {
  const { flinkVersion } = plan
  const { bootId } = deps.host
  const ports = await deps.host.freePorts()
  const logOffset = await sizeOf(join(attempt.folder.logs, 'jobmanager.log'))
  await attempt.recordStart({ start, ports, bootId, flinkVersion, logOffset })
  await log(`start ${start} with Flink ${flinkVersion}, ports ${ports.rpc} (rpc) and ${ports.rest} (rest)`)
}

/**
 * Starts what the recorded start lacks, all at the same moment: processes never started, and TaskManagers that ended. A
 * JobManager is never started twice within a start, as the one before may have taken the job. Answers how they came to
 * be; of several ways, the one that was not warm.
 */
async function spawnMissing(
  attempt: Attempt,
  plan: ClusterPlan,
  deps: LaunchDeps,
  log: SubmitLog,
): Promise<JvmStart | null> {
  const missing = attempt.roles().filter((role) => {
    const { is } = attempt.stateOf(role)
    return is === 'absent' || (is === 'ended' && role !== 'jobmanager')
  })
  const started = await Promise.allSettled(missing.map((role) => spawnProcess(attempt, role, plan, deps, log)))
  await attempt.table.refresh()
  const refused = started.find((each) => each.status === 'rejected')
  if (refused !== undefined) throw refused.reason
  const ways = started.map((each) => (each.status === 'fulfilled' ? each.value : null))
  return ways.find((way) => way !== null && way !== 'warm') ?? ways[0] ?? null
}

async function spawnProcess(attempt: Attempt, role: Role, plan: ClusterPlan, deps: LaunchDeps, log: SubmitLog) {
  const { start } = attempt.startThatCounts()
  const turn = (attempt.table.newestTurn(start, role) ?? 0) + 1
  return plan.spawn(attempt, { start, role, turn }, log, () => deps.onExit(attempt.id))
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
    return (await lstat(path)).size
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return 0
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
