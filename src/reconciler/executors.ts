import type { Artifacts, MaterialisedArtifact } from '../artifacts/index.ts'
import { readJarManifest } from '../artifacts/index.ts'
import type { JobParts } from '../jobs/job-parts.ts'
import { placesOf } from '../jobs/job-places.ts'
import { type LaunchPlan, launchPlanOf, withValues } from '../jobs/launch-plan.ts'
import { messageOf, Refusal } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Failure, LaunchFile, LaunchSpec, Runtime } from '../runtimes/runtime.ts'
import type { ObjectStore } from '../storage/index.ts'
import type { LaunchValues } from '../variables/index.ts'
import { logReader } from './log-reader.ts'
import { TEXTS } from './texts.ts'
import type { Executors, JobView } from './view.ts'

export type ExecutorParts = Pick<JobParts, 'database' | 'store' | 'clock'> &
  Readonly<{
    objects: ObjectStore
    runtime: Runtime
    artifacts: Pick<Artifacts, 'materialise'>
    launchValues: Pick<LaunchValues, 'of' | 'forget'>
    logger: Logger
    /** The user id for the jobs of a project, always the same; null: they run as the service does. */
    userOf: (projectId: string) => Promise<number | null>
  }>

/** One executor per action. None decides anything; each may be run twice. */
export function createExecutors(parts: ExecutorParts): Executors {
  const { runtime } = parts
  return {
    launch: (args, view, signal) => launch(parts, args.attemptId, view, signal),
    cancel: ({ attemptId }) => runtime.cancel(attemptId),
    kill: ({ attemptId }) => runtime.kill(attemptId),
    replaceTaskManagers: ({ attemptId }) => runtime.replaceTaskManagers(attemptId),
    savepoint: (args, view) => requestSavepoint(parts, args, view),
    keepGraph: (_args, view) => keepGraph(parts, view),
    exportLogs: (_args, view) => exportLogs(parts, view),
    tidy: ({ attemptId }) => runtime.tidy(attemptId),
    dispose: async ({ attemptIds }) => {
      for (const attemptId of attemptIds) await runtime.dispose(attemptId)
      await parts.launchValues.forget(attemptIds)
    },
  }
}

/** Fetches the files and starts the cluster. What a person must mend is recorded with the attempt; the next pass ends it. */
async function launch(parts: ExecutorParts, attemptId: string, view: JobView, signal: AbortSignal): Promise<void> {
  if (!view.attempt) return
  const values = await parts.launchValues.of(parts.database.db, attemptId)
  const recorded = launchPlanOf(view.attempt)
  try {
    const plan = withValues(recorded, values)
    await parts.runtime.launch(await toLaunchSpec(parts, plan), signal)
    await patchAttempt(parts, attemptId, { launchedAt: parts.clock.now() })
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof Refusal)) {
      await noteTrouble(parts, view, messageOf(error))
      throw error
    }
    parts.logger.warn({ attemptId, code: error.code, reason: error.message }, 'launch refused')
    await patchAttempt(parts, attemptId, { failure: failureFrom(error) })
  }
}

/** A start that failed for a reason that may pass is tried again until its patience ends; meanwhile its job says why. */
async function noteTrouble({ database, store, clock }: ExecutorParts, { job }: JobView, reason: string): Promise<void> {
  const status = TEXTS.triedAgain(reason)
  await database.transact(async (tx) => {
    const current = await store.load(tx.db, job.id)
    if (current?.state === job.state && current.status.en !== status.en)
      await store.patch(tx, current, { status }, clock.now())
  })
}

async function toLaunchSpec(parts: ExecutorParts, plan: LaunchPlan): Promise<LaunchSpec> {
  const { entrypoint, dependencyJars, dependencyFiles, mainClass, note: _note, askedAt: _asked, ...rest } = plan
  const fetch = (reference: string) => parts.artifacts.materialise(plan.projectId, reference)
  const [main, ...jars] = await Promise.all([entrypoint, ...dependencyJars].map(fetch))
  if (!main) throw new Error('a launch plan names its entrypoint')
  return {
    ...rest,
    user: await parts.userOf(plan.projectId),
    mainClass: mainClass ?? (await mainClassOf(main)),
    jars: [main, ...jars].map(toFile),
    files: (await Promise.all(dependencyFiles.map(fetch))).map(toFile),
  }
}

const toFile = ({ name, path }: MaterialisedArtifact): LaunchFile => ({ name, path })

async function mainClassOf(jar: MaterialisedArtifact): Promise<string> {
  const { mainClass } = await readJarManifest(jar.path, jar.name)
  if (mainClass) return mainClass
  throw new Refusal('launch.noMainClass', {
    en: `main_class is not set and the manifest of ${jar.name} names none. Set main_class to the class with the main method.`,
    zh: `未设置 main_class，且 ${jar.name} 的清单文件中没有主类。请将 main_class 设置为包含main方法的类。`,
  })
}

/** The whole text is both cause and advice; it stands in both languages. */
function failureFrom(refusal: Refusal): Failure {
  return { cause: '', advice: refusal.texts, detail: refusal.code }
}

async function requestSavepoint(
  { runtime, objects }: ExecutorParts,
  { attemptId, operationId }: { attemptId: string; operationId: string },
  { job, operation }: JobView,
): Promise<void> {
  if (!operation) return
  const [bucket = '', ...key] = operation.directory.split('/')
  await objects.ensureBucket({ projectId: job.projectId, bucket })
  await runtime.requestSavepoint(attemptId, {
    operationId,
    directoryUrl: objects.flinkUrl({ projectId: job.projectId, bucket, key: key.join('/') }),
    thenStop: operation.kind === 'stopWithSavepoint',
  })
}

/** A longer graph is not kept; while the run folder is there it can be read all the same. */
const GRAPH_LENGTH_MAX = 1024 ** 2

/**
 * Keeps what Flink tells of the run, when it begins and as it was at its end: the plan with the job (detail: execution_graph),
 * and the graph of its newest run. Best effort: what is gone tells nothing.
 */
async function keepGraph({ runtime, database, store, clock }: ExecutorParts, { job, attempt }: JobView): Promise<void> {
  const graph = attempt ? await runtime.executionGraph(attempt.id) : null
  if (!attempt || typeof graph !== 'object' || graph === null || !('plan' in graph)) return
  const executionGraph = JSON.stringify(graph.plan)
  const whole = JSON.stringify(graph)
  await database.transact(async (tx) => {
    const current = await store.load(tx.db, job.id)
    if (!current || current.state === 'deleting') return
    if (whole.length <= GRAPH_LENGTH_MAX) await store.writeGraph(tx, job.id, attempt.id, whole)
    if (current.executionGraph !== executionGraph) await store.patch(tx, current, { executionGraph }, clock.now())
  })
}

/** A program can make its log files as large as it likes, also without taking disk space for them. */
const EXPORT_MAX_BYTES = 1024 ** 3

/** DLI's log dump: with log_enabled the run's logs go to the job's bucket (OBS, jobs/logs). Only files that grew. */
async function exportLogs({ runtime, objects, logger }: ExecutorParts, { job, attempt }: JobView): Promise<void> {
  if (!attempt || !job.settings.logEnabled || job.settings.obsBucket === null) return
  const folder = placesOf.logs(job, attempt.createdAt)
  try {
    await objects.ensureBucket({ projectId: job.projectId, bucket: folder.bucket })
    let leftBytes = EXPORT_MAX_BYTES
    for (const log of await runtime.listLogs(attempt.id)) {
      if (log.sizeBytes > leftBytes) continue
      leftBytes -= log.sizeBytes
      const ref = { ...folder, key: `${folder.key}/${log.name}` }
      if ((await objects.stat(ref))?.sizeBytes === log.sizeBytes) continue
      await objects.put(ref, logReader(runtime, attempt.id, log))
    }
  } catch (error) {
    logger.warn({ err: error, attemptId: attempt.id }, 'writing the logs of a run to its bucket failed')
  }
}

async function patchAttempt(
  { database, store }: ExecutorParts,
  id: string,
  patch: Parameters<ExecutorParts['store']['patchAttempt']>[2],
): Promise<void> {
  await database.transact((tx) => store.patchAttempt(tx, id, patch))
}
