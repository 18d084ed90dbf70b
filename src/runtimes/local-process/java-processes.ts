import { watch } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from '../cluster/attempt.ts'
import { writeTextLightly } from '../cluster/disk.ts'
import type { ClusterPlan, Ports, ProcessHost, ProcessKey } from '../cluster/process-host.ts'
import { jarPaths } from '../cluster/run-files.ts'
import { letRead } from '../cluster/run-owner.ts'
import type { SubmitLog } from '../cluster/submit-log.ts'
import type { JvmStart, LaunchSpec } from '../runtime.ts'
import { type JavaProgram, jobManagerProgram, taskManagerProgram, warmProgram } from './command-line.ts'
import { configYaml, flinkConfiguration, ignoredKeys } from './flink-config.ts'
import { birthOf, type JvmPlan, type JvmPlanning, jvmRoleOf, planJvms, requestJvm } from './jvm-plan.ts'
import { attemptsAlive, endLostProcesses, endProcesses } from './killing.ts'
import { log4jProperties } from './log-config.ts'
import { currentBootId } from './process-identity.ts'
import { MarkerTable, WARM_TURN } from './process-table.ts'
import { WarmPool } from './warm/pool.ts'
import { lowerSession, lowPriority } from './warm/priority.ts'
import type { StartWarm } from './warm/slot.ts'
import { WarmJvm } from './warm/warm-jvm.ts'

/** Clusters as plain `java` processes of this machine, detached, so that they outlive the service. */
export type JavaProcessOptions = JvmPlanning &
  Readonly<{
    freePorts: () => Promise<Ports>
    logger: Logger
    runsFolder: string
    /** How many warm slots to keep; 0: none. */
    warmSlots: number
    availableBytes?: () => number
  }>

export type JavaProcesses = ProcessHost & Readonly<{ warm: WarmPool }>

export function javaProcesses(options: JavaProcessOptions): JavaProcesses {
  const { logger, runsFolder, availableBytes } = options
  const warm = new WarmPool({
    ...{ slots: options.warmSlots, runsFolder, logger, start: startWarm(options) },
    ...(availableBytes && { availableBytes }),
  })
  return {
    bootId: currentBootId(),
    javaMajorVersion: options.java.majorVersion,
    warm,
    freePorts: options.freePorts,
    openTable: ({ processes, closed }) => MarkerTable.read(processes, closed),
    watch: (attempt, onChange) => watchMarkers(attempt, onChange, logger),
    reserve: async (wish) => warm.reserve(wish),
    release: (attemptId) => warm.release(attemptId),
    plan: (spec, flinkVersion) => planCluster(spec, flinkVersion, options, warm),
    end: (attempt, limits) => endProcesses(attempt, tableOf(attempt), limits, logger),
    endLost: (attemptId, limits) => endLostProcesses(attemptId, limits, logger),
    attemptsAlive,
    close: () => warm.close(),
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

async function planCluster(
  spec: LaunchSpec,
  flinkVersion: string,
  options: JavaProcessOptions,
  warm: WarmPool,
): Promise<ClusterPlan> {
  const logConfig = log4jProperties(spec.logLevels)
  const jvms = await planJvms(spec, flinkVersion, options)
  return {
    flinkVersion: jvms.installation.version,
    prepare: async (attempt, log) => {
      if (jvms.pluginsProblem !== null) await log(`the program cannot open obs:// paths: ${jvms.pluginsProblem}`)
      await writeConfiguration(attempt, logConfig, options, log)
    },
    spawn: (attempt, key, log, onExit) => startJvm(attempt, key, { options, jvms, warm, log, onExit }),
  }
}

async function writeConfiguration(
  attempt: Attempt,
  logConfig: string,
  { java }: JavaProcessOptions,
  log: SubmitLog,
): Promise<void> {
  const { folder } = attempt
  const spec = attempt.specOfLaunch()
  const configuration = flinkConfiguration(spec, folder, attempt.startThatCounts().ports, java.majorVersion)
  const ignored = ignoredKeys(spec)
  if (ignored.length > 0) await log(`settings that belong to the service and were left out: ${ignored.join(', ')}`)
  // Not durably: after a power cut nobody reads them any more.
  const write = async (name: string, text: string) => {
    await writeTextLightly(join(folder.conf, name), text)
    await letRead(join(folder.conf, name), spec.user)
  }
  await Promise.all([write('log4j.properties', logConfig), write('config.yaml', configYaml(configuration))])
}

type Starting = Readonly<{
  options: JavaProcessOptions
  jvms: JvmPlan
  warm: WarmPool
  log: SubmitLog
  onExit: () => void
}>

/** A warm JVM where one waits for this very process, else a fresh one. */
async function startJvm(attempt: Attempt, key: ProcessKey, starting: Starting): Promise<JvmStart> {
  const { warm, jvms, log, onExit } = starting
  const place = { id: attempt.id, role: key.role, table: tableOf(attempt), wish: jvms.wish, birth: birthOf(jvms) }
  const program = (turn: number) => programOf(attempt, { ...key, turn }, starting)
  const leased = await warm.lease(place, program(WARM_TURN))
  if (typeof leased === 'string') {
    await spawnJvm(attempt, key, program(key.turn), starting)
    return leased
  }
  leased.child.once('exit', onExit)
  await log(`${key.role} was warm, process group ${leased.child.pid}`)
  return 'warm'
}

async function spawnJvm(attempt: Attempt, key: ProcessKey, program: JavaProgram, starting: Starting): Promise<void> {
  const { options, jvms, log, onExit } = starting
  const place = { attemptId: attempt.id, folder: attempt.folder, role: key.role }
  const { request, sharing } = await requestJvm(jvms, place, program, options)
  const child = await tableOf(attempt).spawn({ key, ...request })
  child.once('exit', onExit)
  const turn = key.turn === 1 ? '' : ` (turn ${key.turn})`
  await log(`started ${key.role}${turn}, process group ${child.pid}${sharing ? ', with class data sharing' : ''}`)
}

function programOf(attempt: Attempt, key: ProcessKey, { jvms }: Starting): JavaProgram {
  const { folder } = attempt
  const spec = attempt.specOfLaunch()
  if (key.role === 'jobmanager') return jobManagerProgram(spec, folder, jarPaths(spec, folder))
  // A name of its own for every turn: Flink must not take the new process for the old one.
  return taskManagerProgram(spec, folder, jvms.memory.taskManager, `${key.role}-${key.turn}`)
}

function startWarm(options: JavaProcessOptions): StartWarm {
  return async ({ id: attemptId, folder, wish, table }, role) => {
    const jvms = await planJvms(wish, wish.flinkVersion, options)
    if (!jvms.installation.hasLauncher) throw new Error(`There is no launcher for Flink ${wish.flinkVersion}`)
    const prefix = [...options.commandPrefix, ...lowPriority()]
    const program = warmProgram(jvmRoleOf(role), jvms.memory.taskManager)
    const place = { attemptId, folder, role }
    const { request } = await requestJvm(jvms, place, program, { ...options, commandPrefix: prefix })
    const child = await table.spawn({ key: { start: 1, role, turn: WARM_TURN }, ...request, idle: true })
    if (child.pid !== undefined) lowerSession(child.pid)
    return new WarmJvm(child, birthOf(jvms))
  }
}

/** Attempts of this host have the tables that it opened. */
function tableOf({ table }: Attempt): MarkerTable {
  return table as MarkerTable
}
