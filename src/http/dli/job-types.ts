import type { JobType } from '../../jobs/index.ts'

export const JOB_TYPES = [
  'flink_sql_job',
  'flink_opensource_sql_job',
  'flink_sql_edge_job',
  'flink_jar_job',
] as const satisfies JobType[]
