import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { FirstCredentials } from '../../src/access/index.ts'
import type { Environment } from '../../src/config/config.ts'
import type { ActionName } from '../../src/reconciler/view.ts'

export type ServiceProcess = Readonly<{
  pid: number
  /** Rejects when the process ends before it serves, as it does when a fault lies in what its start mends. */
  ready: Promise<{ url: string; firstCredentials: FirstCredentials | null }>
  /** `SIGKILL`, or an exit code. */
  ended: Promise<NodeJS.Signals | number>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves when it is gone. Jobs run on. */
  stop(): Promise<void>
}>

/** Between record and act of an action, after a warm slot was reserved, and around the start of a process of a cluster. */
export type FaultMoment = ActionName | 'afterReserve' | 'beforeSpawn' | 'afterSpawn'

/** The service kills itself at this moment's n-th time (from 1). */
export type Fault = Readonly<{ moment: FaultMoment; time: number }>

export type ServiceProcessOptions = Readonly<{
  environment: Environment
  dieAt?: Fault
}>

/** The whole service in a process of its own, so that it can be killed at any moment. */
export function startServiceProcess({ environment, dieAt }: ServiceProcessOptions): ServiceProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'service-program.ts')], {
    env: {
      ...{ PATH: process.env.PATH, HEADGATE_PORT: '0', HEADGATE_LOG_LEVEL: 'silent', ...environment },
      ...(dieAt ? { TEST_DIE_AT: `${dieAt.moment}:${dieAt.time}` } : {}),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C is for who started us: it ends the service when its jobs are ended.
    detached: true,
  })
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as NodeJS.Signals | number)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  const line = once(createInterface(child.stdout), 'line').then(([text]) => JSON.parse(text))
  const ready = Promise.race([
    line,
    ended.then((how) => Promise.reject(new Error(`the service ended before it served: ${how}`))),
  ])
  ready.catch(() => undefined)
  return { pid: child.pid ?? 0, ready, ended, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}
