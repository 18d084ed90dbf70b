import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { failed, isSystemError } from '../../lib/errors.ts'
import { writeJsonOnce } from '../cluster/disk.ts'
import { type Greeting, type OrderRequest, socketOf, tokenFile } from './meeting-point.ts'
import type { PretendedProcess, Signal, StartOrder } from './processes.ts'

const START_MS = 30_000
const LOOK_MS = 10

/** What the stream of events tells, in order: what there is, then every change, then its end. */
export type EventHandlers = Readonly<{
  greeted: (greeting: Greeting) => void
  changed: (process: PretendedProcess) => void
  ended: () => void
}>

/** Talks to the simulator of a folder. Several may do so at once, also while none runs; only `events` starts one. */
export class SimulatorClient {
  readonly #folder: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })
  #token: string | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Follows the stream of events; answers, once greeted, how to leave it. Starts a simulator when there is none: of two that
   * are started at the same moment one stays (simulator.ts).
   */
  async follow(handlers: EventHandlers): Promise<() => void> {
    const deadline = performance.now() + START_MS
    let isStarted = false
    for (;;) {
      try {
        return await this.#follow(handlers)
      } catch (error) {
        if (!isNobody(error) || performance.now() > deadline) {
          throw failed(`The simulator of ${this.#folder} does not answer; see simulator.log there`, error)
        }
      }
      if (!isStarted) startDetached(this.#folder)
      isStarted = true
      await sleep(LOOK_MS)
    }
  }

  start(order: StartOrder): Promise<PretendedProcess> {
    return this.#call('POST', '/processes', order)
  }

  /** The pretended processes of an attempt, alive and ended. */
  processesOf(attemptId: string): Promise<PretendedProcess[]> {
    return this.#call('GET', `/processes/${attemptId}`)
  }

  /** As kill(2). False: there is no such process. */
  signal(pid: number, signal: Signal): Promise<boolean> {
    return this.#call('POST', '/signals', { pid, signal })
  }

  /** Orders for one attempt, or (null) for all that are and will be; orders.ts has the words. */
  order(attemptId: OrderRequest['attemptId'], key: OrderRequest['key'], value: string): Promise<true> {
    return this.#call('POST', '/orders', { attemptId, key, value })
  }

  /** What the pretended job of an attempt has counted; null when there was none. */
  countOf(attemptId: string): Promise<number | null> {
    return this.#call('GET', `/counts/${attemptId}`)
  }

  /** Ends the simulator and all that it pretends, as a reboot would. Nothing to do when none runs. */
  async end(): Promise<void> {
    try {
      await this.#call('POST', '/end', {})
      for (;;) {
        await this.processesOf('any')
        await sleep(LOOK_MS)
      }
    } catch (error) {
      if (!isNobody(error)) throw error
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #follow(handlers: EventHandlers): Promise<() => void> {
    const incoming = await this.#send('GET', '/events', undefined, false)
    return new Promise((resolve, reject) => {
      let isGreeted = false
      const lines = createInterface({ input: incoming })
      lines.on('line', (line) => {
        if (isGreeted) return handlers.changed(JSON.parse(line) as PretendedProcess)
        isGreeted = true
        handlers.greeted(JSON.parse(line) as Greeting)
        resolve(() => void incoming.destroy())
      })
      // An end is told by `close`, however it came.
      for (const each of [incoming, lines]) each.on('error', () => undefined)
      incoming.once('close', () => (isGreeted ? handlers.ended() : reject(new Nobody('the simulator has just ended'))))
    })
  }

  async #call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const incoming = await this.#send(method, path, body, true)
    const answer = await json(incoming)
    if (incoming.statusCode === 200) return answer as T
    throw new Error(`The simulator refused ${method} ${path}: ${JSON.stringify(answer)}`)
  }

  async #send(method: string, path: string, body: unknown, isShort: boolean): Promise<IncomingMessage> {
    this.#token ??= await readToken(this.#folder)
    const token = this.#token
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` }
      const outgoing = request({
        socketPath: socketOf(token),
        method,
        path,
        headers,
        ...(isShort && { agent: this.#agent }),
      })
      outgoing.once('response', resolve)
      outgoing.once('error', reject)
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

class Nobody extends Error {}

function isNobody(error: unknown): boolean {
  return error instanceof Nobody || isSystemError(error, 'ECONNREFUSED', 'ECONNRESET', 'EPIPE')
}

/** Made once for a folder, whoever comes first. */
async function readToken(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeJsonOnce(tokenFile(folder), randomBytes(24).toString('hex'))
  return JSON.parse(await readFile(tokenFile(folder), 'utf8')) as string
}

function startDetached(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = openSync(join(folder, 'simulator.log'), 'a', 0o600)
  const program = join(import.meta.dirname, 'simulator.ts')
  const child = spawn(process.execPath, [program, folder], { detached: true, env: {}, stdio: ['ignore', log, log] })
  // Not even started: the caller's deadline says so.
  child.once('error', () => undefined)
  child.unref()
  closeSync(log)
}
