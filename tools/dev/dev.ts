/**
 * `npm run dev`: the service on the simulator, started again whenever a file of it changes, on a data folder of its own
 * (data/dev) with jobs in every state that a client can see. Needs neither Java nor Flink.
 *
 * Two processes: `node --watch`, and below it the service. Each run begins anew, so one that was killed leaves nothing to
 * mend. A reload keeps everything; any other end also ends the simulator, also when the sources are broken just then.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../src/lib/errors.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RELOAD = 'SIGUSR2'
const OTHER_ENDS_MS = 5_000
const DAY_SECONDS = '86400'

if (process.send === undefined) await becomeWatcher()
else await serveUntilTold(process.env.HEADGATE_DATA ?? '')

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

async function serveUntilTold(folder: string): Promise<void> {
  let service: { stop(): Promise<void> } | null = null
  let isEnding = false
  const end = async (isForReload: boolean) => {
    // A terminal's Ctrl-C comes twice, by itself and through the watcher; the first wish counts.
    if (isEnding) return
    isEnding = true
    await service?.stop()
    if (!isForReload) await new SimulatorClient(join(folder, 'simulator')).end()
    process.exit()
  }
  process.on(RELOAD, () => end(true))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(false))
  // The watcher was killed.
  process.once('disconnect', () => end(false))
  process.channel?.ref()
  try {
    const { serve } = await import('./serve.ts')
    await serve({ markFile: markOf(folder), onStarted: (started) => (service = started) })
  } catch (error) {
    console.error(`npm run dev: ${messageOf(error)}\nWaiting for a file to change; Ctrl-C ends it.`)
  }
}

/** There once all the jobs are. */
function markOf(folder: string): string {
  return join(folder, 'seeded')
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
