import type { JobCounters, OperatorCounter } from '../runtime.ts'
import { operatorMetrics, summedMetrics, type Vertex, verticesOf } from './flink-answers.ts'
import type { FlinkRest } from './flink-rest.ts'

/**
 * What the sources and sinks of a running job have counted (Flink docs, "Metrics", System metrics, IO). Flink keeps metrics by
 * operator only inside a vertex, under names of its own: a source's begin with `Source: `, a sink's with `Sink: ` or end with
 * `: Writer`, with `_` for what a metric's name must not hold. The numbers are as old as Flink's last fetch of them
 * (metrics.fetcher.update-interval), and none right after the start.
 */
const VERTICES_MAX = 50

type Direction = Readonly<{ isMeant: (operator: string) => boolean; count: string; errors: readonly string[] }>

const SOURCE: Direction = {
  isMeant: (operator) => operator.startsWith('Source__'),
  count: 'numRecordsOut',
  errors: ['numRecordsInErrors'],
}
const SINK: Direction = {
  isMeant: (operator) => /^Sink__(?!.*Committer$)|__Writer$/u.test(operator),
  count: 'numRecordsIn',
  errors: ['numRecordsSendErrors'],
}

/** @throws Unreachable */
export async function readCounters(rest: FlinkRest, port: number, flinkJobId: string): Promise<JobCounters> {
  const job = `/jobs/${flinkJobId}`
  const vertices = verticesOf(await rest.read(port, job))
    .filter(mayCount)
    .slice(0, VERTICES_MAX)
  const read = await Promise.all(vertices.map((vertex) => countersOf(rest, port, job, vertex)))
  return { sources: read.flatMap(({ sources }) => sources), sinks: read.flatMap(({ sinks }) => sinks) }
}

function mayCount({ name }: Vertex): boolean {
  return /Source: |Sink: |: Writer/u.test(name)
}

async function countersOf(rest: FlinkRest, port: number, job: string, { id, name }: Vertex): Promise<JobCounters> {
  const path = `${job}/vertices/${id}/subtasks/metrics`
  const operators = operatorMetrics(await rest.read(port, path))
  const wanted = [...operators].filter(([operator]) => SOURCE.isMeant(operator) || SINK.isMeant(operator))
  const ids = wanted.flatMap(([operator, metrics]) => metrics.filter(isRead).map((metric) => `${operator}.${metric}`))
  if (ids.length === 0) return { sources: [], sinks: [] }
  const sums = summedMetrics(await rest.read(port, `${path}?agg=sum&get=${ids.map(encodeURIComponent).join(',')}`))
  const counters = (direction: Direction) =>
    wanted
      .map(([operator]) => operator)
      .filter(direction.isMeant)
      .map((operator) => counterOf(operator, direction, sums, name))
  return { sources: counters(SOURCE), sinks: counters(SINK) }
}

const READ = new Set([SOURCE, SINK].flatMap(({ count, errors }) => [count, `${count}PerSecond`, ...errors]))
const isRead = (metric: string) => READ.has(metric)

function counterOf(
  operator: string,
  { count, errors }: Direction,
  sums: ReadonlyMap<string, number>,
  vertexName: string,
): OperatorCounter {
  const sum = (metric: string) => sums.get(`${operator}.${metric}`) ?? 0
  return {
    name: operatorName(operator, vertexName),
    records: Math.round(sum(count)),
    corruptedRecords: Math.round(errors.reduce((total, each) => total + sum(each), 0)),
    recordsPerSecond: sum(`${count}PerSecond`),
  }
}

/** The operator as the program named it, found in the name of its vertex: `Source: a -> (Map, Sink: b)`. */
function operatorName(operator: string, vertexName: string): string {
  const parts = vertexName.split(/ -> |[(),] ?/u).map((part) => part.trim())
  return parts.find((part) => part.replace(/[ .:,]/gu, '_') === operator) ?? operator
}
