import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ACCESS_ERRORS,
  type Access,
  type AccessKeyPair,
  type Administration,
  assertOpens,
  createAccess,
  type FirstCredentials,
} from './access/index.ts'
import { createArtifacts, TAGGED_PACKAGES } from './artifacts/index.ts'
import { createBackground, type Duty } from './background/background.ts'
import { keepWarm, sweepArtifacts, sweepObjects, sweepTokens, trainArchives } from './background/duties.ts'
import type { Config, Secrets } from './config/config.ts'
import { openToJobs } from './config/data-folder.ts'
import { assertOwnFolder, readOwner, takeFolder } from './config/folder-owner.ts'
import { findSealingKey, readSealingKey } from './config/sealing-key.ts'
import { type Database, openDatabase } from './db/database.ts'
import type { DatabaseWatcher, DialectQuirks } from './db/dialect.ts'
import { postgres } from './db/dialects/postgres.ts'
import { sqlite } from './db/dialects/sqlite.ts'
import { readDatabaseId } from './db/sight.ts'
import { flinkHome } from './flink/installation.ts'
import { type ResolvedLabel, resolveLabel } from './flink/versions.ts'
import { createGrants } from './grants/index.ts'
import type { HealthReport } from './http/parts.ts'
import { createHttp } from './http/server.ts'
import { createJobService, type JobId, type JobService, taggedJobs } from './jobs/index.ts'
import type { JobParts } from './jobs/job-parts.ts'
import { createJobStore, type JobStore } from './jobs/job-store.ts'
import { likelyLaunches } from './jobs/likely-launches.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { DISK_BYTES_MIN, freeBytesOf } from './lib/disk.ts'
import { failed, type Language, type Texts } from './lib/errors.ts'
import { type Ids, randomIds } from './lib/ids.ts'
import type { Logger } from './lib/logger.ts'
import { accountIds, createAgencies, type JobUsers, openJobUsers, readProjects } from './projects/index.ts'
import { createConnectivityTests, createQueues, TAGGED_QUEUES } from './queues/index.ts'
import { createExecutors } from './reconciler/executors.ts'
import { createReconciler, type Reconciler } from './reconciler/reconciler.ts'
import type { ActionName } from './reconciler/view.ts'
import type { ProcessHost } from './runtimes/cluster/process-host.ts'
import { findJava, type JavaHome } from './runtimes/java-home.ts'
import { createLocalProcessRuntime, type LocalProcessRuntime } from './runtimes/local-process/local-process-runtime.ts'
import { programsOfJobs, usableUsers } from './runtimes/local-process/user-check.ts'
import { maskingRuntime } from './runtimes/masked-runtime.ts'
import type { Runtime } from './runtimes/runtime.ts'
import { createSimulatedRuntime } from './runtimes/simulated/simulated-runtime.ts'
import { createBuckets, openFolderObjectStore } from './storage/index.ts'
import { createResourceTags } from './tags/index.ts'
import { createTemplates } from './templates/index.ts'
import { createTransfer } from './transfer/index.ts'
import { createLaunchValues, createVariables } from './variables/index.ts'
import { version } from './version.ts'

/** What tests may replace; everything else is the real thing. */
export type Overrides = Readonly<{
  clock?: Clock
  ids?: Ids
  /** Called between the record of every action and the action itself: where tests kill the service. */
  beforeAct?: (action: ActionName) => void
  /** Stands around the real host of processes, for the same. */
  wrapHost?: (host: ProcessHost) => ProcessHost
}>

export interface App {
  readonly url: string
  /** What the first start created, once; null ever after. */
  readonly firstCredentials: FirstCredentials | null
  /** The administrator's, made because the sealing key was lost; null otherwise. */
  readonly replacedKey: (AccessKeyPair & { userName: string }) | null
  readonly access: Access
  readonly jobs: JobService
  readonly reconciler: Reconciler
  /** Comes true when the service must stop: another one has taken its database. */
  readonly mustStop: Promise<Error>
  /** Stops serving and watching; jobs run on. Stopping twice is fine. */
  stop(): Promise<void>
}

/** Builds and starts the service; when that fails, nothing of it stays behind. */
export async function startApp(
  config: Config,
  secrets: Secrets,
  logger: Logger,
  overrides: Overrides = {},
): Promise<App> {
  await mkdir(config.folders.data, { recursive: true, mode: 0o700 })
  const ending = Promise.withResolvers<Error>()
  const database = await openDatabase(chooseDatabase(config, secrets), watchDatabase(logger, ending.resolve))
  try {
    const running = await startOn(database, config, secrets, logger, overrides)
    return { ...running, mustStop: ending.promise }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The composition root: a list, in the order things depend on each other. */
async function startOn(
  database: Database,
  config: Config,
  secrets: Secrets,
  logger: Logger,
  overrides: Overrides,
): Promise<Omit<App, 'mustStop'>> {
  const clock = overrides.clock ?? systemClock
  const ids = overrides.ids ?? randomIds
  const { tagRules } = config
  await assertOwnFolder(config.folders.data, await readDatabaseId(database.db))
  const sealingKey = await sealingKeyOf(database, config, config.replacesSealingKey)
  const access = createAccess({ database, clock, ids, sealingKey, wrongPasswordsMax: config.wrongPasswordsMax })
  const grants = createGrants({ database })
  const java = config.runtime === 'simulated' ? null : await findJava(config.javaHome)
  const users = java && (await openUsers(config, java, database, clock, logger))
  const objects = await openFolderObjectStore({ folder: config.folders.objects, ownerOf: users?.known ?? null })
  const userOf = async (projectId: string) => {
    const user = (await users?.userOf(projectId)) ?? null
    await objects.handOver(projectId)
    return user
  }
  const agencies = createAgencies({ database, clock })
  const buckets = createBuckets({ database, objects, clock })
  const artifacts = createArtifacts({
    database,
    objects,
    folder: config.folders.artifacts,
    packagesMax: config.maxPackages,
    tagRules,
    clock,
    ids,
    logger,
  })
  const variables = createVariables({ database, clock, sealingKey })
  const launchValues = createLaunchValues({ database, sealingKey })
  const { runtime: driver, local } = await buildRuntime(config, java, users, clock, logger, overrides)
  const runtime = maskingRuntime(driver, (attemptId) => launchValues.secretsOf(attemptId))
  const store = createJobStore(database)
  const queues = createQueues({
    database,
    clock,
    ids,
    busyCus: (reader, projectId) => store.busyCus(reader, projectId),
    usedBy: (tx, projectId, queue) => store.countOnQueue(tx.db, projectId, queue),
    hasRun: (reader, projectId, queue, since) => store.hasRunOnQueue(reader, projectId, queue, since),
    limits: config.queues,
    tagRules,
  })
  const connectivity = createConnectivityTests({ database, clock })
  const chooseFlink = async (label: string | null) =>
    withRuntimeNote(runtime.kind, resolveLabel(label, await runtime.flinkVersions()))
  const parts = {
    ...{ database, store, clock, ids, artifacts, queues, grants, objects, runtime, chooseFlink, tagRules, logger },
    ...{ variables, launchValues },
  }
  const limits = { maxCuNumber: config.maxCuNumber, maxDrafts: config.maxDrafts, cuMemoryBytes: config.cuMemoryBytes }
  const poke = (id: JobId, why?: 'command') => reconciler.poke(id, why)
  const templates = createTemplates({ database, clock, tagRules })
  const sqlOfTemplate = async (projectId: string, id: number) => (await templates.get(projectId, id)).sqlBody
  const jobs = createJobService({ ...parts, limits, poke, sqlOfTemplate })
  const resourceTags = createResourceTags({
    database,
    lookups: { job: taggedJobs(store), queue: TAGGED_QUEUES, package: TAGGED_PACKAGES },
    rules: tagRules,
  })
  const reconciler = createReconciler({
    ...parts,
    userOf,
    executors: createExecutors({ ...parts, userOf }),
    policy: {
      patience: config.patience,
      savepointMs: config.savepointMs,
      silentMs: config.silentMs,
      cancelGraceMs: config.cancelGraceMs,
      fastMs: 100,
      steadyMs: 1000,
      watchedMs: 30_000,
    },
    cuMemoryBytes: config.cuMemoryBytes,
    startingMax: config.startsAtOnce,
    beforeAct: overrides.beforeAct ?? (() => undefined),
  })
  const background = createBackground(
    [
      sweepTokens(access),
      sweepArtifacts(artifacts, clock),
      sweepObjects(objects),
      ...(local && config.warmSlots > 0 ? [warmDuty(local, parts, config, userOf)] : []),
      ...(local && config.trainsArchives ? [trainingDuty(local, database, store, clock, users !== null)] : []),
    ],
    logger,
  )
  const http = await createHttp({
    access,
    grants,
    agencies,
    queues,
    connectivity,
    buckets,
    artifacts,
    jobs,
    resourceTags,
    templates,
    transfer: createTransfer({ jobs, objects, clock, folder: join(config.folders.data, 'tmp') }),
    variables,
    objects,
    logger,
    clock,
    version,
    flinkVersions: () => runtime.flinkVersions(),
    explain: (id) => reconciler.explain(id),
    health: () => healthOf(config, database, reconciler, local, clock),
    isUnavailable: database.quirks.isUnavailable,
    isDiskFull: database.quirks.isDiskFull,
    limits: config.http,
  })

  const stop = async () => {
    await http.close()
    await background.stop()
    await reconciler.stop()
    await connectivity.close()
    await artifacts.close()
    await runtime.close()
    await database.close()
  }
  let stopped: Promise<void> | null = null
  const start = async () => {
    // The port first: what can fail must fail before the credentials are made, which are shown once.
    const url = await http.listen({ host: config.http.host, port: config.http.port })
    const firstCredentials = await access.bootstrap({
      projectId: config.first.projectId ?? undefined,
      projectName: config.first.projectName ?? undefined,
      adminPassword: secrets.adminPassword ?? undefined,
    })
    const replacedKey = config.replacesSealingKey ? await access.replaceLostKeys() : null
    if (config.replacesSealingKey) await variables.forgetLost()
    await takeFolder(config.folders.data, await readDatabaseId(database.db))
    await artifacts.resume()
    await reconciler.start()
    background.start()
    return { url, firstCredentials, replacedKey }
  }
  const { url, firstCredentials, replacedKey } = await start().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    url,
    firstCredentials,
    replacedKey,
    access,
    jobs,
    reconciler,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/**
 * Users, projects and keys without a service: on its database, which must be free.
 * @throws Refusal `access.notSetUp`, Error when another process has the database
 */
export async function openAdministration(
  config: Config,
  secrets: Secrets,
): Promise<{ administration: Administration; close(): Promise<void> }> {
  if ((await readOwner(config.folders.data)) === null) throw ACCESS_ERRORS.notSetUp()
  const database = await openDatabase(chooseDatabase(config, secrets))
  try {
    await assertOwnFolder(config.folders.data, await readDatabaseId(database.db))
    const sealingKey = await sealingKeyOf(database, config, false)
    const access = createAccess({ database, clock: systemClock, ids: randomIds, sealingKey })
    return { administration: access.administration, close: () => database.close() }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** @throws Refusal `access.sealingKeyLost` unless another key may take its place */
async function sealingKeyOf(
  database: Database,
  { sealingKeyFile: file }: Config,
  mayReplace: boolean,
): Promise<Buffer> {
  if (!mayReplace) await assertOpens(database.db, await findSealingKey(file), file)
  return readSealingKey(file)
}

function chooseDatabase(config: Config, { databaseUrl }: Secrets): DialectQuirks {
  if (databaseUrl === null) return sqlite(config.databaseFile)
  return postgres({ url: databaseUrl, connections: config.databaseConnections })
}

function watchDatabase(logger: Logger, end: (error: Error) => void): DatabaseWatcher {
  return {
    lost: (error) =>
      logger.error({ err: error }, 'the database is away; nothing is started or stopped until it is back'),
    regained: () => logger.info('the database is back'),
    taken: (error) => end(failed('The database was lost to another service', error)),
  }
}

const QUIET_MS = 600_000

/**
 * An archive is loaded by the JVMs of every project, and the ports of a cluster are open to every job on the machine: with
 * projects kept apart it is made only while no job runs.
 */
function trainingDuty(
  runtime: LocalProcessRuntime,
  database: Database,
  store: JobStore,
  clock: Clock,
  apart: boolean,
): Duty {
  return trainArchives({
    versions: () => runtime.flinkVersions(),
    train: (version) => runtime.trainArchives(version),
    isQuiet: async () => {
      if (apart && (await store.taken(database.db)).length > 0) return false
      const since = new Date(clock.now().getTime() - QUIET_MS)
      return (await store.countStarting(database.db, since)) === 0
    },
  })
}

const STARTING_MS = 60_000

function warmDuty(
  runtime: LocalProcessRuntime,
  parts: Pick<JobParts, 'database' | 'store' | 'clock' | 'chooseFlink'>,
  { warmSlots, cuMemoryBytes }: Config,
  userOf: (projectId: string) => Promise<number | null>,
): Duty {
  const { database, store, clock } = parts
  return keepWarm({
    expect: async () => {
      const [first] = await readProjects(database.db)
      const likely = first ? await likelyLaunches({ ...parts, cuMemoryBytes }, first.id, warmSlots) : []
      for (const launch of likely) runtime.expect({ ...launch, user: await userOf(launch.projectId) })
    },
    surroundings: async () => {
      const since = new Date(clock.now().getTime() - STARTING_MS)
      const budgetBytes = runtime.memoryBudgetBytes()
      const busyBytes = (await store.taken(database.db)).reduce((sum, row) => sum + row.memoryBytes, 0)
      return {
        isQuiet: (await store.countStarting(database.db, since)) === 0,
        roomBytes: budgetBytes === null ? null : budgetBytes - busyBytes,
      }
    },
    tend: (surroundings) => runtime.tendWarm(surroundings),
  })
}

/** Null: jobs run as the service does. */
async function openUsers(
  config: Config,
  java: JavaHome,
  database: Database,
  clock: Clock,
  logger: Logger,
): Promise<JobUsers | null> {
  const { runs, objects, archives, flink } = config.folders
  if (config.jobUsers.mode !== 'off' && process.getuid?.() === 0) await openToJobs(config.folders)
  const installed = (await flinkHome(flink).list()).map(({ folder }) => folder)
  const needs = { folders: [runs, objects, archives, ...installed], programs: programsOfJobs(java.home) }
  const range = await usableUsers(config.jobUsers, needs, logger)
  return range && openJobUsers({ database, clock, range, accountIds })
}

type Runtimes = Readonly<{ runtime: Runtime; local: LocalProcessRuntime | null }>

async function buildRuntime(
  config: Config,
  java: JavaHome | null,
  users: JobUsers | null,
  clock: Clock,
  logger: Logger,
  overrides: Overrides,
): Promise<Runtimes> {
  const { folders } = config
  const wrap = overrides.wrapHost ? { wrapHost: overrides.wrapHost } : {}
  if (java === null) {
    logger.warn('HEADGATE_RUNTIME is simulated: jobs are only pretended, nothing of them really runs')
    const options = { runsFolder: folders.runs, folder: folders.simulator, clock, logger, ...wrap }
    return { runtime: await createSimulatedRuntime(options), local: null }
  }
  const home = flinkHome(folders.flink)
  const local = createLocalProcessRuntime({
    runsFolder: folders.runs,
    archivesFolder: folders.archives,
    findFlink: (version) => home.find(version),
    listFlink: () => home.list(),
    java,
    trainingUser: users?.ofService ?? null,
    warmSlots: config.warmSlots,
    limits: { runDiskBytes: config.runDiskBytes },
    clock,
    logger,
    memoryBudgetBytes: config.hostMemoryBytes,
    ...wrap,
  })
  return { runtime: local, local }
}

const PRETENDED: Texts = {
  en: 'This job is only pretended: HEADGATE_RUNTIME is simulated.',
  zh: '该作业仅为模拟运行：HEADGATE_RUNTIME 为 simulated。',
}

/** Who reads the job's detail must not take a pretended job for a real one. */
function withRuntimeNote(kind: Runtime['kind'], chosen: ResolvedLabel): ResolvedLabel {
  if (kind !== 'simulated') return chosen
  const { version, note } = chosen
  const join = (language: Language) => [PRETENDED[language], note?.[language] ?? ''].join(' ').trim()
  return { version, note: { en: join('en'), zh: join('zh') } }
}

const STALE_AFTER_MS = 60_000

/** Below a little free space nothing can be recorded any more. */
async function diskOf(folder: string): Promise<{ ok: boolean; text: string }> {
  const freeBytes = await freeBytesOf(folder)
  return { ok: freeBytes >= DISK_BYTES_MIN, text: `${Math.floor(freeBytes / 1024 ** 2)} MiB free` }
}

async function healthOf(
  config: Config,
  database: Database,
  reconciler: Reconciler,
  local: LocalProcessRuntime | null,
  clock: Clock,
): Promise<HealthReport> {
  const databaseCheck = await database.db
    .selectFrom('domains')
    .select('id')
    .limit(1)
    .execute()
    .then(
      () => ({ ok: true, text: 'answers' }),
      (error: unknown) => ({ ok: false, text: error instanceof Error ? error.message : String(error) }),
    )
  const { lastPassAt, watched, passes, failedPasses } = reconciler.health()
  const ageMs = lastPassAt ? clock.now().getTime() - lastPassAt.getTime() : 0
  const disk = await diskOf(config.folders.data)
  const turning = watched === 0 || ageMs < STALE_AFTER_MS
  return {
    ready: databaseCheck.ok && turning && disk.ok,
    checks: {
      database: databaseCheck,
      disk,
      reconciler: { ok: turning, text: `${watched} jobs watched, ${passes} passes, ${failedPasses} failed` },
      ...(local && config.warmSlots > 0 ? { warmSlots: warmCheck(local, config.warmSlots) } : {}),
    },
  }
}

/** Fine in any case: without a warm slot a job starts all the same. */
function warmCheck(local: LocalProcessRuntime, slots: number): { ok: true; text: string } {
  const { ready, warming } = local.warmSlots()
  const versions = ready.length === 0 ? '' : ` (Flink ${ready.join(', ')})`
  return { ok: true, text: `${ready.length} of ${slots} ready${versions}, ${warming.length} warming up` }
}
