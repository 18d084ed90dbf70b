import type { CheckpointView, FlinkJobState, FlinkJobView, SavepointView } from '../runtime.ts'
import { normalStateUrl } from '../state-url.ts'
import { rootCause } from './failure.ts'

/**
 * What Flink's REST answers mean for an observation. Pure; every field is looked at before it is believed, because the
 * answers of the two lines differ (1.x has `root-exception`, 2.x only `exceptionHistory`; 2.x adds fields).
 */
type Json = Readonly<Record<string, unknown>>

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Flink writes -1 for a moment that has not come. */
function moment(value: unknown): Date | null {
  return typeof value === 'number' && value > 0 ? new Date(value) : null
}

const STATES = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const satisfies readonly FlinkJobState[]

const ENDS: readonly FlinkJobState[] = ['FAILED', 'CANCELED', 'FINISHED']

/** Globally terminal: Flink will never change it again. */
export function isEnd(state: FlinkJobState): boolean {
  return ENDS.includes(state)
}

/** One line of `GET /jobs/overview`. */
export type JobLine = Readonly<{
  state: FlinkJobState
  /** Changes whenever the state of the job or the count of any task state does. */
  version: string
  tasks: FlinkJobView['tasks']
  startedAt: Date | null
  endedAt: Date | null
  /** When a task last took another state. */
  changedAt: Date | null
}>

export function jobLine(overview: unknown, flinkJobId: string): JobLine | null {
  const line = list(object(overview).jobs)
    .map(object)
    .find((job) => job.jid === flinkJobId)
  const state = STATES.find((known) => known === line?.state)
  if (line === undefined || state === undefined) return null
  const tasks = object(line.tasks)
  return {
    state,
    version: JSON.stringify([state, line['last-modification'], tasks]),
    tasks: { total: number(tasks.total), running: number(tasks.running), finished: number(tasks.finished) },
    startedAt: moment(line['start-time']),
    endedAt: moment(line['end-time']),
    changedAt: moment(line['last-modification']),
  }
}

/** `job-type` of `GET /jobs/<id>`: BATCH, STREAMING, or absent in old releases. */
export function isBatch(job: unknown): boolean {
  return object(job)['job-type'] === 'BATCH'
}

/**
 * Job state RUNNING only says that scheduling has begun (and stays so while all tasks wait for a TaskManager), so the
 * tasks are counted. The later tasks of a batch job wait in CREATED by design: there any task will do.
 */
export function tasksUp(line: JobLine, batch: boolean): boolean {
  const up = line.tasks.running + line.tasks.finished
  if (line.state !== 'RUNNING' || line.tasks.total === 0) return line.state === 'FINISHED'
  return batch ? up > 0 : up === line.tasks.total
}

export function registeredTaskManagers(overview: unknown): number | null {
  const count = object(overview).taskmanagers
  return typeof count === 'number' ? count : null
}

/** `GET /jobs/<id>/metrics?get=numRestarts`: a list of `{id, value}`, empty while the metric is not fetched yet. */
export function restarts(metrics: unknown): number | null {
  const value = list(metrics)
    .map(object)
    .find((metric) => metric.id === 'numRestarts')?.value
  return value === undefined ? null : Math.max(0, Number(value) || 0)
}

export type CheckpointAnswers = Readonly<{ latest: CheckpointView | null; first: Date | null }>

/** `GET /jobs/<id>/checkpoints`. Savepoints are checkpoints to Flink; they are left out here. */
export function checkpoints(answer: unknown, objectsUrl: string): CheckpointAnswers {
  const body = object(answer)
  const complete = [...list(body.history), object(body.latest).completed]
    .map(object)
    .filter((entry) => entry.status === 'COMPLETED' && entry.is_savepoint !== true)
  const views = complete.flatMap((entry) => {
    const url = text(entry.external_path)
    const completedAt = moment(entry.latest_ack_timestamp)
    if (url === null || completedAt === null) return []
    return [{ url: normalStateUrl(url, objectsUrl), completedAt, id: number(entry.id) }]
  })
  views.sort((a, b) => b.id - a.id)
  return { latest: views[0] ?? null, first: views.at(-1)?.completedAt ?? null }
}

/** `GET /jobs/<id>/savepoints/<trigger id>`. A savepoint that failed is "completed" too, with a `failure-cause`. */
export function savepoint(answer: unknown, objectsUrl: string): SavepointView {
  const { status, operation } = object(answer)
  if (object(status).id !== 'COMPLETED') return { is: 'inProgress' }
  const location = text(object(operation).location)
  if (location !== null) return { is: 'completed', locationUrl: normalStateUrl(location, objectsUrl) }
  const cause = object(object(operation)['failure-cause'])
  const trace = text(cause['stack-trace'])
  return { is: 'failed', reason: trace === null ? (text(cause.class) ?? 'Flink gave no reason') : rootCause(trace) }
}

/** Failures that Flink mended by a restart, as far as its history reaches; the last one of a FAILED job it did not. */
export function mendedFailures(answer: unknown, state: FlinkJobState): number {
  const { length } = list(object(object(answer).exceptionHistory).entries)
  return state === 'FAILED' ? Math.max(0, length - 1) : length
}

/** When each failure of Flink's history was, newest first. */
export function failureTimes(answer: unknown): Date[] {
  return list(object(object(answer).exceptionHistory).entries)
    .map((entry) => moment(object(entry).timestamp))
    .filter((at) => at !== null)
}

/** The newest stack trace of `GET /jobs/<id>/exceptions`. */
export function newestException(answer: unknown): string | null {
  const body = object(answer)
  const newest = object(list(object(body.exceptionHistory).entries)[0])
  return text(newest.stacktrace) ?? text(body['root-exception'])
}

/** `{archive: [{path, json}]}`, written by a JobManager at the end of a job (jobmanager.archive.fs.dir). */
export function archivedAnswer(archive: unknown, path: string): unknown {
  const entry = list(object(archive).archive)
    .map(object)
    .find((each) => each.path === path)
  const json = text(entry?.json)
  return json === null ? null : JSON.parse(json)
}

export type Vertex = Readonly<{ id: string; name: string }>

/** Of `GET /jobs/<id>`. */
export function verticesOf(job: unknown): Vertex[] {
  return list(object(job).vertices)
    .map(object)
    .flatMap(({ id, name }) => (typeof id === 'string' && typeof name === 'string' ? [{ id, name }] : []))
}

/**
 * Names of operators and of their metrics, from `GET /jobs/<id>/vertices/<id>/subtasks/metrics`: `<operator>.<metric>`. Flink
 * takes dots out of names of operators; metrics have some (`split.1.watermark.…`).
 */
export function operatorMetrics(metrics: unknown): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { id } of list(metrics).map(object)) {
    const [, operator, metric] = /^([^.]+)\.(.+)$/su.exec(String(id)) ?? []
    if (operator && metric) found.set(operator, [...(found.get(operator) ?? []), metric])
  }
  return found
}

/** `[{id, sum}]`, the answer to the same with `get` and `agg=sum`. */
export function summedMetrics(metrics: unknown): Map<string, number> {
  return new Map(list(metrics).map((each) => [String(object(each).id), number(object(each).sum)]))
}

/**
 * `GET /applications/overview` (2.3 and later): true when the program has ended and no job came of it. Earlier releases
 * end the JobManager in that case.
 */
export function endedWithoutJob(applications: unknown): boolean {
  const application = object(list(object(applications).applications)[0])
  const ended = application.status === 'FINISHED' || application.status === 'FAILED'
  return ended && Object.keys(object(application.jobs)).length === 0 && list(application.jobs).length === 0
}
