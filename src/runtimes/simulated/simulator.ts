/**
 * The simulator: a program that hosts any number of pretended Flink clusters, for fast tests and for development; never for
 * users' jobs. It is a process of its own so that what it pretends outlives the service, and is lost when it ends, as a
 * machine's processes are by a reboot.
 *
 *     node simulator.ts <folder>
 *
 * It is talked to over HTTP on an abstract Unix socket whose name comes from the token in the folder: of two simulators for
 * one folder the kernel lets one listen, and the name is free the moment its holder dies. Requests carry the token.
 *
 *     GET  /events       a stream of JSON lines: first `{instance, pid, processes}`, then each process that changes
 *     GET  /processes/<id>  those of an attempt
 *     POST /processes    StartOrder → the process
 *     POST /signals      {pid, signal} → whether there was such a process
 *     POST /orders       {attemptId | null, key, value}: see orders.ts
 *     GET  /counts/<id>  the count of an attempt's pretended job
 *     POST /end          ends the simulator, and with it all that it pretends
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { isSystemError, messageOf } from '../../lib/errors.ts'
import { type Greeting, type OrderRequest, type SignalRequest, socketOf, tokenFile } from './meeting-point.ts'
import { parseOrder } from './orders.ts'
import { Processes, type StartOrder } from './processes.ts'

const IDLE_MS = 10_000
const LOOK_MS = 1_000

const [folder = ''] = process.argv.slice(2)
const token = JSON.parse(readFileSync(tokenFile(folder), 'utf8')) as string
const instance = randomUUID()
const listeners = new Set<ServerResponse>()
const processes = new Processes((changed) => {
  for (const listener of listeners) tell(listener, changed)
})

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => reply(response, 400, { error: messageOf(error) }))
})
server.once('error', (error) => {
  // Another one was faster.
  if (isSystemError(error, 'EADDRINUSE')) process.exit(0)
  throw error
})
server.keepAliveTimeout = 0 // a connection that ends as it is used again would look like our end
server.listen(socketOf(token), endWhenNotNeeded)

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers.authorization !== `Bearer ${token}`) return reply(response, 401, { error: 'wrong token' })
  const body = request.method === 'POST' ? await json(request) : null
  const [, first = '', second = ''] = (request.url ?? '').split('/')
  switch (`${request.method} /${first}`) {
    case 'GET /events':
      return listen(response)
    case 'GET /processes':
      return reply(response, 200, processes.list(second))
    case 'POST /processes':
      return reply(response, 200, processes.start(body as StartOrder))
    case 'POST /signals':
      return reply(response, 200, kill(body as SignalRequest))
    case 'POST /orders':
      return reply(response, 200, obey(body as OrderRequest))
    case 'GET /counts':
      return reply(response, 200, processes.countOf(second))
    case 'POST /end':
      response.once('finish', () => process.exit(0))
      return reply(response, 200, true)
    default:
      return reply(response, 404, { error: 'there is no such request' })
  }
}

function kill({ pid, signal }: SignalRequest): boolean {
  return processes.signal(pid, signal)
}

function obey({ attemptId, key, value }: OrderRequest): true {
  processes.obey(attemptId, key, parseOrder(key, value))
  return true
}

function listen(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  tell(response, { instance, pid: process.pid, processes: processes.list() } satisfies Greeting)
  listeners.add(response)
  response.once('close', () => listeners.delete(response))
}

function tell(listener: ServerResponse, message: unknown): void {
  listener.write(`${JSON.stringify(message)}\n`)
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Nobody listens and nothing is pretended any more, or the folder was removed: a simulator leaves nothing behind. */
function endWhenNotNeeded(): void {
  let idleSince = Date.now()
  setInterval(() => {
    if (listeners.size > 0 || processes.anyAlive) idleSince = Date.now()
    if (Date.now() - idleSince > IDLE_MS || !existsSync(tokenFile(folder))) process.exit(0)
  }, LOOK_MS)
}
