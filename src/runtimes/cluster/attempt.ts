import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { assert, isSystemError } from '../../lib/errors.ts'
import type { CheckpointView, Failure, FlinkJobView, LaunchSpec, ProcessState } from '../runtime.ts'
import { namesIn, readJsonOrNull, unlessDiskFull, writeJsonDurably, writeJsonOnce } from './disk.ts'
import type { CheckpointAnswers } from './flink-answers.ts'
import type { Ports, ProcessHost, ProcessTable, Role } from './process-host.ts'
import type { RunFolder } from './run-folder.ts'
import { Timeline } from './timeline.ts'

/**
 * One attempt as its run folder tells it. All of it can be read again by another driver; what is kept in memory only
 * (`details`, `deathFailure`, `searched`) are answers that can be asked for again.
 */

/** `starts/<n>.json`, durable before the first process of the start it describes. */
export type Cluster = Readonly<{
  /** 1; a start that failed for a port that was taken is followed by the next number. */
  start: number
  ports: Ports
  bootId: string
  /** Exact version: replaced TaskManagers must be of the same as their JobManager. */
  flinkVersion: string
  /** Size of jobmanager.log when this start began: what is before belongs to an earlier start. */
  logOffset: number
}>

/** `results/outcome.json`: how the Flink job ended, once seen; null when the program ended without one. */
export type Outcome = Readonly<{
  job: FlinkJobView | null
  failure: Failure | null
  latestCheckpoint: CheckpointView | null
}>

/** Flink's list of jobs as text; null when it answers but cannot tell. */
export type Overview = string | null | 'silent'

/** Answers of Flink that are asked for less often than each second. */
export type Details = {
  /** That of the overview's line which they belong to. */
  version: string
  changedAtMs: number
  askedAtMs: number
  restarts: number
  failedAt: readonly Date[]
  lastFailure: Failure | null
  checkpoints: CheckpointAnswers
  registered: number | null
}

export class Attempt {
  readonly id: string
  readonly folder: RunFolder
  readonly table: ProcessTable
  readonly timeline: Timeline
  spec: LaunchSpec | null
  cluster: Cluster | null
  outcome: Outcome | null
  closed: boolean
  /** Null until Flink has told. */
  batch: boolean | null = null
  details: Details | null = null
  deathFailure: Failure | null = null
  /** What a search of the whole object folder for its checkpoints found; null while none was needed. */
  searched: readonly CheckpointView[] | null = null
  /** When a TaskManager was last seen dead. */
  taskManagerLostAt: Date | null = null
  /** What the last inspection saw of the processes, and of Flink (observing.ts): that watching compares with. */
  states = ''
  overview: Overview = null
  /** What watching saw since. */
  watched: Readonly<{ overview: Overview; atMs: number }> | null = null
  /** When the end of the Flink job was first seen (performance.now). */
  endSeenAtMs: number | null = null
  readonly #host: ProcessHost
  #outcomeSaved = true

  private constructor(id: string, folder: RunFolder, read: Stored) {
    this.id = id
    this.folder = folder
    this.table = read.table
    this.timeline = read.timeline
    this.spec = read.spec
    this.cluster = read.cluster
    this.outcome = read.outcome
    this.closed = read.closed
    this.#host = read.host
  }

  static async read(id: string, folder: RunFolder, host: ProcessHost): Promise<Attempt> {
    return new Attempt(id, folder, {
      host,
      table: await host.openTable(folder),
      timeline: await Timeline.read(folder.timeline),
      spec: await readSpec(folder.spec),
      cluster: await newestStart(folder.starts),
      outcome: reviveOutcome(await readJsonOrNull<Outcome>(folder.outcome)),
      closed: await exists(folder.closed),
    })
  }

  /** Every role of the shape, the JobManager first. */
  roles(): Role[] {
    const count = this.spec?.shape.taskManagers ?? 0
    const taskManagers = Array.from({ length: count }, (_, index): Role => `taskmanager-${index + 1}`)
    return ['jobmanager', ...taskManagers]
  }

  /** State of a role in the start that counts, as of the table's last refresh. */
  stateOf(role: Role): ProcessState {
    if (this.cluster === null) return { is: 'absent' }
    const state = this.table.state(this.cluster.start, role)
    // Before the boot that is now, and without a marker: the power went between record and start.
    if (state.is === 'absent' && this.cluster.bootId !== this.#host.bootId) return { is: 'ended', exitCode: null }
    return state
  }

  specOfLaunch(): LaunchSpec {
    assert(this.spec !== null, `attempt ${this.id} has no spec yet`)
    return this.spec
  }

  startThatCounts(): Cluster {
    assert(this.cluster !== null, `attempt ${this.id} has no recorded start yet`)
    return this.cluster
  }

  /** Records a start of the cluster; when another driver recorded this number first, its record counts. */
  async recordStart(cluster: Cluster): Promise<void> {
    await writeJsonOnce(join(this.folder.starts, `${cluster.start}.json`), cluster)
    this.searched = null
    this.cluster = await newestStart(this.folder.starts)
  }

  /** Holds from now on, also when it cannot be written; `saveOutcome` tries again. */
  async setOutcome(outcome: Outcome): Promise<void> {
    this.outcome = outcome
    this.#outcomeSaved = false
    await this.saveOutcome()
  }

  async saveOutcome(): Promise<void> {
    if (this.outcome === null || this.#outcomeSaved) return
    await writeJsonDurably(this.folder.outcome, this.outcome)
    this.#outcomeSaved = true
  }

  /** From here on nothing is started for this attempt any more, also not by a wrapper that is on its way. */
  async close(at: Date): Promise<void> {
    if (this.closed) return
    this.closed = true
    // On a full disk, too, processes have to end.
    await unlessDiskFull(() => writeJsonDurably(this.folder.closed, { at }))
  }
}

type Stored = {
  host: ProcessHost
  table: ProcessTable
  timeline: Timeline
  spec: LaunchSpec | null
  cluster: Cluster | null
  outcome: Outcome | null
  closed: boolean
}

/** A run that began before jobs had users of their own has none. */
async function readSpec(path: string): Promise<LaunchSpec | null> {
  const spec = await readJsonOrNull<LaunchSpec>(path)
  return spec === null ? null : { ...spec, user: spec.user ?? null }
}

async function newestStart(folder: string): Promise<Cluster | null> {
  const numbers = (await namesIn(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
  if (numbers.length === 0) return null
  return readJsonOrNull<Cluster>(join(folder, `${Math.max(...numbers.map(Number))}.json`))
}

/** Dates are texts in JSON. */
function reviveOutcome(stored: Outcome | null): Outcome | null {
  if (stored === null) return null
  const { job, latestCheckpoint } = stored
  return {
    failure: stored.failure,
    job: job === null ? null : reviveJob(job),
    latestCheckpoint:
      latestCheckpoint === null ? null : { ...latestCheckpoint, completedAt: new Date(latestCheckpoint.completedAt) },
  }
}

function reviveJob(job: FlinkJobView): FlinkJobView {
  const date = (value: Date | null) => (value === null ? null : new Date(value))
  const failedAt = job.failedAt.map((at) => new Date(at))
  return { ...job, failedAt, startedAt: date(job.startedAt), endedAt: date(job.endedAt) }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
