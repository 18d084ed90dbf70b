import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { assert } from '../../lib/errors.ts'
import { syncFolder } from '../../lib/files.ts'
import type { Logger } from '../../lib/logger.ts'
import { removeTree } from '../../lib/open-folder.ts'
import type {
  AttemptId,
  CheckpointView,
  JobCounters,
  LaunchSpec,
  LaunchWish,
  LogFile,
  LogPage,
  Observation,
  Runtime,
  SavepointView,
} from '../runtime.ts'
import { archivedExecutionGraph } from './archive.ts'
import { Attempt, exists } from './attempt.ts'
import { findCheckpoints, holdsState } from './checkpoints.ts'
import { readCounters } from './counters.ts'
import { namesIn, unlessDiskFull } from './disk.ts'
import { type DiskLimits, DiskWatch, tooLarge } from './disk-watch.ts'
import { Exclusive } from './exclusive.ts'
import { FlinkRest, Unreachable, unexpected } from './flink-rest.ts'
import { type LaunchDeps, launch, repeatStart, replaceTaskManagers } from './launching.ts'
import { listLogs, readLog, rollOutput } from './logs.ts'
import { logOfStart, nothingThere, observe, WATCH_MS } from './observing.ts'
import { Probing } from './probing.ts'
import type { KillLimits, ProcessHost } from './process-host.ts'
import { isAttemptId, type RunFolder, runFolder } from './run-folder.ts'
import { requestSavepoint, type SavepointOperation, savepointResult } from './savepoints.ts'
import { Watching } from './watching.ts'

/**
 * Runs each attempt as one Flink cluster made of processes: a JobManager and its TaskManagers. Who runs the processes is
 * the host's business (process-host.ts). The truth is in the run folder, with the host, and in Flink; this object holds
 * caches only, and another one over the same folder answers the same (see attempt.ts).
 */
export type ClusterRuntimeOptions = Readonly<{
  kind: Runtime['kind']
  host: ProcessHost
  runsFolder: string
  flinkVersions: () => Promise<readonly string[]>
  clock: Clock
  logger: Logger
  memoryBudgetBytes: number | null
  limits?: Partial<ClusterLimits>
}>

export type ClusterLimits = KillLimits & DiskLimits & Readonly<{ restMs: number; savepointRequestMs: number }>

const LIMITS: ClusterLimits = {
  ...{ terminateMs: 10_000, killMs: 5_000, restMs: 1_000, savepointRequestMs: 10_000 },
  ...{ runDiskBytes: 20 * 1024 ** 3, diskEveryMs: 60_000, diskShortMs: 5_000 },
}
const STARTS_MAX = 3
const LEAVING = '.leaving-'
const PORT_CLASH = /BindException|Address already in use|Could not start rest endpoint on any port/

export class ClusterRuntime implements Runtime {
  readonly kind: Runtime['kind']
  readonly #options: ClusterRuntimeOptions
  readonly #limits: ClusterLimits
  readonly #launchDeps: LaunchDeps
  readonly #rest: FlinkRest
  readonly #patientRest: FlinkRest
  readonly #attempts = new Map<AttemptId, Promise<Attempt>>()
  readonly #inspections = new Map<AttemptId, Promise<Observation>>()
  readonly #launches = new Map<AttemptId, AbortController>()
  readonly #exclusive = new Exclusive()
  readonly #probing: Probing
  readonly #watching: Watching
  readonly #watches = new Map<AttemptId, () => void>()
  readonly #disk: DiskWatch
  #leftOver: Promise<void> | null = null
  readonly #listeners: ((attemptId: AttemptId) => void)[] = []

  constructor(options: ClusterRuntimeOptions) {
    this.kind = options.kind
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#rest = new FlinkRest(this.#limits.restMs)
    this.#patientRest = new FlinkRest(this.#limits.savepointRequestMs)
    this.#probing = new Probing({
      ...{ rest: this.#rest, logger: options.logger, onNews: (attemptId: string) => this.#changed(attemptId) },
    })
    this.#watching = new Watching({
      ...{ rest: this.#rest, logger: options.logger, everyMs: WATCH_MS },
      onNews: (attemptId) => this.#changed(attemptId),
    })
    this.#disk = new DiskWatch({
      ...{ limits: this.#limits, runsFolder: options.runsFolder, logger: options.logger },
      onTooLarge: (attemptId, usedBytes) => void this.#endForDisk(attemptId, usedBytes),
    })
    this.#launchDeps = {
      host: options.host,
      clock: options.clock,
      kill: this.#limits,
      onExit: (attemptId) => this.#changed(attemptId),
    }
  }

  async launch(spec: LaunchSpec, signal: AbortSignal): Promise<void> {
    await this.#exclusive.run(spec.attemptId, async () => {
      const cut = new AbortController()
      this.#launches.set(spec.attemptId, cut)
      try {
        const attempt = await this.#open(spec.attemptId)
        await launch(attempt, spec, this.#launchDeps, AbortSignal.any([signal, cut.signal]))
        this.#probing.add(attempt, 'running')
      } finally {
        this.#launches.delete(spec.attemptId)
      }
    })
    this.#changed(spec.attemptId)
  }

  reserve(wish: LaunchWish): Promise<AttemptId | null> {
    return this.#options.host.reserve(wish)
  }

  release(attemptId: AttemptId): void {
    this.#options.host.release(attemptId)
  }

  async find(): Promise<AttemptId[]> {
    const { runsFolder, host } = this.#options
    const ids = [...(await namesIn(runsFolder)), ...(await host.attemptsAlive(runsFolder))]
    return [...new Set(ids)].filter(isAttemptId).sort()
  }

  inspect(attemptId: AttemptId): Promise<Observation> {
    const running = this.#inspections.get(attemptId)
    if (running !== undefined) return running
    const fresh = this.#inspect(attemptId).finally(() => this.#inspections.delete(attemptId))
    this.#inspections.set(attemptId, fresh)
    return fresh
  }

  async #inspect(attemptId: AttemptId): Promise<Observation> {
    const { clock, host } = this.#options
    const attempt = await this.#openIfThere(attemptId)
    if (attempt === null) return nothingThere(clock.now())
    const askedBefore = attempt.details?.askedAtMs
    const seen = await observe(attempt, { rest: this.#rest, clock, javaMajorVersion: host.javaMajorVersion })
    this.#watch(attempt, seen)
    if (attempt.details?.askedAtMs !== askedBefore) await rollOutputs(attempt)
    if (!(await this.#lostItsPort(attempt, seen))) return seen
    this.#repeatStart(attempt)
    const absent = { is: 'absent' } as const
    return { ...seen, jobManager: absent, taskManagers: seen.taskManagers.map(() => absent), failure: null }
  }

  #watch(attempt: Attempt, seen: Observation): void {
    const { id } = attempt
    const alive = [seen.jobManager, ...seen.taskManagers].some((each) => each.is === 'alive')
    if (!alive) {
      this.#watching.remove(attempt)
      this.#disk.remove(attempt.folder.path)
      this.#unwatch(id)
      return
    }
    this.#disk.add(id, attempt.folder.path)
    if (attempt.timeline.has('running')) this.#watching.add(attempt)
    if (this.#watches.has(id)) return
    this.#watches.set(
      id,
      this.#options.host.watch(attempt, () => this.#changed(id)),
    )
  }

  #unwatch(attemptId: AttemptId): void {
    this.#watches.get(attemptId)?.()
    this.#watches.delete(attemptId)
  }

  /** Whoever looks next sees a failed attempt, also after a restart of the service; ending it is up to him. */
  async #endForDisk(attemptId: AttemptId, usedBytes: number): Promise<void> {
    try {
      const attempt = await this.#openIfThere(attemptId)
      if (attempt === null || attempt.outcome !== null) return
      const failure = tooLarge(usedBytes, this.#limits.runDiskBytes)
      const latestCheckpoint = attempt.details?.checkpoints.latest ?? null
      await unlessDiskFull(() => attempt.setOutcome({ job: null, failure, latestCheckpoint }))
      this.#changed(attemptId)
    } catch (error) {
      this.#options.logger.error({ err: error, attemptId }, 'a run that takes too much disk space was not ended')
    }
  }

  /** Another program took a port between our look at it and the JobManager's: the one failure that is mended here. */
  async #lostItsPort(attempt: Attempt, seen: Observation): Promise<boolean> {
    if (seen.jobManager.is !== 'ended' || attempt.closed || attempt.timeline.has('jobManagerUp')) return false
    if (attempt.cluster === null || attempt.cluster.start >= STARTS_MAX) return false
    return PORT_CLASH.test(await logOfStart(attempt))
  }

  #repeatStart(attempt: Attempt): void {
    const { start: clashed } = attempt.startThatCounts()
    const repeated = this.#exclusive.run(attempt.id, async () => {
      if (attempt.startThatCounts().start !== clashed) return // repeated meanwhile, for another look
      attempt.deathFailure = null
      await repeatStart(attempt, this.#launchDeps)
    })
    repeated
      .catch((error: unknown) =>
        this.#options.logger.error({ err: error, attemptId: attempt.id }, 'second start failed'),
      )
      .finally(() => this.#changed(attempt.id))
  }

  async requestSavepoint(attemptId: AttemptId, operation: SavepointOperation): Promise<void> {
    const attempt = await this.#open(attemptId)
    await requestSavepoint(attempt, operation, { rest: this.#patientRest, clock: this.#options.clock })
  }

  async savepointResult(attemptId: AttemptId, operationId: string): Promise<SavepointView> {
    const attempt = await this.#openIfThere(attemptId)
    if (attempt === null) return { is: 'unknown' }
    return savepointResult(attempt, operationId, { rest: this.#rest, clock: this.#options.clock })
  }

  async replaceTaskManagers(attemptId: AttemptId): Promise<void> {
    await this.#exclusive.run(attemptId, async () => {
      const attempt = await this.#openIfThere(attemptId)
      if (attempt !== null) await replaceTaskManagers(attempt, this.#launchDeps)
    })
    this.#changed(attemptId)
  }

  async cancel(attemptId: AttemptId): Promise<void> {
    const attempt = await this.#openIfThere(attemptId)
    if (attempt === null || attempt.spec === null || attempt.cluster === null) return
    await attempt.table.refresh()
    if (attempt.stateOf('jobmanager').is !== 'alive') return
    const path = `/jobs/${attempt.spec.flinkJobId}?mode=cancel`
    const answer = await this.#patientRest.call(attempt.cluster.ports.rest, 'PATCH', path)
    // 404: not known (yet); 409: it has ended already.
    if (![200, 202, 404, 409].includes(answer.status)) throw unexpected('PATCH', '/jobs/<id>', answer)
    this.#probing.add(attempt, 'ended')
  }

  async kill(attemptId: AttemptId): Promise<void> {
    this.#launches.get(attemptId)?.abort(new Error(`Attempt ${attemptId} is being killed`))
    await this.#exclusive.run(attemptId, async () => {
      const { host, clock } = this.#options
      const attempt = await this.#openIfThere(attemptId)
      if (attempt === null) return host.endLost(attemptId, this.#limits)
      await attempt.close(clock.now())
      await host.end(attempt, this.#limits)
    })
    this.#changed(attemptId)
  }

  async tidy(attemptId: AttemptId): Promise<void> {
    await this.#withoutProcesses(attemptId, async ({ tmp, work, user }) => {
      for (const path of [tmp, work, user]) await removeTree(path)
    })
  }

  async dispose(attemptId: AttemptId): Promise<void> {
    await this.#withoutProcesses(attemptId, async ({ path }) => {
      this.#leftOver ??= this.#removeLeftOver().catch((error: unknown) =>
        this.#options.logger.warn({ err: error }, 'run folders that were left half removed could not be removed'),
      )
      await this.#leftOver
      // Under a name that no attempt can have: half removed, it must not look like one.
      const { runsFolder } = this.#options
      const leaving = join(runsFolder, `${LEAVING}${attemptId}`)
      await rename(path, leaving)
      await syncFolder(runsFolder)
      await removeTree(leaving)
      this.#attempts.delete(attemptId)
      this.#unwatch(attemptId)
      this.#disk.remove(path)
    })
  }

  /** What a crash left half removed: before the first removal of our own, so that none is removed twice at once. */
  async #removeLeftOver(): Promise<void> {
    const { runsFolder } = this.#options
    const names = (await namesIn(runsFolder)).filter((name) => name.startsWith(LEAVING))
    for (const name of names) await removeTree(join(runsFolder, name))
  }

  async #withoutProcesses(attemptId: AttemptId, work: (folder: RunFolder) => Promise<void>): Promise<void> {
    await this.#exclusive.run(attemptId, async () => {
      const attempt = await this.#openIfThere(attemptId)
      if (attempt === null) return
      const pids = attempt.table.alivePids()
      assert(pids.length === 0, `attempt ${attemptId} still has processes: ${pids.join(', ')}`)
      await work(attempt.folder)
    })
  }

  async listLogs(attemptId: AttemptId): Promise<LogFile[]> {
    return listLogs(this.#folder(attemptId))
  }

  async readLog(attemptId: AttemptId, name: string, offsetBytes: number, limitBytes: number): Promise<LogPage> {
    return readLog(this.#folder(attemptId), name, offsetBytes, limitBytes)
  }

  async executionGraph(attemptId: AttemptId): Promise<unknown> {
    const attempt = await this.#openIfThere(attemptId)
    if (attempt === null || attempt.spec === null || attempt.cluster === null) return null
    await attempt.table.refresh()
    const { flinkJobId } = attempt.spec
    if (attempt.stateOf('jobmanager').is !== 'alive') return archivedExecutionGraph(attempt.folder.archive, flinkJobId)
    try {
      return await this.#rest.read(attempt.cluster.ports.rest, `/jobs/${flinkJobId}`)
    } catch (error) {
      if (error instanceof Unreachable) return null
      throw error
    }
  }

  async counters(attemptId: AttemptId): Promise<JobCounters | null> {
    const attempt = await this.#openIfThere(attemptId)
    if (attempt === null || attempt.spec === null || attempt.cluster === null) return null
    await attempt.table.refresh()
    if (attempt.stateOf('jobmanager').is !== 'alive') return null
    try {
      return await readCounters(this.#rest, attempt.cluster.ports.rest, attempt.spec.flinkJobId)
    } catch (error) {
      if (error instanceof Unreachable) return null
      throw error
    }
  }

  findCheckpoints(directoryUrl: string, flinkJobIds: readonly string[]): Promise<CheckpointView[]> {
    return findCheckpoints(directoryUrl, flinkJobIds)
  }

  holdsState(url: string): Promise<boolean> {
    return holdsState(url)
  }

  onChange(listener: (attemptId: AttemptId) => void): void {
    this.#listeners.push(listener)
  }

  flinkVersions(): Promise<readonly string[]> {
    return this.#options.flinkVersions()
  }

  memoryBudgetBytes(): number | null {
    return this.#options.memoryBudgetBytes
  }

  async close(): Promise<void> {
    this.#listeners.length = 0
    this.#probing.close()
    this.#watching.close()
    for (const attemptId of [...this.#watches.keys()]) this.#unwatch(attemptId)
    this.#disk.close()
    for (const launching of this.#launches.values()) launching.abort(new Error('The service is stopping'))
    await this.#exclusive.idle()
    this.#rest.close()
    this.#patientRest.close()
    await this.#options.host.close()
  }

  #changed(attemptId: AttemptId): void {
    for (const listener of this.#listeners) listener(attemptId)
  }

  #folder(attemptId: AttemptId): RunFolder {
    return runFolder(this.#options.runsFolder, attemptId)
  }

  async #openIfThere(attemptId: AttemptId): Promise<Attempt | null> {
    if (!isAttemptId(attemptId) || !(await exists(this.#folder(attemptId).path))) {
      this.#attempts.delete(attemptId)
      return null
    }
    return this.#open(attemptId)
  }

  /** One object per attempt, so that caches are shared; read from disk the first time. */
  #open(attemptId: AttemptId): Promise<Attempt> {
    const known = this.#attempts.get(attemptId)
    if (known !== undefined) return known
    const read = Attempt.read(attemptId, this.#folder(attemptId), this.#options.host)
    this.#attempts.set(attemptId, read)
    read.catch(() => this.#attempts.delete(attemptId))
    return read
  }
}

async function rollOutputs(attempt: Attempt): Promise<void> {
  for (const role of attempt.roles()) await rollOutput(attempt.folder, `${role}.out`)
}
