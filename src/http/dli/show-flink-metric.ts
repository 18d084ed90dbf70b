import { type Static, Type } from 'typebox'
import type { JobCounters, OperatorCounter } from '../../runtimes/runtime.ts'
import { projectEndpoint } from '../endpoint.ts'
import { JobIds } from './batch.ts'
import { toJobId } from './job-id.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { SUCCESS, SuccessBoolean } from './success.ts'

const Counter = Type.Object({
  name: Type.String({ description: 'Name of the operator in Flink, such as "Source: orders".' }),
  records: Type.Integer({ description: 'Records since the run began.' }),
  corrupted_records: Type.Integer({ description: 'Records it could not read or write, where it counts them.' }),
})

const Metrics = Type.Object({
  sources: Type.Array(Counter, { description: 'Empty when the job does not run, or Flink does not tell in time.' }),
  sinks: Type.Array(Counter),
  total_read_rate: Type.Number({ description: 'Records per second of all sources.' }),
  total_write_rate: Type.Number({ description: 'Records per second of all sinks.' }),
})

export const showFlinkMetric = projectEndpoint({
  place: dliOperation('showFlinkMetric'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  description: 'What Flink counts, a few seconds old. One unknown job refuses the whole request.',
  body: Type.Object({ job_ids: JobIds }),
  answer: Type.Object({
    is_success: SuccessBoolean,
    message: Type.String(),
    metrics: Type.Object({ jobs: Type.Array(Type.Object({ job_id: Type.Integer(), metrics: Metrics })) }),
  }),
  async handle({ jobs }, { caller, body, language }) {
    const ids = [...new Set(body.job_ids.map(toJobId))]
    const counters = await jobs.counters(caller.projectId, ids)
    return {
      is_success: SUCCESS,
      message: MESSAGES.metricsShown[language],
      metrics: { jobs: ids.map((id) => ({ job_id: id, metrics: toMetrics(counters.get(id) ?? NONE) })) },
    }
  },
})

const NONE: JobCounters = { sources: [], sinks: [] }

function toMetrics({ sources, sinks }: JobCounters): Static<typeof Metrics> {
  return {
    sources: sources.map(toCounter),
    sinks: sinks.map(toCounter),
    total_read_rate: totalRate(sources),
    total_write_rate: totalRate(sinks),
  }
}

function toCounter({ name, records, corruptedRecords }: OperatorCounter): Static<typeof Counter> {
  return { name, records, corrupted_records: corruptedRecords }
}

function totalRate(counters: readonly OperatorCounter[]): number {
  return counters.reduce((sum, { recordsPerSecond }) => sum + recordsPerSecond, 0)
}
