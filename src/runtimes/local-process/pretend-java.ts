/**
 * For tests: the driver with a script in the place of Java. Run as a program it launches one attempt, or makes a warm slot
 * and reserves it, and stays, to be killed in the middle of it.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../lib/clock.ts'
import { createLogger } from '../../lib/logger.ts'
import type { LaunchSpec } from '../runtime.ts'
import {
  createLocalProcessRuntime,
  type LocalProcessOptions,
  type LocalProcessRuntime,
} from './local-process-runtime.ts'
import { GIB } from './memory.ts'

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
  const [folder = '', what = '', spec = ''] = process.argv.slice(2)
  setInterval(() => {}, 60_000)
  if (what === 'begin') await begin(pretendRuntime(folder), JSON.parse(spec))
  else if (what !== '') await takeSlot(folder, what === 'launch', JSON.parse(spec))
}

async function begin(runtime: LocalProcessRuntime, spec: LaunchSpec): Promise<void> {
  process.send?.('begins')
  await runtime.launch(spec, new AbortController().signal)
}

/** Tells the id of the slot, and launches there. */
async function takeSlot(folder: string, launches: boolean, spec: LaunchSpec): Promise<void> {
  const runtime = pretendRuntime(folder, {
    ...{ warmSlots: 1, availableBytes: () => 64 * GIB },
    withLauncher: async (installation) => ({ ...installation, hasLauncher: true }),
  })
  runtime.expect(spec)
  let attemptId: string | null = null
  while (attemptId === null) {
    await runtime.tendWarm({ isQuiet: true, roomBytes: null })
    attemptId = await runtime.reserve(spec)
    await sleep(10)
  }
  process.send?.(attemptId)
  if (launches) await runtime.launch({ ...spec, attemptId }, new AbortController().signal)
}
