import type { Tag } from '../tags/index.ts'

/** A text that SQL jobs are made from; jobs that were made from it do not change with it (DLI: Flink SQL templates). */
export type Template = Readonly<{
  id: number
  projectId: string
  name: string
  description: string
  sqlBody: string
  jobType: TemplateJobType
  createdAt: Date
  updatedAt: Date
}>

export const TEMPLATE_JOB_TYPES = ['flink_sql_job', 'flink_opensource_sql_job'] as const
export type TemplateJobType = (typeof TEMPLATE_JOB_TYPES)[number]

export type NewTemplate = Readonly<{
  name: string
  description?: string | undefined
  sqlBody?: string | undefined
  jobType?: TemplateJobType | undefined
  tags?: readonly Tag[] | undefined
}>

/** Absent means unchanged, and so does an empty name. */
export type TemplateChanges = Readonly<{
  name?: string | undefined
  description?: string | undefined
  sqlBody?: string | undefined
}>

export type TemplateQuery = Readonly<{
  /** Case-insensitive part of the name. */
  nameContains?: string | undefined
  /** All pairs must match. */
  tags?: readonly Tag[]
  order: 'asc' | 'desc'
  limit: number
  offset: number
}>
