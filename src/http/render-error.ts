import { isSystemError, type Language, Refusal, type Texts } from '../lib/errors.ts'
import { type ForeignError, foreignError, serverFault } from './dli/errors.ts'
import type { Room } from './endpoint.ts'
import { keystoneError } from './iam/keystone-error.ts'
import type { HttpParts } from './parts.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

/** Where an error happened; before routing, only the request id and the language are known. */
export type Occasion = Readonly<{
  room: Room
  operation: string
  language: Language
  requestId: string
}>

export type RenderedError = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: object }>

const RETRY_AFTER_SECONDS = 2

/** Said when the database or its disk is away. */
export const UNAVAILABLE: Texts = {
  en: 'The service cannot reach its database or its disk at the moment. Nothing was changed; try again in a moment.',
  zh: '服务暂时无法访问数据库或磁盘，未做任何修改，请稍后重试。',
}

export const DISK_FULL: Texts = {
  en: 'A disk of the service is full, so nothing was changed. Free space on it, then try again. Running jobs go on, and objects can still be deleted.',
  zh: '服务所在磁盘已满，未做任何修改。请释放磁盘空间后重试；运行中的作业不受影响，仍可删除对象。',
}

/**
 * Every error answer of the service is made here: expected ones with their own text, faults of ours with the request id
 * and nothing of the inside.
 */
export function renderError(
  error: unknown,
  occasion: Occasion,
  parts: Pick<HttpParts, 'isUnavailable' | 'isDiskFull' | 'logger' | 'limits'>,
): RenderedError {
  const { foreign, texts, retryAfterSeconds } = explained(error, occasion, parts)
  const { requestId, room, operation } = occasion
  parts.logger.debug({ ...foreign, requestId, room, operation }, REFUSED)
  const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  return { status: foreign.status, headers, body: bodyOf(foreign, texts, occasion) }
}

/** The log's line for an error answer; the tests collect them (test/support/answered-errors.ts). */
export const REFUSED = 'A request was refused'

type Explained = Readonly<{ foreign: ForeignError; texts: Texts; retryAfterSeconds: number | null }>

function explained(
  error: unknown,
  { room, operation, requestId }: Occasion,
  parts: Pick<HttpParts, 'isUnavailable' | 'isDiskFull' | 'logger' | 'limits'>,
): Explained {
  const refusal = error instanceof Refusal ? error : refusalOfFramework(error, parts.limits.bodyBytes)
  if (refusal) {
    const { texts, retryAfterSeconds } = refusal
    return { foreign: foreignError(refusal, room, operation), texts, retryAfterSeconds }
  }
  const isFull = anyCause(error, (cause) => isSystemError(cause, 'ENOSPC', 'EDQUOT') || parts.isDiskFull(cause))
  if (isFull || anyCause(error, parts.isUnavailable)) {
    parts.logger.warn({ err: error, requestId, operation }, 'The database or the disk is not available')
    const texts = isFull ? DISK_FULL : UNAVAILABLE
    return { foreign: serverFault(room, 503), texts, retryAfterSeconds: RETRY_AFTER_SECONDS }
  }
  parts.logger.error({ err: error, requestId, operation }, 'A request failed')
  return { foreign: serverFault(room, 500), texts: faultTexts(requestId), retryAfterSeconds: null }
}

function bodyOf({ status, code }: ForeignError, texts: Texts, { room, language, requestId }: Occasion): object {
  const text = texts[language]
  if (room === 'iam') return keystoneError(status, text)
  return { error_code: code, error_msg: text, ...(code.startsWith('APIGW') ? { request_id: requestId } : {}) }
}

/** Said of a fault of ours. */
export function faultTexts(requestId: string): Texts {
  return {
    en: `The service failed to do this, by a fault of its own. Tell the operator the request id ${requestId}.`,
    zh: `服务内部错误，请将请求ID ${requestId} 告知管理员。`,
  }
}

/** Holds for the error or one of its causes. */
function anyCause(error: unknown, holds: (cause: unknown) => boolean): boolean {
  for (let at = error, depth = 0; at !== undefined && at !== null && depth < 8; depth += 1) {
    if (holds(at)) return true
    at = at instanceof Error ? at.cause : undefined
  }
  return false
}

/** What Fastify refuses by itself, in our words. */
function refusalOfFramework(error: unknown, bodyBytesMax: number): Refusal | null {
  if (isSystemError(error, 'FST_ERR_CTP_BODY_TOO_LARGE')) return REQUEST_ERRORS.tooLarge(bodyBytesMax)
  if (isSystemError(error, 'FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'ECONNRESET')) return REQUEST_ERRORS.truncated()
  if (isSystemError(error, 'FST_ERR_CTP_INVALID_MEDIA_TYPE')) return REQUEST_ERRORS.mediaTypeBad()
  if (isSystemError(error, 'FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH')) return REQUEST_ERRORS.urlBad()
  return null
}
