/**
 * The whole service as a program of its own, for tests that kill it (service-process.ts). Its settings come from the
 * environment as always; beside them `TEST_DIE_AT` (`<moment>:<n>`: SIGKILL at that moment's n-th time).
 */
import { startApp } from '../../src/app.ts'
import { readEnvironment, toConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import type { ClusterPlan, ProcessHost } from '../../src/runtimes/cluster/process-host.ts'
import type { FaultMoment } from './service-process.ts'
import { ROOT } from './source-files.ts'

const { config, secrets } = toConfig(readEnvironment(process.env), ROOT)
const [deadly, deadlyTime] = (process.env.TEST_DIE_AT ?? '').split(':')
const times = new Map<string, number>()

function reached(moment: FaultMoment): void {
  const time = (times.get(moment) ?? 0) + 1
  times.set(moment, time)
  if (moment === deadly && time === Number(deadlyTime)) process.kill(process.pid, 'SIGKILL')
}

function wrapHost(host: ProcessHost): ProcessHost {
  const wrapPlan = (plan: ClusterPlan): ClusterPlan => ({
    ...plan,
    async spawn(...asked) {
      reached('beforeSpawn')
      const way = await plan.spawn(...asked)
      reached('afterSpawn')
      return way
    },
  })
  const plan: ProcessHost['plan'] = async (...asked) => wrapPlan(await host.plan(...asked))
  const reserve: ProcessHost['reserve'] = async (wish) => {
    const slot = await host.reserve(wish)
    if (slot !== null) reached('afterReserve')
    return slot
  }
  const own = { plan, reserve }
  const bound = (value: unknown) => (typeof value === 'function' ? value.bind(host) : value)
  return new Proxy(host, { get: (_, name) => Reflect.get(own, name) ?? bound(Reflect.get(host, name)) })
}

// Without its test the service must not stay behind.
process.stdin.resume().once('end', () => process.exit())

const app = await startApp(config, secrets, createLogger(config.logLevel), { beforeAct: reached, wrapHost })
process.on('SIGTERM', () => void app.stop().then(() => process.exit()))
process.stdout.write(`${JSON.stringify({ url: app.url, firstCredentials: app.firstCredentials })}\n`)
