/**
 * For tests: the driver with a shell script in the place of Java. Run as a program it launches one attempt and stays, to be
 * killed in the middle of it.
 */
import { join } from 'node:path'
import { systemClock } from '../../lib/clock.ts'
import { createLogger } from '../../lib/logger.ts'
import {
  createLocalProcessRuntime,
  type LocalProcessOptions,
  type LocalProcessRuntime,
} from './local-process-runtime.ts'

export function pretendRuntime(folder: string, differences: Partial<LocalProcessOptions> = {}): LocalProcessRuntime {
  const flink = join(folder, 'flink')
  const installation = {
    ...{ version: '1.20.0', line: '1.20', folder: flink, classPath: [] },
    ...{ pluginsFolder: join(flink, 'plugins'), optFolder: join(flink, 'opt') },
  }
  return createLocalProcessRuntime({
    ...{
      runsFolder: join(folder, 'runs'),
      archivesFolder: join(folder, 'archives'),
      memoryBudgetBytes: null,
      trainingUser: null,
      warmSlots: 0,
    },
    ...{ findFlink: async () => installation, listFlink: async () => [installation] },
    ...{ java: { home: join(folder, 'java'), majorVersion: 17 }, clock: systemClock, logger: createLogger('silent') },
    ...differences,
  })
}

if (import.meta.main) {
  const [folder = '', spec = ''] = process.argv.slice(2)
  const runtime = pretendRuntime(folder)
  setInterval(() => {}, 60_000)
  process.send?.('begins')
  await runtime.launch(JSON.parse(spec), new AbortController().signal)
}
