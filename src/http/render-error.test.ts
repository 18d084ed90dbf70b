import { describe, expect, it } from 'vitest'
import { JOB_ERRORS } from '../jobs/index.ts'
import { Bug, failed } from '../lib/errors.ts'
import { createLogger } from '../lib/logger.ts'
import { renderError } from './render-error.ts'

const locked = new Error('database is locked')
const parts = {
  isUnavailable: (error: unknown) => error === locked,
  isDiskFull: () => false,
  logger: createLogger('silent'),
  limits: { bodyBytes: 100, callsPerMinute: 0, idleMs: 0 },
}
const occasion = { room: 'flinkJobs', operation: 'showFlinkJob', language: 'en', requestId: 'r1' } as const

describe('the answer to an error', () => {
  it('is the refusal’s own text in the language asked for', () => {
    const chinese = renderError(JOB_ERRORS.notFound(7), { ...occasion, language: 'zh' }, parts)
    expect(chinese).toMatchObject({
      status: 400,
      body: { error_code: 'DLI.16001', error_msg: expect.stringContaining('不存在') },
    })
  })

  it('is 503 with Retry-After when the database is away, however deep the cause lies', () => {
    const rendered = renderError(failed('Reading the job', failed('Asking the database', locked)), occasion, parts)
    expect(rendered).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } })
    expect(rendered.body).toMatchObject({ error_code: 'DLI.0012' })
  })

  it('names a full disk, wherever it was met', () => {
    const noSpace = Object.assign(new Error('write'), { code: 'ENOSPC' })
    for (const [error, isDiskFull] of [
      [failed('Copying the archive', noSpace), () => false],
      [failed('Writing the job', locked), (cause: unknown) => cause === locked],
    ] as const) {
      const rendered = renderError(error, occasion, { ...parts, isDiskFull })
      expect(rendered).toMatchObject({ status: 503, body: { error_msg: expect.stringContaining('full') } })
    }
  })

  it('tells the request id of a fault, and nothing of the inside', () => {
    for (const error of [new Bug('secret inside'), new TypeError('secret inside'), 'secret inside', undefined]) {
      const rendered = renderError(error, occasion, parts)
      expect(rendered).toMatchObject({
        status: 500,
        body: { error_code: 'DLI.10001', error_msg: expect.stringContaining('r1') },
      })
      expect(JSON.stringify(rendered)).not.toContain('secret')
    }
  })

  it('ends for causes that go in a circle', () => {
    const error = new Error('a')
    error.cause = error
    expect(renderError(error, occasion, parts).status).toBe(500)
  })

  it('has Keystone’s form in the identity calls', () => {
    const { body } = renderError(JOB_ERRORS.notFound(7), { ...occasion, room: 'iam' }, parts)
    expect(body).toEqual({ error: { code: 400, message: expect.any(String), title: 'Bad Request' } })
  })

  it('says how large a body may be', () => {
    const unknown = Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' })
    expect(renderError(unknown, occasion, parts)).toMatchObject({
      status: 413,
      body: { error_msg: expect.stringContaining('100') },
    })
  })
})
