import { type Static, Type } from 'typebox'
import { visibleTo } from '../../grants/index.ts'
import type { JobQuery, JobView } from '../../jobs/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import type { HttpParts } from '../parts.ts'
import type { Query } from '../query.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { optional } from './fields.ts'
import { JOB_TYPES } from './job-types.ts'
import { MESSAGES } from './messages.ts'
import { dliOperation } from './operations.ts'
import { DLI_STATUSES, jobsWithStatus } from './status.ts'
import { SUCCESS_TEXT, SuccessText } from './success.ts'
import { toTagPairs } from './tag-filter.ts'
import { DetailedJobItem, JobItem, toDetailedJobItem, toJobItem } from './wire.ts'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
const ORDERS = ['asc', 'desc'] as const

const Parameters = Type.Object({
  job_type: optional(Type.Enum(JOB_TYPES, { description: 'Only jobs of the type.' })),
  status: optional(Type.Enum(DLI_STATUSES, { description: 'Only jobs in the status.' })),
  queue_name: optional(Type.String({ description: 'Only jobs of the queue.' })),
  name: optional(Type.String({ description: 'Only jobs with the text in their name, in any case.' })),
  user_name: optional(Type.String({ description: 'Only jobs of the user.' })),
  tags: optional(Type.String({ description: 'Only jobs with all the tags: k1=v1,k2=v2.' })),
  order: optional(Type.Enum(ORDERS, { description: 'By creation time. Default desc.' })),
  limit: optional(Type.Integer({ minimum: 0, description: 'Default 10. More than 100 counts as 100.' })),
  offset: optional(Type.Integer({ minimum: 0, description: 'Jobs to skip. Default 0.' })),
  root_job_id: optional(Type.Integer({ description: 'Only children of the edge job; there are none here.' })),
  show_detail: optional(Type.Boolean({ description: 'With everything that a single job shows. Default false.' })),
})

const Answer = Type.Object({
  is_success: SuccessText,
  message: Type.String(),
  job_list: Type.Object({
    total_count: Type.Integer({ description: 'Matching jobs, before paging.' }),
    jobs: Type.Array(Type.Union([DetailedJobItem, JobItem])),
  }),
})

export const listFlinkJobs = projectEndpoint({
  place: dliOperation('listFlinkJobs'),
  room: 'flinkJobs',
  tag: 'Flink jobs',
  query: Parameters,
  answer: Answer,
  async handle(parts, { caller, query, language }) {
    const wanted = toJobQuery(query)
    const seen = { visibleTo: visibleTo(caller) }
    const found = wanted ? await parts.jobs.list(caller.projectId, { ...wanted, ...seen }) : { total: 0, jobs: [] }
    const spell = spelling(parts, query, language)
    return {
      is_success: SUCCESS_TEXT,
      message: MESSAGES.listed[language],
      job_list: { total_count: found.total, jobs: found.jobs.map(spell) },
    }
  },
})

function spelling({ clock }: HttpParts, query: Query, language: 'en' | 'zh') {
  const reading = { language, now: clock.now() }
  const toItem = query.boolean('show_detail') ? toDetailedJobItem : toJobItem
  return (view: JobView): Static<typeof JobItem> | Static<typeof DetailedJobItem> => toItem(view, reading)
}

/** Null: no job here can match. */
function toJobQuery(query: Query): JobQuery | null {
  const status = query.oneOf('status', DLI_STATUSES)
  const states = status === undefined ? {} : jobsWithStatus(status)
  const type = query.oneOf('job_type', JOB_TYPES)
  const queueName = query.text('queue_name')
  const nameContains = query.text('name')
  const ownerName = query.text('user_name')
  const wanted = {
    ...states,
    ...(type ? { type } : {}),
    ...(queueName ? { queueName } : {}),
    ...(nameContains ? { nameContains } : {}),
    ...(ownerName ? { ownerName } : {}),
    tags: toTagPairs(query.list('tags')),
    withSqlBody: query.boolean('show_detail') ?? false,
    order: query.oneOf('order', ORDERS) ?? 'desc',
    limit: Math.min(LIMIT_MAX, query.integer('limit', 0, REQUEST_ERRORS.pagingBad) ?? LIMIT_DEFAULT),
    offset: query.integer('offset', 0, REQUEST_ERRORS.pagingBad) ?? 0,
  } as const
  const isOfRoot = query.integer('root_job_id', Number.MIN_SAFE_INTEGER, REQUEST_ERRORS.rootJobIdBad) !== undefined
  return states === null || isOfRoot ? null : wanted
}
