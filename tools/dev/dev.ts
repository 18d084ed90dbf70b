/**
 * `npm run dev`: the service on the simulator, started again whenever a file of it changes, on a data folder of its own
 * (data/dev) with jobs in every state that a client can see. Needs neither Java nor Flink.
 *
 * Two processes: `node --watch`, and below it the service. What is there was made by this run: each begins anew, so that one
 * that was killed leaves nothing to mend. A reload keeps everything; any other end also ends the simulator.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startApp } from '../../src/app.ts'
import { readEnvironment, toConfig } from '../../src/config/config.ts'
import { messageOf } from '../../src/lib/errors.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { seed } from './seed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RELOAD = 'SIGUSR2'
const OTHER_ENDS_MS = 5_000
const DAY_SECONDS = '86400'

if (process.send === undefined) await becomeWatcher()
else await serve()

async function becomeWatcher(): Promise<void> {
  const folder = resolve(process.env.HEADGATE_DATA || join(ROOT, 'data'), 'dev')
  await untilNobodyUses(folder)
  await rm(markOf(folder), { force: true })
  const environment = {
    ...{ HEADGATE_LOG_LEVEL: 'warn', HEADGATE_PROJECT_ID: 'd'.repeat(32), HEADGATE_ADMIN_PASSWORD: 'headgate-dev' },
    // What waits, hangs or is silent is there to be looked at.
    ...{ HEADGATE_QUEUED_SECONDS: DAY_SECONDS, HEADGATE_LAUNCH_SECONDS: DAY_SECONDS },
    ...{ HEADGATE_SAVEPOINT_SECONDS: DAY_SECONDS, HEADGATE_SILENT_SECONDS: DAY_SECONDS },
    HEADGATE_STARTS_AT_ONCE: '16',
    ...process.env,
    ...{ HEADGATE_DATA: folder, HEADGATE_DATABASE_URL: '', HEADGATE_RUNTIME: 'simulated' },
  }
  const watch = ['--watch', '--watch-preserve-output', `--watch-kill-signal=${RELOAD}`]
  process.execve?.(process.execPath, [process.execPath, ...watch, import.meta.filename], environment)
}

async function serve(): Promise<void> {
  const { config, secrets } = toConfig(readEnvironment(process.env), ROOT)
  const { data, simulator: simulatorFolder } = config.folders
  const simulator = new SimulatorClient(simulatorFolder)
  const isReload = existsSync(markOf(data))
  if (!isReload) {
    await simulator.end()
    await rm(data, { recursive: true, force: true })
    await mkdir(data, { recursive: true, mode: 0o700 })
  }
  const app = await startApp(config, secrets, createLogger(config.logLevel))
  const end = endOnce(async (isForReload) => {
    await app.stop()
    if (!isForReload) await simulator.end()
  })
  process.once(RELOAD, () => end(true))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(false))
  // The watcher was killed.
  process.once('disconnect', () => end(false))
  void app.mustStop.then(() => end(false))

  const password = secrets.adminPassword ?? ''
  const projectId = config.first.projectId ?? ''
  if (!isReload) await seed({ url: app.url, projectId, password })
  await writeFile(markOf(data), '')
  console.log(`
  ${app.url}: jobs are only pretended (docs/guides/simulator.md)
  user admin, password ${password}, account headgate, project ${projectId}
  Ctrl-C ends it and all pretended jobs; the next start begins anew.
`)
}

/** There once all the jobs are. */
function markOf(folder: string): string {
  return join(folder, 'seeded')
}

/** A terminal's Ctrl-C comes twice, by itself and through the watcher; the first wish counts. */
function endOnce(end: (isForReload: boolean) => Promise<void>): (isForReload: boolean) => void {
  let isEnding = false
  return (isForReload) => {
    if (isEnding) return
    isEnding = true
    end(isForReload)
      .catch((error: unknown) => console.error(messageOf(error)))
      .finally(() => process.exit())
  }
}

/** One whose watcher was killed needs a moment to notice. */
async function untilNobodyUses(folder: string): Promise<void> {
  const deadline = performance.now() + OTHER_ENDS_MS
  for (;;) {
    const [pid] = await usersOf(folder)
    if (pid === undefined) return
    if (performance.now() > deadline) {
      console.error(`npm run dev already runs on ${folder} (process ${pid}). End it first, or set HEADGATE_DATA.`)
      process.exit(1)
    }
    await pause(100)
  }
}

async function usersOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')))
  return pids.filter((_pid, index) => environments[index]?.split('\0').includes(`HEADGATE_DATA=${folder}`))
}
