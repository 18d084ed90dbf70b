import { isBucketPath } from './bucket-path.ts'
import { type JobSettings, type JobType, kindOfType, type RunMode } from './job.ts'
import { JOB_ERRORS } from './job-errors.ts'
import type { JobParts } from './job-parts.ts'
import type { NewJob } from './job-service.ts'

/**
 * SQL jobs: what DLI asks of them, beside what it asks of every job. They are stored in full and do not run yet
 * (reconciler/decide/going-up.ts).
 */
export type NewSqlJob = Omit<NewJob, 'type' | 'sqlBody'> &
  Readonly<{
    /** Null: what suits `runMode`. */
    type: JobType | null
    /** Null: what suits `type` and the queue. */
    runMode: RunMode | null
    /** Empty: from the template. */
    sqlBody: string
    templateId: number | null
  }>

/** DLI, creating a Flink SQL job: the longest text, in characters. */
const SQL_LENGTH_MAX = 1_048_576

/** The types that suit each mode, the default first. */
const TYPES_OF: Readonly<Record<RunMode, readonly JobType[]>> = {
  exclusive_cluster: ['flink_opensource_sql_job', 'flink_sql_job'],
  shared_cluster: ['flink_sql_job'],
  edge_node: ['flink_sql_edge_job'],
}

/** Fills in what the request leaves open. @throws Refusal `job.modeUnsuited`, `template.notFound` */
export async function completeSqlJob(parts: JobParts, projectId: string, wanted: NewSqlJob): Promise<NewJob> {
  const { runMode: givenMode, type: givenType, templateId, ...rest } = wanted
  const runMode = givenMode ?? modeFor(givenType, wanted.queueName !== null)
  const type = givenType ?? TYPES_OF[runMode][0] ?? 'flink_sql_job'
  if (kindOfType(type) !== 'sql') throw JOB_ERRORS.modeUnsuited(type, runMode)
  const sqlBody =
    wanted.sqlBody === '' && templateId !== null ? await parts.sqlOfTemplate(projectId, templateId) : wanted.sqlBody
  return { ...rest, type, sqlBody, settings: { ...wanted.settings, runMode } }
}

/** A queue means a cluster of one's own; without one DLI's default is the shared cluster, for the types that it takes. */
function modeFor(type: JobType | null, hasQueue: boolean): RunMode {
  if (type === 'flink_sql_edge_job') return 'edge_node'
  return hasQueue || type === 'flink_opensource_sql_job' ? 'exclusive_cluster' : 'shared_cluster'
}

/** @throws Refusal `job.modeUnsuited` */
export function checkMode(type: JobType, runMode: RunMode): void {
  const suits = kindOfType(type) === 'jar' ? runMode === 'exclusive_cluster' : TYPES_OF[runMode].includes(type)
  if (!suits) throw JOB_ERRORS.modeUnsuited(type, runMode)
}

/** @throws Refusal `job.sqlTooLong` */
export function checkSqlBody(sql: string): void {
  if (sql.length <= SQL_LENGTH_MAX) return
  const isLonger = sql.length > 2 * SQL_LENGTH_MAX || [...sql].length > SQL_LENGTH_MAX
  if (isLonger) throw JOB_ERRORS.sqlTooLong(SQL_LENGTH_MAX)
}

/** What holds of a Jar job, too, as it has none of these. */
export function checkSqlSettings(settings: JobSettings): void {
  const { runMode, udfJarUrl, edgeGroupIds, idleStateRetentionSeconds, dirtyDataStrategy } = settings
  if (runMode === 'edge_node' && !edgeGroupIds?.some((id) => id !== '')) throw JOB_ERRORS.edgeGroupsMissing()
  if (runMode === 'shared_cluster' && udfJarUrl !== null) throw JOB_ERRORS.udfOnSharedCluster()
  if (idleStateRetentionSeconds !== null && idleStateRetentionSeconds < 1) throw JOB_ERRORS.idleStateRetentionBad()
  if (dirtyDataStrategy !== null && !isDirtyDataStrategy(dirtyDataStrategy)) throw JOB_ERRORS.dirtyDataStrategyBad()
  checkJson('operator_config', settings.operatorConfig)
  checkJson('static_estimator_config', settings.staticEstimatorConfig)
}

function isDirtyDataStrategy(text: string): boolean {
  if (text === '0' || text === '1') return true
  return text.startsWith('2:') && isBucketPath(text.slice('2:'.length).replace(/^obs:\/\//u, ''))
}

/** Both have the form `{"operator_list":[…]}`; the entries are the SQL runner's to read. */
function checkJson(field: string, text: string | null): void {
  if (text === null || hasOperatorList(text)) return
  throw JOB_ERRORS.fieldBad(
    field,
    'Give JSON text such as {"operator_list":[{"id":"…"}]}.',
    '请使用 {"operator_list":[{"id":"…"}]} 形式的JSON文本。',
  )
}

function hasOperatorList(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'operator_list' in value && Array.isArray(value.operator_list)
  } catch {
    return false
  }
}
