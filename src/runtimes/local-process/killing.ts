import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from '../cluster/attempt.ts'
import type { KillLimits } from '../cluster/process-host.ts'
import { isAttemptId, type RunFolder, runFolder } from '../cluster/run-folder.ts'
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
const LOOK_MS = 50

export async function endProcesses(
  { id, spec, folder }: Attempt,
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

/** All processes of the attempt's user, unless another attempt of that user is alive: then none can be told apart. */
async function strays({ id, user, runsFolder }: Owned): Promise<Identity[]> {
  if (user === null) return []
  const all = await runningProcesses()
  const ofUser = all.filter((each) => each.user === user)
  const parents = new Set(ofUser.map((each) => each.parentPid))
  const wrappers = all.filter((each) => parents.has(each.pid) && each.user === process.getuid?.())
  if ((await attemptsOf(wrappers)).some((attempt) => attempt !== id)) return []
  // A JVM may have outlived its wrapper. What it says of itself counts only with a marker of ours behind it.
  const claimed = (await attemptsOf(ofUser)).filter((attempt) => attempt !== id && isAttemptId(attempt))
  const others = await Promise.all(claimed.map((attempt) => isLiving(runFolder(runsFolder, attempt))))
  return others.includes(true) ? [] : ofUser
}

async function attemptsOf(processes: readonly Identity[]): Promise<string[]> {
  const attempts = await Promise.all(processes.map(({ pid }) => variableOf(pid, ATTEMPT_VARIABLE)))
  return [...new Set(attempts)].filter((attempt) => attempt !== null)
}

async function isLiving({ processes, closed }: RunFolder): Promise<boolean> {
  return (await MarkerTable.read(processes, closed)).alivePids().length > 0
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!condition() && performance.now() < deadline) await sleep(LOOK_MS)
}
