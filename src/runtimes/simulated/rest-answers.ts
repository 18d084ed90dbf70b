import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CompletedCheckpoint } from './checkpointing.ts'
import { JOB_LIFE, type PretendedJob, type TaskState } from './job-life.ts'
import { PACE } from './pace.ts'
import type { PretendedCluster } from './pretended-cluster.ts'

/**
 * Flink's REST API as far as the driver uses it, in the shapes of 1.20 and 2.3 (REST API reference of both; a test compares
 * the fields with those of real Flink). Beside the overview everything about a job is told from a copy that may be
 * `web.refresh-interval` old, and metrics are as old as their last fetch, as in Flink.
 */
export type Answer = Readonly<{ status: number; body: unknown }>

type Cached = { at: number; graph: unknown; checkpoints: unknown; exceptions: unknown }
type Metrics = { at: number; told: unknown[] }

const copies = new WeakMap<PretendedCluster, Cached>()
const metrics = new WeakMap<PretendedCluster, Metrics>()
const ALL_TASKS: readonly string[] = [
  ...['CREATED', 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'],
  ...['FINISHED', 'CANCELING', 'CANCELED', 'FAILED', 'RECONCILING'],
]
const VERTEX = 'cbc357ccb763df2852fee8c4fc7d55f2'
/** A pretended program counts once a millisecond. */
const COUNTS_PER_SECOND = 1000

export function answer(cluster: PretendedCluster, method: string, url: URL, body: unknown): Answer {
  const { pathname } = url
  const [, first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = pathname.split('/')
  if (pathname === '/overview') return ok(overview(cluster))
  if (pathname === '/jobs/overview') return ok({ jobs: cluster.job === null ? [] : [jobLine(cluster, cluster.job)] })
  if (pathname === '/applications/overview' && isLine23(cluster)) return ok(applications(cluster))
  if (first !== 'jobs') return refusal(404, `Unable to load requested file ${pathname}.`)
  if (method === 'POST') return ask(cluster, second, third, body as Record<string, unknown>)
  if (third === 'savepoints') return savepointAnswer(cluster, fourth)
  const { job } = cluster
  if (job === null || second !== cluster.order.spec.flinkJobId) return refusal(404, `Job ${second} not found`)
  if (method === 'PATCH') return cancelAnswer(cluster, job)
  if (third === 'metrics') return ok(metricsAnswer(cluster, job))
  if (third === 'vertices' && fourth === VERTEX && `${fifth}/${sixth}` === 'subtasks/metrics') {
    return ok(vertexMetrics(cluster, job, url.searchParams.get('get')))
  }
  const copy = copyOf(cluster, job)
  const answers: Record<string, unknown> = {
    '': copy.graph,
    checkpoints: copy.checkpoints,
    exceptions: copy.exceptions,
  }
  return third in answers ? ok(answers[third]) : refusal(404, `Unable to load requested file ${pathname}.`)
}

/** What a JobManager writes down of a job that ended (jobmanager.archive.fs.dir); 2.3 nests it. */
export function writeArchive(cluster: PretendedCluster): void {
  const { folder, spec } = cluster.order
  if (cluster.job === null) return
  const nested = ['0'.repeat(32), 'applications', spec.flinkJobId, 'jobs']
  const path = join(folder.archive, ...(isLine23(cluster) ? nested : []), spec.flinkJobId)
  const pages = {
    '/jobs/overview': { jobs: [jobLine(cluster, cluster.job)] },
    [`/jobs/${spec.flinkJobId}`]: graph(cluster, cluster.job),
    [`/jobs/${spec.flinkJobId}/exceptions`]: exceptions(cluster, cluster.job),
  }
  const archive = Object.entries(pages).map(([page, content]) => ({ path: page, json: JSON.stringify(content) }))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify({ archive }))
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const refusal = (status: number, text: string): Answer => ({ status, body: { errors: [text] } })
const isLine23 = ({ order }: PretendedCluster) => order.flinkVersion.startsWith('2.3')

function overview(cluster: PretendedCluster) {
  const { spec, flinkVersion } = cluster.order
  const { state } = JOB_LIFE[cluster.job?.phase ?? 'INITIALIZING']
  const slots = cluster.registeredTaskManagers * spec.shape.taskManager.slots
  const used = state === 'RUNNING' ? Math.min(slots, spec.shape.parallelism) : 0
  return {
    taskmanagers: cluster.registeredTaskManagers,
    'slots-total': slots,
    'slots-available': slots - used,
    'jobs-running': state === 'RUNNING' ? 1 : 0,
    'jobs-finished': state === 'FINISHED' ? 1 : 0,
    'jobs-cancelled': state === 'CANCELED' ? 1 : 0,
    'jobs-failed': state === 'FAILED' ? 1 : 0,
    'flink-version': flinkVersion,
    'flink-commit': 'pretend',
  }
}

function jobLine(cluster: PretendedCluster, job: PretendedJob) {
  const { spec } = cluster.order
  const counts = taskCounts(cluster, job)
  return {
    jid: spec.flinkJobId,
    name: spec.jobName,
    ...(isLine23(cluster) ? { jobType: 'STREAMING', schedulerType: 'Default' } : {}),
    ...timesOf(job),
    state: JOB_LIFE[job.phase].state,
    'last-modification': job.modifiedAt,
    tasks: {
      total: Object.values(counts).reduce((sum, count) => sum + count, 0),
      ...Object.fromEntries(Object.entries(counts).map(([state, count]) => [state.toLowerCase(), count])),
    },
    ...(isLine23(cluster) ? { 'pending-operators': 0 } : {}),
  }
}

function timesOf(job: PretendedJob) {
  return {
    'start-time': job.startedAt,
    'end-time': job.endedAt ?? -1,
    duration: (job.endedAt ?? Date.now()) - job.startedAt,
  }
}

/** One vertex, whose tasks are all in the same state. */
function taskCounts(cluster: PretendedCluster, job: PretendedJob): Record<string, number> {
  const { tasks } = JOB_LIFE[job.phase]
  const count = (state: string) => (state === tasks ? cluster.order.spec.shape.parallelism : 0)
  return Object.fromEntries(ALL_TASKS.map((state) => [state, count(state)]))
}

function graph(cluster: PretendedCluster, job: PretendedJob) {
  const { spec } = cluster.order
  const states = [
    'INITIALIZING',
    'CREATED',
    'RUNNING',
    'FAILING',
    'FAILED',
    'CANCELLING',
    'CANCELED',
    'FINISHED',
  ] as const
  const others = ['RESTARTING', 'SUSPENDED', 'RECONCILING'] as const
  return {
    jid: spec.flinkJobId,
    ...(isLine23(cluster) ? { 'application-id': spec.flinkJobId } : {}),
    name: spec.jobName,
    isStoppable: false,
    state: JOB_LIFE[job.phase].state,
    'job-type': 'STREAMING',
    ...(isLine23(cluster) ? { schedulerType: 'Default', 'pending-operators': 0 } : {}),
    ...timesOf(job),
    maxParallelism: -1,
    now: Date.now(),
    timestamps: Object.fromEntries([...states, ...others].map((state) => [state, job.moments.get(state) ?? 0])),
    vertices: JOB_LIFE[job.phase].tasks === null ? [] : [vertex(cluster, job)],
    'status-counts': taskCounts(cluster, job),
    plan: planOf(cluster),
  }
}

function vertex(cluster: PretendedCluster, job: PretendedJob) {
  const { parallelism } = cluster.order.spec.shape
  const status: TaskState = JOB_LIFE[job.phase].tasks ?? 'CREATED'
  const described = {
    id: VERTEX,
    name: 'Source: Pretended -> Sink: Pretended',
    maxParallelism: 128,
    parallelism,
    status,
  }
  return { ...described, ...timesOf(job), tasks: taskCounts(cluster, job) }
}

function planOf(cluster: PretendedCluster) {
  const { spec } = cluster.order
  const node = { id: VERTEX, parallelism: spec.shape.parallelism, operator: '', operator_strategy: '' }
  return {
    jid: spec.flinkJobId,
    name: spec.jobName,
    type: 'STREAMING',
    nodes: [{ ...node, description: 'Pretended<br/>', optimizer_properties: {} }],
  }
}

function applications(cluster: PretendedCluster) {
  const state = cluster.job === null ? null : JOB_LIFE[cluster.job.phase].state
  const status = cluster.programEnded ? (state === 'FAILED' ? 'FAILED' : 'FINISHED') : 'RUNNING'
  const { spec } = cluster.order
  return {
    applications: [{ id: spec.flinkJobId, name: spec.mainClass, status, jobs: state === null ? {} : { [state]: 1 } }],
  }
}

function copyOf(cluster: PretendedCluster, job: PretendedJob): Cached {
  const known = copies.get(cluster)
  if (known && Date.now() - known.at < PACE.refreshMs) return known
  const fresh = {
    at: Date.now(),
    graph: graph(cluster, job),
    checkpoints: checkpointsAnswer(cluster),
    exceptions: exceptions(cluster, job),
  }
  copies.set(cluster, fresh)
  return fresh
}

/** A fetch is begun by a question and answers the next one. */
function metricsAnswer(cluster: PretendedCluster, job: PretendedJob): unknown[] {
  const known = metrics.get(cluster) ?? { at: 0, told: [] }
  if (Date.now() - known.at >= PACE.metricsMs) {
    metrics.set(cluster, { at: Date.now(), told: [{ id: 'numRestarts', value: String(job.restarts) }] })
  }
  return known.told
}

/** Names only, unless some are asked for. Flink tells of none before its tasks run. */
function vertexMetrics({ checkpointing }: PretendedCluster, job: PretendedJob, get: string | null): unknown[] {
  if (job.phase !== 'RUNNING') return []
  const { count } = checkpointing
  const values: Record<string, number> = { numRecordsIn: 0, numRecordsOut: 0 }
  for (const direction of ['Source__Pretended.numRecordsOut', 'Sink__Pretended.numRecordsIn']) {
    values[direction] = count
    values[`${direction}PerSecond`] = COUNTS_PER_SECOND
  }
  const names = get === null ? Object.keys(values) : get.split(',').filter((name) => name in values)
  return names.map((id) => (get === null ? { id } : { id, sum: values[id] }))
}

function exceptions(cluster: PretendedCluster, job: PretendedJob) {
  const entries = job.failures.map(({ at, trace }) => ({
    exceptionName: trace.split(':')[0],
    stacktrace: trace,
    timestamp: at,
    failureLabels: {},
    concurrentExceptions: [],
  }))
  const history = { exceptionHistory: { entries, truncated: false } }
  if (isLine23(cluster)) return history
  const [newest] = job.failures
  const root = { 'root-exception': newest?.trace ?? null, timestamp: newest?.at ?? null }
  return { ...root, 'all-exceptions': [], truncated: false, ...history }
}

function checkpointsAnswer({ checkpointing }: PretendedCluster) {
  const { completed, failures } = checkpointing
  const newest = (isSavepoint: boolean) => completed.find((each) => each.isSavepoint === isSavepoint)
  const orNull = (each: CompletedCheckpoint | undefined) => (each === undefined ? null : completedEntry(each))
  return {
    counts: {
      ...{ restored: 0, in_progress: 0, completed: completed.length, failed: failures },
      total: completed.length + failures,
    },
    latest: { completed: orNull(newest(false)), savepoint: orNull(newest(true)), failed: null, restored: null },
    history: completed.map(completedEntry),
  }
}

function completedEntry({ id, at, url, isSavepoint }: CompletedCheckpoint) {
  return {
    className: 'completed',
    id,
    status: 'COMPLETED',
    is_savepoint: isSavepoint,
    trigger_timestamp: at,
    latest_ack_timestamp: at,
    checkpoint_type: isSavepoint ? 'SAVEPOINT' : 'CHECKPOINT',
    // Flink writes no authority: `file:/a/b`.
    external_path: url.replace('file://', 'file:'),
    discarded: false,
  }
}

/** Flink takes every request for a savepoint and tells by the result that it was in vain, also that the job is unknown. */
function ask(cluster: PretendedCluster, flinkJobId: string, what: string, body: Record<string, unknown>): Answer {
  if (flinkJobId !== cluster.order.spec.flinkJobId) return { status: 202, body: { 'request-id': body.triggerId } }
  const directory = body['target-directory'] ?? body.targetDirectory
  const triggerId = String(body.triggerId)
  cluster.requestSavepoint({ triggerId, directoryUrl: String(directory), thenStop: what === 'stop' })
  return { status: 202, body: { 'request-id': triggerId } }
}

function savepointAnswer({ checkpointing }: PretendedCluster, triggerId: string): Answer {
  const result = checkpointing.savepoints.get(triggerId)
  if (result === undefined) {
    return refusal(404, `There is no savepoint operation with triggerId=${triggerId}`)
  }
  if (result === null) return ok({ status: { id: 'IN_PROGRESS' }, operation: null })
  const operation =
    'location' in result
      ? { location: result.location.replace('file://', 'file:') }
      : { 'failure-cause': { class: result.failure.split(':')[0], 'stack-trace': result.failure } }
  return ok({ status: { id: 'COMPLETED' }, operation })
}

function cancelAnswer(cluster: PretendedCluster, job: PretendedJob): Answer {
  cluster.cancel()
  return job.endedAt !== null && job.phase !== 'CANCELED'
    ? refusal(409, 'The job has ended')
    : { status: 202, body: {} }
}
