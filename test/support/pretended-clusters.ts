/** Pretended clusters for the conformance suite: a simulator of its own, ended with the world. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import type { ClusterLimits } from '../../src/runtimes/cluster/cluster-runtime.ts'
import { launchSpec } from '../../src/runtimes/cluster/testing.ts'
import type { LaunchSpec, Runtime } from '../../src/runtimes/runtime.ts'
import { createSimulatedRuntime } from '../../src/runtimes/simulated/simulated-runtime.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { stateUrl } from '../../src/runtimes/state-url.ts'
import type { Program, RuntimeWorld } from '../conformance/runtime.ts'
import { hex32 } from './clusters.ts'
import { EMPTY_JAR } from './empty-jar.ts'

export type PretendedWorld = RuntimeWorld & Readonly<{ simulator: SimulatorClient; simulatorFolder: string }>

const ORDERS: Readonly<Record<Program, Record<string, string>>> = {
  'counts for ever': {},
  'ends by itself': { 'simulator.job': 'finishes:200ms' },
  'throws in main': { 'simulator.start': 'throws' },
  'throws in a task': { 'simulator.job': 'fails:100ms' },
}

export async function createPretendedWorld(): Promise<PretendedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate pretended 集群-'))
  const jar = join(folder, 'program.jar')
  await writeFile(jar, EMPTY_JAR)
  await mkdir(join(folder, 'runs'))
  const simulatorFolder = join(folder, 'simulator')
  const simulator = new SimulatorClient(simulatorFolder)
  const made: Runtime[] = []
  const newRuntime = async (limits: Partial<ClusterLimits> = {}) => {
    const runtime = await createSimulatedRuntime({
      ...{ runsFolder: join(folder, 'runs'), folder: simulatorFolder, clock: systemClock },
      ...{ logger: createLogger('silent'), limits },
    })
    made.push(runtime)
    return runtime
  }
  const runtime = await newRuntime({ terminateMs: 500 })
  const alive = async (attemptId: string) => (await simulator.processesOf(attemptId)).filter(({ isAlive }) => isAlive)
  return {
    ...{ folder, simulator, simulatorFolder, runtime },
    ...{ newRuntime: () => newRuntime(), preparedFor: () => newRuntime() },
    spec: (program, differences = {}) => specOf(folder, jar, program, differences),
    signal: async (pid, signal) => {
      if (!(await simulator.signal(pid, signal))) throw new Error(`there is no pretended process ${pid}`)
    },
    count: async (attemptId) => (await simulator.countOf(attemptId)) ?? 0,
    processes: alive,
    leftovers: alive,
    // Others who pretend beside may have been given the same by now.
    openPorts: async () => [],
    end: async () => {
      for (const each of made) await each.close()
      await simulator.end()
      simulator.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function specOf(folder: string, jar: string, program: Program, differences: Partial<LaunchSpec>): LaunchSpec {
  const state = stateUrl(join(folder, 'state'))
  return launchSpec({
    ...{ attemptId: hex32(), flinkJobId: hex32(), jars: [{ name: 'program.jar', path: jar }] },
    objectsUrl: stateUrl(join(folder, 'objects')),
    checkpoints: {
      ...{ directoryUrl: `${state}/chk`, savepointDirectoryUrl: `${state}/sp`, everySeconds: null },
      mode: 'exactly_once',
    },
    ...differences,
    flinkConfig: { ...ORDERS[program], ...differences.flinkConfig },
  })
}
