import type { LaunchSpec } from '../runtime.ts'

const GIB = 1024 ** 3

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
