/** A service in a process of its own, on the simulator, that can be asked what it costs. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { type Call, signedIn } from '../../test/support/client.ts'
import { ROOT } from '../../test/support/source-files.ts'
import type { LoopDelay } from './inside-service.ts'
import { cpuSecondsOf } from './process-costs.ts'

export const PERSON = {
  userName: 'admin',
  password: 'measured-only',
  domainName: 'headgate',
  projectId: 'b'.repeat(32),
}

export type MeasuredService = Readonly<{
  folder: string
  url: string
  call: Call
  /** Of the administrator. */
  key: Readonly<{ ak: string; sk: string }>
  simulator: SimulatorClient
  cpuSeconds(): Promise<number>
  memoryMib(): Promise<number>
  /** The event loop's delay from now on, told when the answer is called. */
  watchLoop(): () => Promise<LoopDelay>
  /** Ends it and the pretended jobs, and removes the folder. */
  end(): Promise<void>
}>

export async function startMeasuredService(environment: Record<string, string> = {}): Promise<MeasuredService> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bench-'))
  const simulator = new SimulatorClient(join(folder, 'simulator'))
  const child = start(folder, environment)
  const { url, ...key } = await announced(child)
  const ofProcess = (file: string) => readFile(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    ...{ folder, url, key, simulator, call: await signedIn(url, PERSON) },
    cpuSeconds: async () => cpuSecondsOf(await ofProcess('stat')),
    memoryMib: async () => residentMibOf(await ofProcess('status')),
    watchLoop() {
      child.send('begin')
      return async () => {
        child.send('tell')
        const [delay] = await once(child, 'message')
        return delay as LoopDelay
      }
    },
    async end() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await simulator.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function start(folder: string, environment: Record<string, string>): ChildProcess {
  return fork(join(ROOT, 'src/main.ts'), ['up'], {
    execArgv: [...process.execArgv, '--import', join(import.meta.dirname, 'inside-service.ts')],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...{ HEADGATE_DATA: folder, HEADGATE_PORT: '0', HEADGATE_LOG_LEVEL: 'error', HEADGATE_RUNTIME: 'simulated' },
      ...{ HEADGATE_PROJECT_ID: PERSON.projectId, HEADGATE_ADMIN_PASSWORD: PERSON.password },
      ...{ HEADGATE_STARTS_AT_ONCE: '1000', HEADGATE_QUEUED_SECONDS: '3600' },
      ...environment,
    },
  })
}

/** What it prints at its first start. */
async function announced(child: ChildProcess): Promise<{ url: string; ak: string; sk: string }> {
  const found = { url: '', ak: '', sk: '' }
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    found.ak ||= /access key\s+(\S+)/u.exec(line)?.[1] ?? ''
    found.sk ||= /secret key\s+(\S+)/u.exec(line)?.[1] ?? ''
    found.url = /listens on (\S+)/u.exec(line)?.[1] ?? ''
    if (found.url) return found
  }
  throw new Error('the service ended before it listened')
}

function residentMibOf(status: string): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/u.exec(status) ?? []
  return Math.round(Number(kib) / 1024)
}
