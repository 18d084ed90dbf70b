/**
 * The whole service as a program of its own, for tests that kill it (service-process.ts). Its settings come from the
 * environment as always; beside them `TEST_DIE_AT` (`<action>:<n>`: SIGKILL between record and act of that action's n-th
 * time) and `TEST_PRETENDED` (jobs are only pretended, and forgotten with the process).
 */
import { startApp } from '../../src/app.ts'
import { readEnvironment, toConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createPretendRuntime } from './pretend-runtime.ts'
import { ROOT } from './source-files.ts'

const { config, secrets } = toConfig(readEnvironment(process.env), ROOT)
const [deadly, deadlyTime] = (process.env.TEST_DIE_AT ?? '').split(':')
const times = new Map<string, number>()

function beforeAct(action: string): void {
  const time = (times.get(action) ?? 0) + 1
  times.set(action, time)
  if (action === deadly && time === Number(deadlyTime)) process.kill(process.pid, 'SIGKILL')
}

// Without its test the service must not stay behind.
process.stdin.resume().once('end', () => process.exit())

const app = await startApp(config, secrets, createLogger(config.logLevel), {
  ...(process.env.TEST_PRETENDED === undefined ? {} : { runtime: createPretendRuntime() }),
  beforeAct,
})
process.on('SIGTERM', () => void app.stop().then(() => process.exit()))
process.stdout.write(`${JSON.stringify({ url: app.url, firstCredentials: app.firstCredentials })}\n`)
