import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Attempt } from '../cluster/attempt.ts'
import { freePorts } from '../cluster/ports.ts'
import type { ClusterPlan, KillLimits, ProcessHost, ProcessKey, ProcessTable } from '../cluster/process-host.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import type { LaunchSpec } from '../runtime.ts'
import type { Greeting } from './meeting-point.ts'
import { Mirror, MirroredTable } from './mirror.ts'
import { type Orders, ordered, ordersIn } from './orders.ts'
import { attemptIdOf } from './processes.ts'
import { SimulatorClient } from './simulator-client.ts'

/** The versions that the real runtime has by default. */
export const PRETENDED_VERSIONS = ['1.20.0', '2.3.0']
const LOOK_MS = 5

/**
 * Clusters as pretended processes of the simulator. When the simulator ends, all that it pretended is over, as after a
 * reboot: another one is started, and its instance is the id of the new boot.
 */
export class SimulatedProcesses implements ProcessHost {
  readonly javaMajorVersion = 17
  readonly freePorts = freePorts
  readonly #client: SimulatorClient
  readonly #logger: Logger
  readonly #mirror = new Mirror()
  #connection: Promise<() => void>
  #bootId = ''
  #isClosed = false

  private constructor(folder: string, logger: Logger) {
    this.#client = new SimulatorClient(folder)
    this.#logger = logger
    this.#connection = this.#connect()
  }

  /** Finds the simulator of the folder, or starts it. */
  static async open(folder: string, logger: Logger): Promise<SimulatedProcesses> {
    const host = new SimulatedProcesses(folder, logger)
    await host.#connection
    return host
  }

  get bootId(): string {
    return this.#bootId
  }

  async openTable(folder: RunFolder): Promise<ProcessTable> {
    return this.#tableOf(attemptIdOf(folder))
  }

  watch({ id }: Attempt, onChange: () => void): () => void {
    return this.#mirror.watch(id, onChange)
  }

  async plan(spec: LaunchSpec, flinkVersion: string): Promise<ClusterPlan> {
    const orders = ordersIn(spec.flinkConfig)
    if (ordered(orders, 'simulator.start', 'refused')) throw refusedAsOrdered()
    const version = PRETENDED_VERSIONS.find((each) => each === flinkVersion || each.startsWith(`${flinkVersion}.`))
    if (version === undefined) throw notPretended(flinkVersion)
    return {
      flinkVersion: version,
      prepare: async () => undefined,
      spawn: (attempt, key) => this.#spawn(attempt, key, version, orders),
    }
  }

  async end({ id, table }: Attempt, limits: KillLimits): Promise<void> {
    await this.#end(id, table, limits)
  }

  async endLost(attemptId: string, limits: KillLimits): Promise<void> {
    await this.#end(attemptId, this.#tableOf(attemptId), limits)
  }

  /** Pretended processes are quick as they are. */
  async reserve(): Promise<null> {
    return null
  }

  release(): void {
    // Nothing is ever given away.
  }

  /** The simulator belongs to one data folder, so all are of its runs. */
  async attemptsAlive(): Promise<string[]> {
    await this.#connection
    return this.#mirror.attemptsAlive()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const leave = await this.#connection.catch(() => null)
    leave?.()
    this.#client.close()
  }

  async #spawn(attempt: Attempt, key: ProcessKey, flinkVersion: string, orders: Orders): Promise<null> {
    await this.#connection
    const { start, ports } = attempt.startThatCounts()
    const cluster = { folder: attempt.folder, start, flinkVersion, ports, spec: attempt.specOfLaunch(), orders }
    this.#mirror.note(await this.#client.start({ key, cluster }))
    return null
  }

  #tableOf(attemptId: string): ProcessTable {
    return new MirroredTable(
      this.#mirror.of(attemptId),
      () => this.#connection,
      () => this.#readAgain(attemptId),
    )
  }

  async #end(attemptId: string, table: ProcessTable, limits: KillLimits): Promise<void> {
    await table.load()
    if (limits.terminateMs > 0) await this.#signal(table, 'SIGTERM', limits.terminateMs)
    await this.#signal(table, 'SIGKILL', limits.killMs)
    const left = table.alivePids()
    if (left.length > 0) throw new Error(`Pretended processes ${left.join(', ')} of ${attemptId} cannot be killed`)
  }

  async #signal(table: ProcessTable, signal: 'SIGTERM' | 'SIGKILL', limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs
    for (const pid of table.alivePids()) await this.#client.signal(pid, signal)
    while (table.alivePids().length > 0 && performance.now() < deadline) await sleep(LOOK_MS)
  }

  #connect(): Promise<() => void> {
    const connection = this.#client.follow({
      greeted: (greeting) => this.#greeted(greeting),
      changed: (process) => this.#mirror.note(process),
      ended: () => this.#ended(),
    })
    // Told to whoever waits for the connection.
    connection.catch(() => undefined)
    return connection
  }

  #greeted({ instance, processes }: Greeting): void {
    if (instance !== this.#bootId) this.#mirror.endAll()
    this.#bootId = instance
    for (const process of processes) this.#mirror.note(process)
  }

  #ended(): void {
    if (this.#isClosed) return
    this.#logger.warn('the simulator has ended, and with it all that it pretended; starting another')
    this.#connection = this.#connect()
  }

  /** Also what another service has started since. */
  async #readAgain(attemptId: string): Promise<void> {
    await this.#connection
    for (const process of await this.#client.processesOf(attemptId)) this.#mirror.note(process)
  }
}

function refusedAsOrdered(): Refusal {
  return new Refusal('runtime.refusedAsOrdered', {
    en: 'The launch was refused, as simulator.start in runtime_config orders. Remove it to let the job start.',
    zh: '根据 runtime_config 中的 simulator.start，启动被拒绝。删除该配置后作业即可启动。',
  })
}

function notPretended(flinkVersion: string): Refusal {
  const known = PRETENDED_VERSIONS.join(', ')
  return new Refusal('runtime.flinkMissing', {
    en: `The simulator does not pretend to be Flink ${flinkVersion}. Choose one of ${known}.`,
    zh: `模拟器不支持模拟 Flink ${flinkVersion}，请选择 ${known}。`,
  })
}
