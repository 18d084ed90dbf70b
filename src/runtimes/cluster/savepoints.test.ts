import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stateUrl } from '../state-url.ts'
import { Attempt } from './attempt.ts'
import { FlinkRest } from './flink-rest.ts'
import type { ProcessHost } from './process-host.ts'
import { runFolder, savepointFile } from './run-folder.ts'
import { savepointResult } from './savepoints.ts'
import { launchSpec } from './testing.ts'

const OPERATION = 'a'.repeat(32)
const METADATA = Buffer.from('4960672d00000006', 'hex')

/** An attempt whose JobManager is alive and whose savepoint was just written; nobody has told yet that it is complete. */
async function attemptWith({ thenStop }: { thenStop: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-savepoints-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const directoryUrl = stateUrl(join(folder, 'op'))
  await mkdir(join(folder, 'op', 'savepoint-1'), { recursive: true })
  await writeFile(join(folder, 'op', 'savepoint-1', '_metadata'), METADATA)
  const table = { load: async () => undefined, refresh: async () => undefined, state: () => ({ is: 'alive', pid: 7 }) }
  const run = runFolder(folder, 'a1')
  await mkdir(run.results, { recursive: true })
  const stored = { operationId: OPERATION, directoryUrl, thenStop, requestedAt: '', result: null }
  await writeFile(savepointFile(run, OPERATION), JSON.stringify(stored))
  const attempt = await Attempt.read('a1', run, { bootId: 'b', openTable: async () => table } as unknown as ProcessHost)
  attempt.spec = launchSpec({})
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  attempt.cluster = { start: 1, ports: { rpc: 1, rest: port }, bootId: 'b', flinkVersion: '1.20.0', logOffset: 0 }
  const rest = new FlinkRest(50)
  onTestFinished(() => rest.close())
  const resultAfter = (ms: number) =>
    savepointResult(attempt, OPERATION, { rest, clock: { now: () => new Date(Date.now() + ms) } })
  const closePort = () => new Promise((resolve) => server.close(resolve).closeAllConnections())
  return { resultAfter, closePort, url: stateUrl(join(folder, 'op', 'savepoint-1')) }
}

test('a savepoint on the disk is complete although a busy JobManager does not say so', async () => {
  const { resultAfter, url } = await attemptWith({ thenStop: false })
  expect(await resultAfter(0)).toEqual({ is: 'completed', locationUrl: url })
})

test('that of a stop leaves a busy JobManager the time in which its sinks commit', async () => {
  const { resultAfter, url } = await attemptWith({ thenStop: true })
  expect(await resultAfter(5_000)).toEqual({ is: 'inProgress' })
  expect(await resultAfter(60_000)).toEqual({ is: 'completed', locationUrl: url })
})

test('that of a stop is complete when the JobManager has closed its port', async () => {
  const { resultAfter, closePort, url } = await attemptWith({ thenStop: true })
  await closePort()
  expect(await resultAfter(0)).toEqual({ is: 'completed', locationUrl: url })
})
