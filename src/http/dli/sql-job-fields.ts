import { type Static, Type } from 'typebox'
import type { GivenSettings, RunMode } from '../../jobs/index.ts'
import { boolean, choice, given, integer, optional, text, texts } from './fields.ts'
import {
  CONFIG_LENGTH_MAX,
  JOB_FIELDS,
  onlyGiven,
  REFERENCE_LENGTH_MAX,
  textOrNull,
  toCommonSettings,
} from './job-fields.ts'

const RUN_MODES = ['shared_cluster', 'exclusive_cluster', 'edge_node'] as const satisfies RunMode[]

const EDGE_GROUP_LENGTH_MAX = 64

/**
 * The settings of an SQL job: those of any job, and what only an SQL job has. graph_editor_* and config_url are in DLI's
 * answers but in no request of its documents.
 */
export const SQL_JOB_FIELDS = {
  ...JOB_FIELDS,
  sql_body: optional(
    text('Sources, queries and sinks: at most 1048576 characters.', undefined, { maxLength: 1_048_576 }),
  ),
  run_mode: optional(
    choice(
      RUN_MODES,
      'exclusive_cluster takes flink_opensource_sql_job and flink_sql_job, shared_cluster flink_sql_job, edge_node flink_sql_edge_job. Default: what suits job_type and queue_name.',
    ),
  ),
  idle_state_retention: optional(
    integer('How long idle state is kept, at least 1; answered as it was sent. Default 3600.', {
      minimum: 1,
      default: 3600,
    }),
  ),
  edge_group_ids: optional(texts('Edge groups of an edge job.', EDGE_GROUP_LENGTH_MAX)),
  dirty_data_strategy: optional(
    text('Records that cannot be read: 0 ignore, 1 fail the job, 2:bucket/directory save there. Default 0.', 1280, {
      default: '0',
    }),
  ),
  udf_jar_url: optional(
    text('Jar with user functions: package.jar, group/package.jar or obs://bucket/key.', REFERENCE_LENGTH_MAX),
  ),
  operator_config: optional(
    text('Parallelism of operators, as JSON text: {"operator_list":[{"id":"…","parallelism":1}]}.', CONFIG_LENGTH_MAX),
  ),
  static_estimator_config: optional(
    text('Rates of operators, as JSON text: {"operator_list":[{"id":"…","output_rate":1000}]}.', CONFIG_LENGTH_MAX),
  ),
  graph_editor_enabled: optional(
    boolean('Whether a graph editor made the job. Stored and answered. Default false.', { default: false }),
  ),
  graph_editor_data: optional(text('What the editor keeps with the job. Stored and answered.', CONFIG_LENGTH_MAX)),
  config_url: optional(text('Stored and answered.', REFERENCE_LENGTH_MAX)),
}

const SqlJobFields = Type.Object(SQL_JOB_FIELDS)

/** The settings that the request gives, and no others; the text of the job is none of them. */
export function toSqlSettings(body: Static<typeof SqlJobFields>): GivenSettings {
  const ofSql = onlyGiven<GivenSettings>({
    runMode: given(body.run_mode),
    idleStateRetentionSeconds: body.idle_state_retention,
    edgeGroupIds: body.edge_group_ids,
    dirtyDataStrategy: textOrNull(body.dirty_data_strategy),
    udfJarUrl: textOrNull(body.udf_jar_url),
    operatorConfig: textOrNull(body.operator_config),
    staticEstimatorConfig: textOrNull(body.static_estimator_config),
    graphEditorEnabled: body.graph_editor_enabled,
    graphEditorData: textOrNull(body.graph_editor_data),
    configUrl: textOrNull(body.config_url),
  })
  return { ...toCommonSettings(body), ...ofSql }
}
