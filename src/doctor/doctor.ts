import { setTimeout as delay } from 'node:timers/promises'
import type { Config, Secrets } from '../config/config.ts'
import { systemClock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import { type Check, type Finding, problem, type World } from './check.ts'
import { clock } from './clock.ts'
import { dataFolder, objects } from './data-folder.ts'
import { database } from './database.ts'
import { flink } from './flink.ts'
import { java, maven } from './java.ts'
import { memory } from './memory.ts'
import { clusterPorts, httpPort } from './ports.ts'
import { limits } from './process.ts'
import { sealingKey } from './sealing-key.ts'
import { askService } from './service.ts'
import { user } from './user.ts'

const CHECKS: readonly Check[] = [
  java,
  maven,
  flink,
  memory,
  limits,
  user,
  clock,
  httpPort,
  clusterPorts,
  dataFolder,
  objects,
  sealingKey,
  database,
]

const CHECK_MS = 5000

export type Report = Readonly<{
  canRunJobs: boolean
  findings: readonly (Finding & Readonly<{ check: string }>)[]
}>

/** Looks at the machine and at what the service keeps on it. Never throws: a check that fails is a finding. */
export async function examine({ config, secrets }: { config: Config; secrets: Secrets }): Promise<Report> {
  const service = await askService(config.http)
  return runChecks(CHECKS, { config, databaseUrl: secrets.databaseUrl, service, clock: systemClock }, CHECK_MS)
}

/** All checks at once, each for at most `limitMs`. */
export async function runChecks(checks: readonly Check[], world: World, limitMs: number): Promise<Report> {
  const results = await Promise.all(checks.map((check) => runOne(check, world, limitMs)))
  const findings = results.flat()
  return { canRunJobs: findings.every(({ mark }) => mark !== 'problem'), findings }
}

async function runOne({ name, run }: Check, world: World, limitMs: number): Promise<Report['findings']> {
  const findings = await within(limitMs, run(world)).catch((error: unknown) => [failedCheck(messageOf(error))])
  return findings.map((finding) => ({ check: name, ...finding }))
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const ending = new AbortController()
  const limit = delay(limitMs, undefined, { signal: ending.signal }).then(() => {
    throw new Error(`it took longer than ${limitMs / 1000} s`)
  })
  limit.catch(() => undefined)
  return Promise.race([work, limit]).finally(() => ending.abort())
}

function failedCheck(reason: string): Finding {
  return problem(
    `This could not be checked: ${reason}. Run the doctor as the user of the service; if it stays, mend what the reason names.`,
    `无法完成检查：${reason}。请以服务的用户身份运行；若仍如此，请按原因处理。`,
  )
}
