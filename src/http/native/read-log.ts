import { Type } from 'typebox'
import type { LogPage } from '../../runtimes/runtime.ts'
import { optional } from '../dli/fields.ts'
import { toJobId } from '../dli/job-id.ts'
import { projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { wholeCharacters } from './whole-characters.ts'

const LIMIT_DEFAULT_BYTES = 64 * 1024
const LIMIT_MAX_BYTES = 1024 * 1024
/** The longest character of UTF-8; with less, a page could be stuck in front of one. */
const LIMIT_MIN_BYTES = 4

export const readLog = projectEndpoint({
  place: {
    id: 'readLog',
    method: 'GET',
    path: '/api/v1/:project_id/jobs/:job_id/attempts/:attempt_id/logs/:log_name',
    success: 200,
    title: 'Read a log file from an offset',
  },
  room: 'native',
  tag: 'Jobs',
  description: 'Ask again from next_offset, also after end_of_file: the file may grow.',
  params: { log_name: 'Name of the log file, as listed.' },
  query: Type.Object({
    offset: optional(Type.Integer({ minimum: 0, description: 'Bytes to skip. Default 0.' })),
    limit: optional(
      Type.Integer({ minimum: LIMIT_MIN_BYTES, description: 'Most bytes to read. Default 64 KiB, at most 1 MiB.' }),
    ),
  }),
  answer: Type.Object({
    content: Type.String(),
    next_offset: Type.Integer(),
    size: Type.Integer({ description: 'Bytes of the file now.' }),
    end_of_file: Type.Boolean({ description: 'There is nothing behind next_offset now.' }),
  }),
  async handle({ jobs }, { caller, params, query }) {
    const offsetBytes = query.integer('offset', 0, REQUEST_ERRORS.fieldBad) ?? 0
    const limit = query.integer('limit', LIMIT_MIN_BYTES, REQUEST_ERRORS.fieldBad) ?? LIMIT_DEFAULT_BYTES
    const page = await jobs.readLog(caller.projectId, toJobId(params.job_id), params.attempt_id ?? '', {
      name: params.log_name ?? '',
      offsetBytes,
      limitBytes: Math.min(limit, LIMIT_MAX_BYTES),
    })
    return toAnswer(page)
  },
})

function toAnswer({ bytes, nextOffsetBytes, sizeBytes, endOfFile }: LogPage) {
  const whole = wholeCharacters(bytes)
  return {
    content: Buffer.from(whole).toString('utf8'),
    next_offset: nextOffsetBytes - (bytes.length - whole.length),
    size: sizeBytes,
    end_of_file: endOfFile,
  }
}
