import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FlinkInstallation } from '../../flink/installation.ts'
import { makeJar } from '../../flink/make-jar.ts'
import { removeTree } from '../../lib/open-folder.ts'
import { namesIn } from '../cluster/disk.ts'
import { makeFolder } from '../cluster/run-owner.ts'
import type { LaunchSpec } from '../runtime.ts'
import { stateUrl } from '../state-url.ts'
import { archiveToMake, keepArchives } from './class-data.ts'
import type { LocalProcessOptions, LocalProcessRuntime } from './local-process-runtime.ts'
import { GIB } from './memory.ts'
import { currentBootId, isAlive, parseIdentity, selfIdentity } from './process-identity.ts'

/**
 * The run whose JVMs write the class data archives: an attempt like any other, in a folder of its own, with a small
 * program of ours (training/TrainingJob.java), so that no class of a user gets into an archive. It goes through what
 * every job does: start, checkpoints, a savepoint, cancel, and SIGTERM, at which a JVM writes its archive.
 */
const PATIENCE_MS = 90_000
/** Writing the archive happens at the end of the JVM, and at low priority. */
const ENDING_MS = 60_000

/** Folders of a training run that its JVMs write to. */
const MADE = 'made'
const STATE = 'state'

type Create = (options: LocalProcessOptions) => LocalProcessRuntime

/** Returns the names of the archives that were made. */
export async function train(
  options: LocalProcessOptions,
  installation: FlinkInstallation,
  create: Create,
): Promise<string[]> {
  await sweep(options, create)
  const self = selfIdentity()
  const folder = join(options.archivesFolder, `.training-${self.pid}-${self.startTime}-${installation.version}`)
  await mkdir(options.archivesFolder, { recursive: true })
  await makeFolder(folder, options.trainingUser, 'passes')
  await makeFolder(join(folder, MADE), options.trainingUser, 'writes')
  await makeFolder(join(folder, STATE), options.trainingUser, 'writes')
  const runtime = create(trainingOptions(options, folder))
  try {
    const jar = join(folder, 'training.jar')
    const { classPath } = installation
    await makeJar({ sources: join(import.meta.dirname, 'training'), classPath, javaHome: options.java.home }, jar)
    await exercise(runtime, { ...trainingSpec(installation, jar, folder), user: options.trainingUser })
    return await keepArchives({ folder: options.archivesFolder, java: options.java }, installation, join(folder, MADE))
  } finally {
    await runtime.close()
    await removeTree(folder)
  }
}

function trainingOptions(options: LocalProcessOptions, folder: string): LocalProcessOptions {
  return {
    ...options,
    runsFolder: join(folder, 'runs'),
    warmSlots: 0,
    limits: { ...options.limits, terminateMs: ENDING_MS },
    sharingOf: (_, role) => archiveToMake(join(folder, MADE), role),
    commandPrefix: ['nice', '-n', '10'],
  }
}

async function exercise(runtime: LocalProcessRuntime, spec: LaunchSpec): Promise<void> {
  const { attemptId } = spec
  try {
    await runtime.launch(spec, AbortSignal.timeout(PATIENCE_MS))
    await look(runtime, attemptId, (seen) => seen.latestCheckpoint !== null)
    const operationId = randomBytes(16).toString('hex')
    await runtime.requestSavepoint(attemptId, {
      ...{ operationId, thenStop: false },
      directoryUrl: spec.checkpoints.savepointDirectoryUrl,
    })
    while ((await runtime.savepointResult(attemptId, operationId)).is === 'inProgress') await sleep(200)
    await runtime.cancel(attemptId)
    await look(runtime, attemptId, (seen) => seen.flinkJob?.state === 'CANCELED')
  } finally {
    await runtime.kill(attemptId)
  }
}

type Seen = Awaited<ReturnType<LocalProcessRuntime['inspect']>>

async function look(runtime: LocalProcessRuntime, attemptId: string, until: (seen: Seen) => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const seen = await runtime.inspect(attemptId)
    if (until(seen)) return
    if (seen.failure !== null) throw new Error(`The training run failed: ${seen.failure.cause}`)
    if (performance.now() > deadline) throw new Error(`The training run took longer than ${PATIENCE_MS} ms`)
    await sleep(200)
  }
}

function trainingSpec(installation: FlinkInstallation, jar: string, folder: string): Omit<LaunchSpec, 'user'> {
  const state = stateUrl(join(folder, STATE))
  return {
    ...{ attemptId: 'training', projectId: '-', jobId: 0, jobName: 'training' },

    flinkJobId: randomBytes(16).toString('hex'),
    flinkVersion: installation.version,
    shape: {
      jobManager: { cpuCores: 1, memoryBytes: 2 * GIB },
      taskManager: { cpuCores: 1, memoryBytes: 2 * GIB, slots: 1 },
      taskManagers: 1,
      parallelism: 1,
    },
    ...{ mainClass: 'TrainingJob', args: [], jars: [{ name: 'training.jar', path: jar }], files: [] },
    objectsUrl: state,
    ...{ restoreFrom: null, allowNonRestoredState: false, restart: { kind: 'never' }, flinkConfig: {} },
    checkpoints: { directoryUrl: state, savepointDirectoryUrl: state, everySeconds: null, mode: 'exactly_once' },
    logLevels: { root: 'INFO', loggers: {} },
  }
}

/** Ends and removes what trainings left behind whose service is gone. */
async function sweep(options: LocalProcessOptions, create: Create): Promise<void> {
  for (const name of await namesIn(options.archivesFolder)) {
    const [, pid, startTime] = /^\.training-(\d+)-(\d+)-/.exec(name) ?? []
    const owner = parseIdentity(`${pid} ${startTime} ${currentBootId()}`)
    if (owner === null || isAlive(owner)) continue
    const folder = join(options.archivesFolder, name)
    const runtime = create({ ...options, runsFolder: join(folder, 'runs') })
    for (const attemptId of await runtime.find()) await runtime.kill(attemptId)
    await runtime.close()
    await removeTree(folder)
  }
}
