import { setTimeout as sleep } from 'node:timers/promises'
import type { LaunchSpec } from '../runtime.ts'

const GIB = 1024 ** 3

/** Looks until it holds; says what was seen last when it does not within 45 s. */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean = Boolean): Promise<T> {
  const deadline = performance.now() + 45_000
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > deadline) throw new Error(`not in time: ${JSON.stringify(seen)}`)
    await sleep(10)
  }
}

/** A launch for tests of this folder; what a test is about it says itself. */
export function launchSpec(differences: Partial<LaunchSpec>): LaunchSpec {
  return {
    ...{ attemptId: 'a1', projectId: 'p1', user: null, jobId: 1, jobName: 'orders', flinkJobId: '0'.repeat(32) },
    flinkVersion: '1.20',
    shape: {
      jobManager: { cpuCores: 1, memoryBytes: 2 * GIB },
      taskManager: { cpuCores: 1, memoryBytes: 2 * GIB, slots: 1 },
      taskManagers: 1,
      parallelism: 1,
    },
    ...{
      mainClass: 'com.example.Main',
      args: [],
      jars: [],
      files: [],
      objectsUrl: 'file:///data/objects/p1',
      restoreFrom: null,
      allowNonRestoredState: false,
    },
    checkpoints: {
      directoryUrl: 'file:///data/state/chk',
      savepointDirectoryUrl: 'file:///data/state/sp',
      everySeconds: null,
      mode: 'exactly_once',
    },
    ...{ restart: { kind: 'never' }, flinkConfig: {}, logLevels: { root: 'INFO', loggers: {} } },
    ...differences,
  }
}
