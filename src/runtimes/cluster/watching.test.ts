import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../lib/logger.ts'
import { Attempt } from './attempt.ts'
import { FlinkRest } from './flink-rest.ts'
import { inspectedStates, readOverview } from './observing.ts'
import type { ProcessHost } from './process-host.ts'
import { runFolder } from './run-folder.ts'
import { Watching } from './watching.ts'

/** A JobManager whose job runs, as far as one request tells. */
async function startJobManager() {
  const jobManager = { port: 0, state: 'RUNNING', answers: true, requests: 0 }
  const server = createServer((_request, response) => {
    jobManager.requests += 1
    const line = { jid: 'f', duration: jobManager.requests, state: jobManager.state, tasks: { total: 1 } }
    if (jobManager.answers) response.end(JSON.stringify({ jobs: [line] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return Object.assign(jobManager, { port: (server.address() as AddressInfo).port })
}

/** Watching as the runtime does it, and what it told, by attempt. */
function startWatching(everyMs: number) {
  const rest = new FlinkRest(1000)
  const news = new Map<string, number>()
  const onNews = (id: string) => void news.set(id, (news.get(id) ?? 0) + 1)
  const watching = new Watching({ rest, logger: createLogger('silent'), everyMs, onNews })
  onTestFinished(() => {
    watching.close()
    rest.close()
  })
  return { watching, rest, told: (attempt: Attempt) => news.get(attempt.id) ?? 0 }
}

async function attemptOn(port: number, id = 'a1'): Promise<Attempt & { process: { isAlive: boolean } }> {
  const process = { isAlive: true }
  const state = () => (process.isAlive ? { is: 'alive', pid: 7 } : { is: 'ended', exitCode: 137 })
  const table = { load: async () => undefined, refresh: async () => undefined, state }
  const host = { bootId: 'b', openTable: async () => table } as unknown as ProcessHost
  const attempt = await Attempt.read(id, runFolder('/nowhere', id), host)
  attempt.cluster = { start: 1, ports: { rpc: 1, rest: port }, bootId: 'b', flinkVersion: '1.20.0', logOffset: 0 }
  return Object.assign(attempt, { process })
}

/** What an inspection leaves behind. */
async function inspect(attempt: Attempt, rest: FlinkRest): Promise<void> {
  const long = { version: '', changedAtMs: performance.now() - 100_000, askedAtMs: performance.now() }
  const checkpoints = { latest: null, first: null }
  attempt.details = { ...long, restarts: 0, failedAt: [], lastFailure: null, checkpoints, registered: 1 }
  attempt.states = inspectedStates(attempt)
  attempt.overview = await readOverview(attempt.startThatCounts().ports.rest, rest)
}

const OFTEN = { interval: 10 }

/** A look that began after now has ended, for each is followed by another one only when it has. */
async function nextLook(jobManager: { requests: number }): Promise<void> {
  const before = jobManager.requests
  await expect.poll(() => jobManager.requests).toBeGreaterThan(before + 1)
}

test('nothing is told while only time passes; a change is told again and again until it was inspected', async () => {
  const jobManager = await startJobManager()
  const { watching, rest, told } = startWatching(100)
  const attempt = await attemptOn(jobManager.port)
  await inspect(attempt, rest)
  watching.add(attempt)
  await nextLook(jobManager)
  expect(told(attempt)).toBe(0)
  jobManager.state = 'RESTARTING'
  await expect.poll(() => told(attempt), OFTEN).toBe(1)
  await expect.poll(() => told(attempt), OFTEN).toBe(2)
  await inspect(attempt, rest)
  await nextLook(jobManager)
  const before = told(attempt)
  await nextLook(jobManager)
  expect(told(attempt)).toBe(before)
})

test('the end of a process is told though nobody announced it, and nothing after the attempt is let go', async () => {
  const jobManager = await startJobManager()
  const { watching, rest, told } = startWatching(100)
  const [dead, gone] = [await attemptOn(jobManager.port, 'dead'), await attemptOn(jobManager.port, 'gone')]
  for (const attempt of [dead, gone]) {
    await inspect(attempt, rest)
    watching.add(attempt)
  }
  watching.remove(gone)
  for (const attempt of [dead, gone]) attempt.process.isAlive = false
  await expect.poll(() => told(dead)).toBeGreaterThan(0)
  expect(told(gone)).toBe(0)
})

test('a thousand JobManagers that do not answer hold up nobody, and are heard when they answer again', async () => {
  const [silent, answering] = [await startJobManager(), await startJobManager()]
  const { watching, rest, told } = startWatching(1000)
  const other = await attemptOn(answering.port, 'other')
  await inspect(other, rest)
  const hanging = await Promise.all(Array.from({ length: 1000 }, (_, index) => attemptOn(silent.port, `h${index}`)))
  await Promise.all(hanging.map((attempt) => inspect(attempt, rest)))
  for (const attempt of hanging) watching.add(attempt)
  silent.answers = false
  const areSilent = () => hanging.every(({ watched }) => watched?.overview === 'silent')
  await expect.poll(areSilent, { timeout: 45_000 }).toBe(true)
  watching.add(other)
  answering.state = 'FAILED'
  await expect.poll(() => told(other), { timeout: 2000 }).toBeGreaterThan(0)
  for (const attempt of hanging) attempt.overview = 'silent'
  silent.answers = true
  await expect.poll(() => hanging.some((attempt) => attempt.watched?.overview !== 'silent')).toBe(true)
})

test('of a JobManager that stays silent nothing is told, however old its details are, until it answers again', async () => {
  const jobManager = await startJobManager()
  const { watching, rest, told } = startWatching(100)
  const attempt = await attemptOn(jobManager.port)
  await inspect(attempt, rest)
  if (attempt.details !== null) attempt.details.askedAtMs -= 90_000
  attempt.overview = 'silent'
  jobManager.answers = false
  watching.add(attempt)
  await nextLook(jobManager)
  expect(told(attempt)).toBe(0)
  jobManager.answers = true
  await expect.poll(() => told(attempt)).toBeGreaterThan(0)
})
