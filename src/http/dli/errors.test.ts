import { describe, expect, it } from 'vitest'
import { ACCESS_ERRORS } from '../../access/access-errors.ts'
import { ARTIFACT_ERRORS, PACKAGE_ERRORS } from '../../artifacts/package-errors.ts'
import { GRANT_ERRORS } from '../../grants/index.ts'
import { JOB_ERRORS } from '../../jobs/index.ts'
import { Refusal } from '../../lib/errors.ts'
import { PROJECT_ERRORS } from '../../projects/project-errors.ts'
import { QUEUE_ERRORS } from '../../queues/queue-errors.ts'
import { BUCKET_ERRORS } from '../../storage/bucket-errors.ts'
import { OBJECT_ERRORS } from '../../storage/object-errors.ts'
import { TAG_ERRORS } from '../../tags/tag-errors.ts'
import { TEMPLATE_ERRORS } from '../../templates/template-errors.ts'
import { TRANSFER_ERRORS } from '../../transfer/transfer-errors.ts'
import { VARIABLE_ERRORS } from '../../variables/variable-errors.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import { foreignError, isMapped, serverFault } from './errors.ts'

const CATALOGUES = {
  ACCESS_ERRORS,
  ARTIFACT_ERRORS,
  BUCKET_ERRORS,
  GRANT_ERRORS,
  JOB_ERRORS,
  OBJECT_ERRORS,
  PACKAGE_ERRORS,
  PROJECT_ERRORS,
  QUEUE_ERRORS,
  REQUEST_ERRORS,
  TAG_ERRORS,
  TEMPLATE_ERRORS,
  TRANSFER_ERRORS,
  VARIABLE_ERRORS,
}

const words = { en: 'x', zh: 'x', bucket: 'b', key: 'k', kind: 'job', id: 1 }
/** Fits every parameter a catalogue takes: a text, a list, a pair of texts, the name of an object or of a thing. */
const anything = Object.assign(['x'], words, { split: () => ['x'] }) as never
/** The same, where some take the state of a job. */
const aState = Object.assign(new String('running'), words) as never

function everyRefusal(): Refusal[] {
  return Object.values(CATALOGUES).flatMap((catalogue) =>
    Object.values(catalogue).map((make: (...args: never[]) => Refusal) =>
      make === ACCESS_ERRORS.signatureRefused
        ? ACCESS_ERRORS.signatureRefused('wrong')
        : make === GRANT_ERRORS.denied
          ? GRANT_ERRORS.denied('start', { kind: 'job', id: 1 })
          : make(anything, aState, anything),
    ),
  )
}

describe('the map from our codes to foreign ones', () => {
  it('has a line for every code of every catalogue', () => {
    expect(
      everyRefusal()
        .map(({ code }) => code)
        .filter((code) => !isMapped(code)),
    ).toEqual([])
  })

  it('gives codes of the foreign form and a 4xx, or 503 and 507 where the server is short of something', () => {
    for (const refusal of everyRefusal()) {
      for (const room of ['flinkJobs', 'general', 'native'] as const) {
        const { status, code } = foreignError(refusal, room, 'showFlinkJob')
        expect([refusal.code, code]).toEqual([refusal.code, expect.stringMatching(/^(DLI\.\d{4,5}|APIGW\.\d{4})$/)])
        expect([400, 401, 403, 404, 408, 409, 413, 415, 416, 429, 431, 503, 507]).toContain(status)
      }
    }
  })

  it.each([
    ['showFlinkJob', 'DLI.16001'],
    ['updateFlinkJarJob', 'DLI.12004'],
    ['batchRunFlinkJobs', 'DLI.13007'],
    ['batchStopFlinkJobs', 'DLI.15001'],
    ['deleteFlinkJob', 'DLI.17001'],
    ['batchDeleteFlinkJobs', 'DLI.17001'],
    ['showFlinkJobExecutionGraph', 'DLI.16001'],
  ])('calls a missing job in %s %s, with HTTP 400', (operation, code) => {
    expect(foreignError(JOB_ERRORS.notFound(7), 'flinkJobs', operation)).toEqual({ status: 400, code })
  })

  it('calls a missing job 404 in our own API', () => {
    expect(foreignError(JOB_ERRORS.notFound(7), 'native', 'listAttempts').status).toBe(404)
  })

  it('calls a missing package 404, as clients need it', () => {
    const refusal = PACKAGE_ERRORS.notFound('a.jar', null)
    expect(foreignError(refusal, 'general', 'showJobResource')).toEqual({ status: 404, code: 'DLI.0023' })
  })

  it('calls bad JSON by the code of the place', () => {
    const code = (room: 'flinkJobs' | 'general', operation: string) =>
      foreignError(REQUEST_ERRORS.notJson(), room, operation).code
    expect(code('flinkJobs', 'createFlinkJarJob')).toBe('DLI.10004')
    expect(code('general', 'registerBucket')).toBe('DLI.19001')
    expect(code('general', 'createQueue')).toBe('DLI.0001')
  })

  it('has codes for single fields of Flink jobs, and none of them elsewhere', () => {
    const refusal = REQUEST_ERRORS.fieldBad('cu_number', { en: '', zh: '' })
    expect(foreignError(refusal, 'flinkJobs', 'createFlinkJarJob').code).toBe('DLI.11012')
    expect(foreignError(refusal, 'general', 'createQueue').code).toBe('DLI.0001')
  })

  it('counts an unknown code as a wrong parameter', () => {
    expect(foreignError(new Refusal('new.code', { en: 'x', zh: 'x' }), 'general', '')).toEqual({
      status: 400,
      code: 'DLI.0001',
    })
  })

  it('names faults of the server by room', () => {
    expect(serverFault('flinkJobs', 500)).toEqual({ status: 500, code: 'DLI.10001' })
    expect(serverFault('general', 500)).toEqual({ status: 500, code: 'DLI.0999' })
    expect(serverFault('general', 503)).toEqual({ status: 503, code: 'DLI.0012' })
  })
})
