import { describe, expect, it } from 'vitest'
import { DLI_OPERATIONS } from '../../src/http/dli/operations.ts'
import { answerProblems, operationOf, rowsOf } from '../support/wire-check.ts'
import { WIRE_TYPES } from '../support/wire-types.ts'

const DETAIL = { method: 'GET', path: '/v1.0/p/streaming/jobs/7/execute-graph' }
const TEMPLATE = { method: 'DELETE', path: '/v1.0/p/streaming/job-templates/7' }
const GONE = { is_success: true, message: '', template: { template_id: 7 } }

describe('the type table', () => {
  it('has a row for each operation that is here, and none for one that is not in the list', () => {
    const here = DLI_OPERATIONS.filter(({ support }) => support !== 'no').map(({ id }) => id)
    expect(here.filter((id) => rowsOf(id).length === 0)).toEqual([])
    const ids = new Set<string>(DLI_OPERATIONS.map(({ id }) => id))
    const strange = Object.keys(WIRE_TYPES).filter((name) => !ids.has(/^\w+/u.exec(name)?.[0] ?? ''))
    expect(strange).toEqual(['error', 'identity error'])
  })

  it('finds the operation of a request, the exact path first', () => {
    expect(operationOf(DETAIL)?.id).toBe('showFlinkJobExecutionGraph')
    expect(operationOf({ method: 'PUT', path: '/v2.0/p/resources/owner' })?.id).toBe('updateJobResourceOwner')
    expect(operationOf({ method: 'GET', path: '/api/v1/p/jobs' })).toBeNull()
  })

  it.each([
    ['a wrong type', { ...GONE, is_success: 'true' }, 'true is wanted, "true" came'],
    ['a missing field', { is_success: true, template: { template_id: 7 } }, 'message is missing'],
    ['an unknown field', { ...GONE, templateId: 7 }, 'templateId is not in the contract'],
    ['a number as text', { ...GONE, template: { template_id: '7' } }, 'integer is wanted, "7" came'],
    ['no body', undefined, 'an object is wanted, nothing came'],
  ])('refuses an answer with %s', (_what, body, problem) => {
    expect(answerProblems(TEMPLATE, { status: 200, body: GONE })).toEqual([])
    expect(answerProblems(TEMPLATE, { status: 200, body })).toEqual([expect.stringContaining(problem)])
  })

  it('wants the status of the list, and the form of errors on every other', () => {
    expect(answerProblems(TEMPLATE, { status: 201, body: GONE })).toEqual([
      expect.stringContaining('HTTP 201, not 200'),
    ])
    expect(answerProblems(TEMPLATE, { status: 400, body: { error_code: 18005, error_msg: 'x' } })).toHaveLength(1)
    expect(answerProblems({ method: 'POST', path: '/v3/p/t/1/tags/create' }, { status: 204, body: {} })).toHaveLength(1)
  })

  it('gives the Go SDK its booleans and nobody else', () => {
    const run = { method: 'POST', path: '/v1.0/p/streaming/jobs/run' }
    const answer = { status: 200, body: [{ is_success: true, message: '' }] }
    expect(answerProblems({ ...run, userAgent: 'huaweicloud-usdk-go/3.0' }, answer)).toEqual([])
    expect(answerProblems(run, answer)).toHaveLength(1)
  })
})
