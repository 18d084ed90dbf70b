import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { type ClusterLimits, ClusterRuntime } from '../cluster/cluster-runtime.ts'
import type { ProcessHost } from '../cluster/process-host.ts'
import type { Runtime } from '../runtime.ts'
import { PRETENDED_VERSIONS, SimulatedProcesses } from './simulated-processes.ts'

/** For tests and development, never for users' jobs: nothing of a job really runs (simulator.ts). */
export type SimulatedOptions = Readonly<{
  runsFolder: string
  /** Of the simulator: one runs for each such folder, and outlives the service. */
  folder: string
  clock: Clock
  logger: Logger
  limits?: Partial<ClusterLimits>
  /** Used by tests that kill the service around the start of a process. */
  wrapHost?: (host: ProcessHost) => ProcessHost
}>

export async function createSimulatedRuntime(options: SimulatedOptions): Promise<Runtime> {
  const { folder, runsFolder, clock, logger, limits, wrapHost = (host) => host } = options
  const host = wrapHost(await SimulatedProcesses.open(folder, logger))
  return new ClusterRuntime({
    ...{ kind: 'simulated', host, runsFolder, clock, logger, memoryBudgetBytes: null },
    flinkVersions: async () => PRETENDED_VERSIONS,
    ...(limits && { limits }),
  })
}
