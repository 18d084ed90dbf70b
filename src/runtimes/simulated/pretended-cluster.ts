import type { Server } from 'node:http'
import { messageOf } from '../../lib/errors.ts'
import type { Ports, Role } from '../cluster/process-host.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import type { LaunchSpec } from '../runtime.ts'
import { Checkpointing } from './checkpointing.ts'
import { isOver, JOB_LIFE, type JobEvent, type Phase, PretendedJob } from './job-life.ts'
import { ProcessLog } from './log-files.ts'
import { isHappening, type OrderKey, type Orders, ordered, type Step } from './orders.ts'
import { PACE } from './pace.ts'
import { writeArchive } from './rest-answers.ts'
import { listenAsFlink } from './rest-server.ts'
import { Timers } from './timers.ts'
import { TRACES } from './traces.ts'

/** One start of a cluster, as its processes are told when they are started. */
export type ClusterOrder = Readonly<{
  folder: RunFolder
  start: number
  flinkVersion: string
  ports: Ports
  spec: LaunchSpec
  orders: Orders
}>

/**
 * One pretended Flink cluster: a JobManager with a REST port of its own, the TaskManagers that are registered with it, and
 * one job. Its processes are started and ended from outside (processes.ts); `exit` ends one of them from within.
 */
export class PretendedCluster {
  readonly order: ClusterOrder
  readonly checkpointing: Checkpointing
  job: PretendedJob | null = null
  /** Main has ended, with a job or without one. */
  programEnded = false
  /** Takes connections, answers nothing. */
  isSilent = false
  readonly #exit: (role: Role, exitCode: number) => void
  readonly #timers = new Timers()
  readonly #phaseTimers = new Timers()
  readonly #taskManagers = new Set<Role>()
  #orders: Orders
  #server: Server | null = null
  #log: ProcessLog | null = null

  constructor(order: ClusterOrder, exit: (role: Role, exitCode: number) => void) {
    this.order = order
    this.checkpointing = new Checkpointing(order.spec)
    this.#orders = order.orders
    this.#exit = exit
  }

  get registeredTaskManagers(): number {
    return this.#server === null ? 0 : this.#taskManagers.size
  }

  begin(role: Role): void {
    const log = new ProcessLog(this.order.folder.logs, role)
    log.info(`Starting a pretended ${role} of Flink ${this.order.flinkVersion}: nothing of this job really runs`)
    if (role === 'jobmanager') this.#beginJobManager(log)
    else this.#beginTaskManager(role)
  }

  end(role: Role): void {
    if (role === 'jobmanager') this.#endJobManager()
    else this.#endTaskManager(role)
  }

  /** SIGSTOP and SIGCONT. */
  hold(role: Role, isHeld: boolean): void {
    if (role === 'jobmanager') this.isSilent = isHeld
    else this.checkpointing.isHeldUp = isHeld
  }

  /** An order that comes later: what happens, happens once and from now; what answers depend on, holds from now. */
  obey(key: OrderKey, steps: readonly Step[]): void {
    const orders = { [key]: steps }
    this.#armJobManager(orders)
    this.#armTaskManager(orders)
    this.#armProgram(orders)
    if (!isHappening(key)) this.#orders = { ...this.#orders, ...orders }
  }

  cancel(): boolean {
    return this.job?.move('cancel') ?? false
  }

  requestSavepoint(request: Parameters<Checkpointing['requestSavepoint']>[0]): void {
    this.checkpointing.requestSavepoint(request, this.#orders, () => this.job?.move('finished'))
  }

  #beginJobManager(log: ProcessLog): void {
    this.#log = log
    this.#armJobManager(this.#orders)
    if (ordered(this.#orders, 'simulator.start', 'hangs')) return
    const slowMs = ordered(this.#orders, 'simulator.start', 'slow')?.afterMs ?? 0
    this.#timers.after(PACE.processMs + slowMs, () => this.#listen())
  }

  #listen(): void {
    this.#server = listenAsFlink(this, {
      onListening: () => {
        this.#log?.info(`Rest endpoint listening at 127.0.0.1:${this.order.ports.rest}`)
        this.#runMain()
      },
      onError: (error) => {
        this.#log?.error('Could not start cluster entrypoint.', TRACES.portTaken(error))
        this.#exit('jobmanager', 1)
      },
    })
  }

  #runMain(): void {
    if (ordered(this.#orders, 'simulator.start', 'nojob')) {
      this.#endWithoutJob()
      return
    }
    this.job = new PretendedJob((phase) => this.#enter(phase))
    const trace = this.#whyItCannotBegin()
    if (trace === null) this.#enter('INITIALIZING')
    else this.#failForGood(trace)
  }

  #whyItCannotBegin(): string | null {
    if (ordered(this.#orders, 'simulator.start', 'throws')) return TRACES.mainThrows
    try {
      if (ordered(this.#orders, 'simulator.restore', 'unreadable')) throw new Error('it was ordered to be unreadable')
      this.checkpointing.restore()
      return null
    } catch (error) {
      return TRACES.unreadable(this.order.spec.restoreFrom ?? '', messageOf(error))
    }
  }

  /** 2.3 keeps the JobManager and tells it as an application without job; earlier releases end the process. */
  #endWithoutJob(): void {
    this.programEnded = true
    if (this.order.flinkVersion.startsWith('2.3')) return
    this.#log?.error('Fatal error occurred in the cluster entrypoint.', TRACES.noJob)
    this.#exit('jobmanager', 1)
  }

  #failForGood(trace: string): void {
    this.#noteFailure(trace)
    this.job?.move('taskFailed')
  }

  #noteFailure(trace: string): void {
    this.job?.fail(trace)
    this.#log?.error('A task failed.', trace)
  }

  /** What belongs to a phase begins with it, and what belonged to the one before ends. */
  #enter(phase: Phase): void {
    this.#phaseTimers.clear()
    this.#log?.info(`Job ${this.order.spec.flinkJobId} is ${JOB_LIFE[phase].state}`)
    const { byItself } = JOB_LIFE[phase]
    if (byItself) this.#moveAfter(byItself.afterMs, byItself.event)
    if (phase === 'WAITING') this.#deployWhenThereAreSlots()
    if (phase === 'RUNNING') this.#beginTasks()
    else this.checkpointing.pause()
    if (isOver(phase)) this.#closeBooks(phase)
  }

  #moveAfter(ms: number, event: JobEvent): void {
    this.#phaseTimers.after(ms, () => this.job?.move(event))
  }

  #deployWhenThereAreSlots(): void {
    const { shape } = this.order.spec
    const slots = this.registeredTaskManagers * shape.taskManager.slots
    if (this.job?.phase === 'WAITING' && slots >= shape.parallelism) this.#moveAfter(PACE.stepMs, 'deployed')
  }

  #beginTasks(): void {
    this.checkpointing.begin()
    this.#armProgram(this.#orders)
  }

  #closeBooks(phase: Phase): void {
    this.programEnded = true
    if (phase === 'FINISHED') this.checkpointing.discard()
    writeArchive(this)
  }

  #failTask(trace: string): void {
    if (this.job?.phase !== 'RUNNING') return
    this.#noteFailure(trace)
    this.job.move(this.#mayRestart() ? 'restart' : 'taskFailed')
  }

  /** Flink, "Task Failure Recovery": the failure-rate strategy allows `max` restarts in any hour. */
  #mayRestart(): boolean {
    const { restart } = this.order.spec
    if (restart.kind !== 'perHour') return restart.kind === 'always'
    const recent = this.job?.failures.filter(({ at }) => Date.now() - at < 3_600_000) ?? []
    return recent.length <= restart.max
  }

  #armProgram(orders: Orders): void {
    if (this.job?.phase !== 'RUNNING') return
    const finishes = ordered(orders, 'simulator.job', 'finishes')
    const fails = ordered(orders, 'simulator.job', 'fails')
    if (finishes) this.#moveAfter(finishes.afterMs, 'finished')
    if (fails) this.#phaseTimers.after(fails.afterMs, () => this.#failTask(TRACES.taskThrows))
  }

  #armJobManager(orders: Orders): void {
    for (const { does, afterMs, exitCode } of orders['simulator.jobmanager'] ?? []) {
      this.#timers.after(afterMs, () => {
        if (does === 'dies') this.#exit('jobmanager', exitCode ?? 1)
        else this.isSilent = does === 'silent'
      })
    }
  }

  #armTaskManager(orders: Orders): void {
    const dies = ordered(orders, 'simulator.taskmanager', 'dies')
    if (dies) this.#timers.after(dies.afterMs, () => this.#exit('taskmanager-1', dies.exitCode ?? 1))
  }

  #endJobManager(): void {
    this.#timers.clear()
    this.#phaseTimers.clear()
    this.checkpointing.pause()
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = null
  }

  #beginTaskManager(role: Role): void {
    if (role === 'taskmanager-1') this.#armTaskManager(this.#orders)
    this.#timers.after(PACE.processMs, () => {
      this.#taskManagers.add(role)
      this.#deployWhenThereAreSlots()
    })
  }

  #endTaskManager(role: Role): void {
    this.#taskManagers.delete(role)
    this.#timers.after(PACE.noticeMs, () => {
      if (!this.#taskManagers.has(role)) this.#failTask(TRACES.taskManagerLost(role))
    })
  }
}
