import type { FlinkInstallation } from '../../flink/installation.ts'
import { type LaunchableFlink, withLauncher } from '../../flink/launcher.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { type ClusterLimits, ClusterRuntime } from '../cluster/cluster-runtime.ts'
import { freePorts } from '../cluster/ports.ts'
import type { Ports, ProcessHost } from '../cluster/process-host.ts'
import type { LaunchWish, Runtime } from '../runtime.ts'
import { archiveToUse, isTrained } from './class-data.ts'
import type { Java } from './command-line.ts'
import { type JavaProcessOptions, javaProcesses } from './java-processes.ts'
import { train } from './training.ts'
import type { Surroundings, WarmPool } from './warm/pool.ts'

/** Runs each attempt as plain `java` processes on this machine, by the Flink versions that are installed on it. */
export type LocalProcessOptions = Readonly<{
  runsFolder: string
  findFlink: (version: string) => Promise<FlinkInstallation | null>
  listFlink: () => Promise<readonly FlinkInstallation[]>
  java: Java
  /** Class data archives (class-data.ts); may be emptied at any time. */
  archivesFolder: string
  clock: Clock
  logger: Logger
  memoryBudgetBytes: number | null
  /** User id for the service's own training runs; null: the service's. */
  trainingUser: number | null
  /** Warm slots to keep (warm/pool.ts); 0: none. */
  warmSlots: number
  /** Replaced by tests that pretend a full machine. */
  availableBytes?: () => number
  limits?: Partial<ClusterLimits>
  /** Replaced by tests that pretend Java. */
  withLauncher?: typeof withLauncher
  /** Replaced by tests that provoke a clash. */
  freePorts?: () => Promise<Ports>
  /** Replaced by the training of archives. */
  sharingOf?: JavaProcessOptions['sharingOf']
  commandPrefix?: readonly string[]
  /** Set by tests that kill the service around the start of a process. */
  wrapHost?: (host: ProcessHost) => ProcessHost
}>

/** The port, and what only this driver has. */
export interface LocalProcessRuntime extends Runtime {
  /**
   * Makes the class data archives of a version unless they are there: a real small job is run for some seconds at low
   * priority, and no JVM waits meanwhile. To be called when idle; nothing depends on its success, so problems are logged
   * and not thrown.
   */
  trainArchives(version: string): Promise<void>
  /** Launches like this one are to be expected: JVMs are kept warm for them. */
  expect(wish: LaunchWish): void
  /** The Flink versions of the clusters that warm up, and of those that wait. */
  warmSlots(): ReturnType<WarmPool['list']>
  /** Looks after the warm JVMs; to be called every second or so. Answers what it did, or null. */
  tendWarm(surroundings: Surroundings): ReturnType<WarmPool['tend']>
}

export function createLocalProcessRuntime(options: LocalProcessOptions): LocalProcessRuntime {
  const archives = { folder: options.archivesFolder, java: options.java }
  const javas = javaProcesses({
    ...{ findFlink: (version) => findLaunchable(options, version), java: options.java, logger: options.logger },
    sharingOf: options.sharingOf ?? ((installation, role) => archiveToUse(archives, installation, role)),
    commandPrefix: options.commandPrefix ?? [],
    freePorts: options.freePorts ?? freePorts,
    ...{ runsFolder: options.runsFolder, warmSlots: options.warmSlots },
    ...(options.availableBytes && { availableBytes: options.availableBytes }),
  })
  const host = options.wrapHost?.(javas) ?? javas
  const { runsFolder, clock, logger, memoryBudgetBytes, limits } = options
  const flinkVersions = async () => (await options.listFlink()).map(({ version }) => version)
  const runtime = new ClusterRuntime({
    ...{ kind: 'local-process', host, runsFolder, flinkVersions, clock, logger, memoryBudgetBytes },
    ...(limits && { limits }),
  })
  return Object.assign(runtime, {
    trainArchives: (version: string) => trainArchives(options, version, javas.warm),
    expect: (wish: LaunchWish) => void javas.warm.follow(wish),
    warmSlots: () => javas.warm.list(),
    tendWarm: (surroundings: Surroundings) => javas.warm.tend(surroundings),
  })
}

/** A version that the launcher does not fit, or a Java without compiler, runs jobs all the same. */
async function findLaunchable(options: LocalProcessOptions, version: string): Promise<LaunchableFlink | null> {
  const installation = await options.findFlink(version)
  if (installation === null) return null
  try {
    return await (options.withLauncher ?? withLauncher)(installation, options.java.home)
  } catch (error) {
    options.logger.warn({ err: error, version: installation.version }, 'there is no launcher for this Flink')
    return { ...installation, hasLauncher: false }
  }
}

async function trainArchives(options: LocalProcessOptions, version: string, warm: WarmPool): Promise<void> {
  const { logger, archivesFolder, java } = options
  try {
    const installation = await findLaunchable(options, version)
    if (installation === null || (await isTrained({ folder: archivesFolder, java }, installation))) return
    const kept = await warm.without(() => train(options, installation, createLocalProcessRuntime))
    logger.info({ kept }, 'class data archives made')
  } catch (error) {
    logger.warn({ err: error, version }, 'class data archives could not be made')
  }
}
