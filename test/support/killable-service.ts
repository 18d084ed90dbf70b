/** The service on real Flink in a process of its own, killed at will and started again on the same folder. */
import { rm } from 'node:fs/promises'
import type { Environment } from '../../src/config/config.ts'
import { connect, makeRealFolder, type RealClient, realEnvironment } from './real-service.ts'
import { type Fault, type ServiceProcess, startServiceProcess } from './service-process.ts'

export type KillableService = RealClient &
  Readonly<{
    /** How often the service was killed: by a fault, or by `kill`. */
    kills(): number
    /** SIGKILL; it stays down until `start`. */
    kill(): Promise<void>
    start(fault?: Fault): Promise<void>
    /** Ends the service and starts it with a fault. A service that dies of it is started again without. */
    startWith(fault: Fault): Promise<void>
    end(): Promise<void>
  }>

export async function startKillableService(environment: Environment = {}): Promise<KillableService> {
  const folder = await makeRealFolder()
  let kills = 0
  let service: ServiceProcess
  let url = ''
  const start = async (fault?: Fault) => {
    const started = startServiceProcess({
      environment: { ...realEnvironment(folder), ...environment },
      ...(fault && { dieAt: fault }),
    })
    service = started
    void started.ended.then((how) => {
      if (how === 'SIGKILL') kills += 1
    })
    const first = await started.ready.catch(async (error: unknown) => {
      if ((await started.ended) === 'SIGKILL') return null
      throw error
    })
    if (first) url = first.url
    return first
  }
  const first = await start()
  if (!first?.firstCredentials) throw new Error('an empty folder gives first credentials')

  /** Brings the service back when a fault has killed it. */
  const revive = async () => {
    if ((await service.ended) !== 'SIGKILL') throw new Error('the service ended by itself')
    await start()
  }
  /** A request that a kill cut off is sent again, as a client would. */
  const patientFetch: typeof fetch = async (input, init) => {
    for (;;) {
      const target = String(input).replace(/^http:\/\/[^/]+/u, url)
      try {
        return await fetch(target, init)
      } catch {
        await revive()
      }
    }
  }
  const client = await connect(folder, first.firstCredentials, () => url, {
    send: patientFetch,
    servicePid: () => service.pid,
  })
  return {
    ...client,
    kills: () => kills,
    kill: () => service.kill(),
    async start() {
      await start()
    },
    async startWith(fault) {
      await service.stop()
      if (!(await start(fault))) await revive()
    },
    async end() {
      await client.deleteJobs()
      await service.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
