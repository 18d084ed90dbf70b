import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from './attempt.ts'
import { ATTEMPT_VARIABLE } from './command-line.ts'
import { isAlive, processesWithVariable, signalGroup, signalProcess } from './process-identity.ts'

/**
 * Ends every process of an attempt. The ladder: SIGTERM to the JVMs, patience, SIGKILL to the process groups, and SIGKILL
 * to whatever else carries the attempt's mark in its environment (programs that the job started and that left the group).
 */
export type KillLimits = Readonly<{ terminateMs: number; killMs: number }>

const LOOK_MS = 50

export async function endProcesses(attempt: Attempt, limits: KillLimits, logger: Logger): Promise<void> {
  // Markers that another driver, or a wrapper on its way, wrote since we read them.
  await attempt.table.load()
  if (limits.terminateMs > 0) await askToEnd(attempt, limits.terminateMs, logger)
  await killRest(attempt, limits, logger)
  await attempt.table.refresh()
}

/** A JVM that its wrapper is only about to start is asked as soon as it is there. */
async function askToEnd(attempt: Attempt, limitMs: number, logger: Logger): Promise<void> {
  const deadline = performance.now() + limitMs
  const asked = new Set<number>()
  for (;;) {
    await attempt.table.refresh()
    const { jvms, leaders } = attempt.table.living()
    if (jvms.length === 0 && leaders.length === 0) return
    for (const jvm of jvms.filter(({ pid }) => !asked.has(pid))) {
      asked.add(jvm.pid)
      signalProcess(jvm, 'SIGTERM')
      logger.info({ attemptId: attempt.id, pid: jvm.pid }, 'asked a process to end')
    }
    if (performance.now() > deadline) return
    await sleep(LOOK_MS)
  }
}

async function killRest(attempt: Attempt, limits: KillLimits, logger: Logger): Promise<void> {
  const deadline = performance.now() + limits.killMs
  for (;;) {
    const { leaders, jvms } = attempt.table.living()
    for (const leader of leaders) signalGroup(leader, 'SIGKILL')
    const rest = await processesWithVariable(ATTEMPT_VARIABLE, attempt.id)
    for (const each of [...jvms, ...rest]) signalProcess(each, 'SIGKILL')
    const all = [...leaders, ...jvms, ...rest]
    if (all.length === 0) return
    logger.warn({ attemptId: attempt.id, pids: all.map((each) => each.pid) }, 'killed processes')
    await until(() => !all.some(isAlive), 500)
    if (performance.now() > deadline) {
      throw new Error(`Processes ${all.map((each) => each.pid).join(', ')} of attempt ${attempt.id} cannot be killed`)
    }
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!condition() && performance.now() < deadline) await sleep(LOOK_MS)
}
