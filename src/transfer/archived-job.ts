import { type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { JobDefinition, JobSettings, NewJob } from '../jobs/index.ts'

/**
 * A job as it lies in an archive: one JSON file, in Headgate's own form (the vendor's is not documented). It holds what users
 * say of a job and nothing of how it fares; global variables stand in it by name. docs/guides/export-import.md
 */
const FORMAT = 'headgate.flink-job'
const VERSION = 1
const TEXT_MAX = 65_536

const text = Type.String({ maxLength: TEXT_MAX })
const integer = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
const textOrNull = Type.Union([text, Type.Null()])
const integerOrNull = Type.Union([integer, Type.Null()])
const textsOrNull = Type.Union([Type.Array(text, { maxItems: 1000 }), Type.Null()])
const spec = Type.Object({ cpu: Type.Number(), memory: text })

/** The JSON type of every setting; whether values make sense is checked as for a job that is created. */
const SETTINGS = {
  cuNumber: integer,
  managerCuNumber: integer,
  parallelNumber: integer,
  tmCus: integer,
  tmSlotNum: integerOrNull,
  mainClass: textOrNull,
  entrypoint: textOrNull,
  entrypointArgs: textOrNull,
  dependencyJars: textsOrNull,
  dependencyFiles: textsOrNull,
  logEnabled: Type.Boolean(),
  obsBucket: textOrNull,
  smnTopic: textOrNull,
  restartWhenException: Type.Boolean(),
  resumeCheckpoint: Type.Boolean(),
  resumeMaxNum: integer,
  checkpointEnabled: Type.Boolean(),
  checkpointMode: Type.Enum(['exactly_once', 'at_least_once']),
  checkpointIntervalSeconds: integer,
  checkpointPath: textOrNull,
  runtimeConfig: textOrNull,
  flinkLogConfig: textOrNull,
  feature: textOrNull,
  flinkVersion: textOrNull,
  image: textOrNull,
  executionAgencyUrn: textOrNull,
  resourceConfigVersion: Type.Enum(['v1', 'v2']),
  resourceConfig: Type.Object({ maxSlot: integer, parallelNumber: integer, jobManager: spec, taskManager: spec }),
  runMode: Type.Enum(['shared_cluster', 'exclusive_cluster', 'edge_node']),
  udfJarUrl: textOrNull,
  dirtyDataStrategy: textOrNull,
  idleStateRetentionSeconds: integerOrNull,
  edgeGroupIds: textsOrNull,
  operatorConfig: textOrNull,
  staticEstimatorConfig: textOrNull,
  graphEditorEnabled: Type.Boolean(),
  graphEditorData: textOrNull,
  configUrl: textOrNull,
} satisfies Record<keyof JobSettings, TSchema>

const compiled = Compile(
  Type.Object({
    format: Type.Literal(FORMAT),
    version: Type.Literal(VERSION),
    id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    name: text,
    type: Type.Enum(['flink_jar_job', 'flink_sql_job', 'flink_opensource_sql_job', 'flink_sql_edge_job']),
    description: text,
    queueName: textOrNull,
    tags: Type.Array(Type.Object({ key: text, value: text }), { maxItems: 100 }),
    settings: Type.Partial(Type.Object(SETTINGS)),
    sqlBody: Type.Optional(Type.String()),
  }),
)

/** A job from an archive: the number it had where it was exported, and what it is to be here. */
export type ArchivedJob = Readonly<{ oldId: number; job: NewJob }>

export function toArchive({ id, job }: JobDefinition): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, version: VERSION, id, ...job }, null, 2)}\n`)
}

/** What is wrong with it is said in a text; settings that are absent take their defaults, unknown ones are left out. */
export function fromArchive(content: Buffer): ArchivedJob | { problem: string } {
  const value = parsed(content)
  if (!compiled.Check(value)) return { problem: problemOf(value) }
  const { id, name, type, description, queueName, tags, sqlBody } = value
  const known = Object.entries(value.settings).filter(([key]) => Object.hasOwn(SETTINGS, key))
  const settings = Object.fromEntries(known) as Partial<JobSettings>
  const job = { name, type, description, queueName, tags, settings }
  return { oldId: id, job: sqlBody === undefined ? job : { ...job, sqlBody } }
}

function problemOf(value: unknown): string {
  const [first] = compiled.Errors(value)
  const place = first?.instancePath.split('/').filter(Boolean).join('.') ?? ''
  return place === '' ? 'it is not the JSON of an exported job' : `${place} ${first?.message ?? 'is not valid'}`
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    return undefined
  }
}
