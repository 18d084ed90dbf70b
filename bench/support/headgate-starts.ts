/** A Headgate of its own on real Flink, and how long what a client of its API wants takes. */
import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toConfig } from '../../src/config/config.ts'
import { FLINK_FOLDER, processesAbout } from '../../test/support/clusters.ts'
import { type KillableService, startKillableService } from '../../test/support/killable-service.ts'
import {
  type Answer,
  builtJar,
  makeRealFolder,
  realEnvironment,
  trainArchives,
  waitingSlots,
} from '../../test/support/real-service.ts'
import { ROOT } from '../../test/support/source-files.ts'
import { pollAtMostMs, pollMs } from './polling.ts'
import { costsOf } from './process-costs.ts'
import { recordRate } from './record-rate.ts'
import type { Samples } from './samples.ts'
import { busyJob, type FigureName, type JobKind, KINDS, type Way } from './start-figures.ts'

type Flink = Readonly<{ line: string; folder: string }>

export type Steps = Readonly<Record<string, number>>

/** What is gathered besides figures. */
export type Gathered = Readonly<{
  samples: Samples<FigureName, Way>
  /** Of each start with one slot, milliseconds of its steps. */
  steps: Map<Way, Steps[]>
  /** Of each single start, `warm` or why not. */
  ways: Map<Way, string[]>
}>

const MANY = 10
const IDLE_MS = 20_000
const REFILL_MS = 60_000
const FAILED = ['job_submit_fail', 'job_running_exception', 'job_cancel_fail']

export class HeadgateStarts {
  readonly way: Way
  readonly #service: KillableService
  readonly #flink: Flink
  readonly #gathered: Gathered
  #jobs = 0
  #isEnding = false

  private constructor(way: Way, service: KillableService, flink: Flink, gathered: Gathered) {
    this.way = way
    this.#service = service
    this.#flink = flink
    this.#gathered = gathered
  }

  /** Its first start is over, and is not measured. */
  static async open(way: Way, flinkLine: string, gathered: Gathered): Promise<HeadgateStarts> {
    const folder = way === 'cold' ? await flinkWithoutArchives() : await flinkWithArchives()
    const service = await startKillableService({
      // Ten jobs at once take what they need, not what they might.
      ...{ HEADGATE_CU_MEMORY: '2G', HEADGATE_HOST_MEMORY: '64G' },
      ...{ HEADGATE_WARM_SLOTS: way === 'warm' ? '1' : '0', HEADGATE_FLINK_DIR: folder },
    })
    const starts = new HeadgateStarts(way, service, { line: flinkLine, folder }, gathered)
    await service.upload('jobs.jar', await builtJar('test-jobs'))
    const queue = { queue_name: 'wide', queue_type: 'general', resource_mode: 1, cu_count: 64 }
    await service.call('POST', `/v1.0/${service.projectId}/queues`, queue)
    const first = await starts.#create(KINDS.oneSlot)
    await starts.#run(first)
    await starts.#stop(first)
    await starts.settle()
    return starts
  }

  /** A job that runs and is stopped, one that is stopped with a savepoint, one that ends by itself. */
  async measureStarts(): Promise<void> {
    const one = await this.#create(KINDS.oneSlot)
    this.#add('oneSlot', await this.#run(one))
    await this.#noteStart(one, 'steps')
    const refillMs = await this.settle()
    if (this.way === 'warm' && refillMs !== null) this.#add('refill', refillMs)
    this.#add('stop', await this.#stop(one))
    await this.settle()

    const four = await this.#create(KINDS.fourSlots)
    this.#add('fourSlots', await this.#run(four))
    await this.#noteStart(four)
    this.#add('savepoint', await this.#stop(four, true))
    await this.settle()

    const bounded = await this.#create(KINDS.bounded)
    this.#add('bounded', await this.#run(bounded, 'job_finish'))
    await this.#noteStart(bounded)
    await this.settle()
  }

  /** The JobManager of a running job with a checkpoint is killed; where slots are kept, one waits. */
  async measureDeath(): Promise<void> {
    const id = await this.#create(KINDS.oneSlot, {
      ...{ checkpoint_enabled: true, checkpoint_interval: 1, restart_when_exception: true, resume_checkpoint: true },
    })
    await this.#run(id)
    await this.settle()
    await pollMs(performance.now(), async () => (await this.#newestAttempt(id)).last_checkpoint !== null)
    const { view } = (await this.#service.call('GET', this.#pathOf(id, 'decision'))).body
    const killedAtMs = performance.now()
    process.kill(view.observation.job_manager.pid, 'SIGKILL')
    const again = (job: Answer) => job.status === 'job_running' && job.restart_times > 0
    this.#add('death', await this.#untilMs(killedAtMs, id, again))
    if ((await this.#newestAttempt(id)).restore_from === null) throw new Error(`job ${id} began from empty`)
    await this.#noteStart(id)
    await this.#stop(id)
    await this.settle()
  }

  async measureMany(): Promise<void> {
    const ids: number[] = []
    while (ids.length < MANY) ids.push(await this.#create(KINDS.oneSlot))
    const askedAtMs = performance.now()
    await this.#service.dli('POST', 'jobs/run', { job_ids: ids })
    const running = new Set<number>()
    const lastMs = await pollMs(askedAtMs, async () => {
      const { job_list: list } = await this.#service.dli('GET', 'jobs?limit=100&status=job_running')
      for (const { job_id: id } of list.jobs) {
        if (!running.has(id)) this.#add('manyEach', performance.now() - askedAtMs)
        running.add(id)
      }
      return running.size === MANY
    })
    this.#add('manyLast', lastMs)
    await this.#service.dli('POST', 'jobs/stop', { job_ids: ids })
    for (const id of ids) await this.#service.until(id, 'job_cancel_success')
    await this.settle()
  }

  /** What the JVMs that wait cost, by themselves. */
  async measureIdle(): Promise<void> {
    const { samples } = this.#gathered
    const slots = await waitingSlots(this.#service.folder)
    const pids = (await Promise.all(slots.map(processesAbout))).flat().map((line) => Number.parseInt(line, 10))
    const before = await costsOf(pids)
    await sleep(IDLE_MS)
    const after = await costsOf(pids)
    samples.add('idleRss', this.way, after.rssMib)
    samples.add('idlePss', this.way, after.pssMib)
    samples.add('idleCpu', this.way, ((after.cpuSeconds - before.cpuSeconds) / (IDLE_MS / 1000)) * 100)
  }

  /** Thousands of records a second. */
  async throughput(): Promise<number> {
    const file = join(this.#service.folder, `told-${this.#jobs}`)
    const id = await this.#create(busyJob(file))
    await this.#run(id)
    await this.#noteStart(id)
    const rate = await recordRate(file)
    await this.#stop(id)
    await this.settle()
    return rate
  }

  /** Waits until the next start can be as good as it gets; answers milliseconds. Null: it will be cold, as it may be. */
  async settle(): Promise<number | null> {
    if (this.way !== 'warm') return 0
    return pollAtMostMs(REFILL_MS, performance.now(), async () => {
      const { text } = (await this.#service.call('GET', '/api/v1/health')).body.checks.warmSlots
      return text.startsWith('1 of 1 ready')
    })
  }

  /** Also in the middle of a measurement, which fails then. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#service.end()
    if (this.#flink.folder !== FLINK_FOLDER) await rm(dirname(this.#flink.folder), { recursive: true })
  }

  #add(figure: FigureName, ms: number): void {
    this.#gathered.samples.add(figure, this.way, ms / 1000)
  }

  #pathOf = (id: number, what: string) => `/api/v1/${this.#service.projectId}/jobs/${id}/${what}`

  async #newestAttempt(id: number): Promise<Answer> {
    return (await this.#service.attempts(id))[0]
  }

  async #create({ mainClass, slots, args }: JobKind, more: Record<string, unknown> = {}): Promise<number> {
    if (this.#isEnding) throw new Error('the measurement has ended')
    return this.#service.createJob({
      ...{ name: `start-${this.#jobs++}`, queue_name: 'wide', entrypoint: 'jobs.jar', main_class: mainClass },
      ...{
        flink_version: this.#flink.line,
        parallel_number: slots,
        tm_cus: 1,
        tm_slot_num: slots,
        obs_bucket: 'state',
      },
      ...(args !== undefined && { entrypoint_args: args }),
      ...more,
    })
  }

  async #run(id: number, status = 'job_running'): Promise<number> {
    const askedAtMs = performance.now()
    await this.#service.dli('POST', 'jobs/run', { job_ids: [id] })
    return this.#statusMs(askedAtMs, id, status)
  }

  async #stop(id: number, withSavepoint = false): Promise<number> {
    const askedAtMs = performance.now()
    await this.#service.dli('POST', 'jobs/stop', { job_ids: [id], trigger_savepoint: withSavepoint })
    return this.#statusMs(askedAtMs, id, 'job_cancel_success')
  }

  #statusMs(sinceMs: number, id: number, status: string): Promise<number> {
    return this.#untilMs(sinceMs, id, (job) => job.status === status)
  }

  #untilMs(sinceMs: number, id: number, holds: (job: Answer) => boolean): Promise<number> {
    return pollMs(sinceMs, async () => {
      const job = await this.#service.detail(id)
      if (FAILED.includes(job.status)) throw new Error(`job ${id} is ${job.status}: ${job.status_desc}`)
      return holds(job)
    })
  }

  async #noteStart(id: number, also?: 'steps'): Promise<void> {
    const { ways, steps } = this.#gathered
    const { jvms, cold_because: because, timeline } = await this.#newestAttempt(id)
    ways.set(this.way, [...(ways.get(this.way) ?? []), because ?? jvms])
    if (also !== 'steps') return
    const took: Steps = Object.fromEntries(timeline.map(({ step, took_ms: ms }: Answer) => [step, ms]))
    steps.set(this.way, [...(steps.get(this.way) ?? []), took])
    this.#gathered.samples.add('ownShare', this.way, ownShareMs(timeline))
  }
}

/** From the wish until the JVMs are told, and from their RUNNING until it shows; what lies between is Flink's. */
function ownShareMs(timeline: readonly { step: string; took_ms: number }[]): number {
  const told = timeline.findIndex(({ step }) => step === 'jvmsSpawned')
  const own = timeline.filter(({ step }, index) => index <= told || step === 'shown')
  return own.reduce((sum, each) => sum + each.took_ms, 0)
}

/** Makes the class data archives when they are not there. */
async function flinkWithArchives(): Promise<string> {
  await trainArchives(toConfig(realEnvironment(tmpdir()), ROOT).config)
  return FLINK_FOLDER
}

/** The installed versions, with what is made for them, but for the class data archives. */
async function flinkWithoutArchives(): Promise<string> {
  const folder = join(await makeRealFolder(), 'flink')
  await mkdir(join(folder, 'archives'), { recursive: true })
  const names = (await readdir(FLINK_FOLDER)).filter((name) => name !== 'archives')
  for (const name of names) await symlink(join(FLINK_FOLDER, name), join(folder, name))
  return folder
}
