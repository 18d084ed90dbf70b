import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from '../cluster/attempt.ts'
import type { KillLimits } from '../cluster/process-host.ts'
import { isAttemptId, runFolder } from '../cluster/run-folder.ts'
import { ATTEMPT_VARIABLE, CONF_VARIABLE } from './command-line.ts'
import {
  type Identity,
  isAlive,
  processesWithVariable,
  runningProcesses,
  signalGroup,
  signalProcess,
  variableOf,
} from './process-identity.ts'
import { MarkerTable } from './process-table.ts'

/**
 * Ends every process of an attempt. The ladder: SIGTERM to the JVMs, patience, SIGKILL to the process groups, and SIGKILL
 * to whatever else carries the attempt's mark in its environment (programs that the job started and that left the group).
 * A program can clean its environment too, but not change its user: when the last attempt of a user ends, all of the user
 * ends.
 */
const LOOK_MS = 10

export async function endProcesses(
  { id, spec, folder }: Pick<Attempt, 'id' | 'spec' | 'folder'>,
  table: MarkerTable,
  limits: KillLimits,
  logger: Logger,
): Promise<void> {
  // Markers that another driver, or a wrapper on its way, wrote since we read them.
  await table.load()
  if (limits.terminateMs > 0) await askToEnd(id, table, limits.terminateMs, logger)
  const runsFolder = dirname(folder.path)
  await killRest({ id, user: spec?.user ?? null, runsFolder, living: () => table.living() }, limits, logger)
  await table.refresh()
}

/** Ends what carries the mark of an attempt that has no run folder any more, hence no markers. */
export async function endLostProcesses(id: string, limits: KillLimits, logger: Logger): Promise<void> {
  await killRest({ id, user: null, runsFolder: '', living: () => ({ jvms: [], leaders: [] }) }, limits, logger)
}

/** A JVM that its wrapper is only about to start is asked as soon as it is there. */
async function askToEnd(attemptId: string, table: MarkerTable, limitMs: number, logger: Logger): Promise<void> {
  const deadline = performance.now() + limitMs
  const asked = new Set<number>()
  for (;;) {
    await table.refresh()
    const { jvms, leaders } = table.living()
    if (jvms.length === 0 && leaders.length === 0) return
    for (const jvm of jvms.filter(({ pid }) => !asked.has(pid))) {
      asked.add(jvm.pid)
      signalProcess(jvm, 'SIGTERM')
      logger.info({ attemptId, pid: jvm.pid }, 'asked a process to end')
    }
    if (performance.now() > deadline) return
    await sleep(LOOK_MS)
  }
}

/** By the folder that their environment names: another service's attempts are not ours to find. */
export async function attemptsAlive(runsFolder: string): Promise<string[]> {
  const folders = await Promise.all((await runningProcesses()).map(({ pid }) => variableOf(pid, CONF_VARIABLE)))
  const runs = new Set(folders.filter((each) => each !== null).map(dirname))
  return [...runs].filter((each) => dirname(each) === runsFolder).map((each) => basename(each))
}

type Owned = Readonly<{ id: string; user: number | null; runsFolder: string; living: MarkerTable['living'] }>

async function killRest(owned: Owned, limits: KillLimits, logger: Logger): Promise<void> {
  const attemptId = owned.id
  const deadline = performance.now() + limits.killMs
  for (;;) {
    const { leaders, jvms } = owned.living()
    for (const leader of leaders) signalGroup(leader, 'SIGKILL')
    const rest = [...(await processesWithVariable(ATTEMPT_VARIABLE, attemptId)), ...(await strays(owned))]
    for (const each of [...jvms, ...rest]) signalProcess(each, 'SIGKILL')
    const all = [...leaders, ...jvms, ...rest]
    if (all.length === 0) return
    logger.warn({ attemptId, pids: all.map((each) => each.pid) }, 'killed processes')
    await until(() => !all.some(isAlive), 500)
    if (performance.now() > deadline) {
      throw new Error(`Processes ${all.map((each) => each.pid).join(', ')} of attempt ${attemptId} cannot be killed`)
    }
  }
}

/**
 * All processes of the attempt's user, unless another attempt of that user is alive: then none can be told apart. JVMs that
 * wait for a job are none and are let be.
 */
async function strays({ id, user, runsFolder }: Owned): Promise<Identity[]> {
  if (user === null) return []
  const all = await runningProcesses()
  const ofUser = all.filter((each) => each.user === user)
  const parents = new Set(ofUser.map((each) => each.parentPid))
  const wrappers = all.filter((each) => parents.has(each.pid) && each.user === process.getuid?.())
  const lookAt = async (attempts: readonly string[]) =>
    Promise.all(attempts.filter((attempt) => attempt !== id).map((attempt) => livingOf(runsFolder, attempt)))
  const wrapped = await lookAt(await attemptsOf(wrappers))
  // A wrapper is ours, also before its marker is written, and also of another service.
  if (wrapped.some(({ working, idle }) => working || idle.length === 0)) return []
  // A JVM may have outlived its wrapper. What it says of itself counts only with a marker of ours behind it.
  const claimed = await lookAt(await attemptsOf(ofUser))
  if (claimed.some(({ working }) => working)) return []
  const idle = new Set([...wrapped, ...claimed].flatMap((each) => each.idle))
  return ofUser.filter(({ pid }) => !idle.has(pid))
}

async function attemptsOf(processes: readonly Identity[]): Promise<string[]> {
  const attempts = await Promise.all(processes.map(({ pid }) => variableOf(pid, ATTEMPT_VARIABLE)))
  return [...new Set(attempts)].filter((attempt) => attempt !== null)
}

/** Of an attempt in our runs folder: whether something has its job, and the pids of what waits for one. */
async function livingOf(runsFolder: string, attempt: string): Promise<{ working: boolean; idle: number[] }> {
  if (!isAttemptId(attempt)) return { working: false, idle: [] }
  const { processes, closed } = runFolder(runsFolder, attempt)
  const table = await MarkerTable.read(processes, closed)
  const { jvms, leaders } = table.living('idle')
  const idle = [...jvms, ...leaders].map(({ pid }) => pid)
  return { working: table.alivePids().length > idle.length, idle }
}

/** Looks until it holds or the time is over; which of them, the caller asks. */
export async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!condition() && performance.now() < deadline) await sleep(LOOK_MS)
}
