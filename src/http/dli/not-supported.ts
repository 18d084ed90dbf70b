import type { Texts } from '../../lib/errors.ts'
import { CHINESE } from '../document-zh.ts'
import { type Endpoint, projectEndpoint } from '../endpoint.ts'
import { REQUEST_ERRORS } from '../request-errors.ts'
import type { DliOperation } from './operations.ts'

const FLINK_JOBS = /^\/(v1\.0|v3)\/:project_id\/streaming\//

const inBoth = (en: string): Texts => ({ en, zh: CHINESE[en] ?? en })

/** The endpoint of an operation that Headgate does not have: it says so, to callers who may know. */
export function notSupported(operation: DliOperation): Endpoint {
  return projectEndpoint({
    place: operation,
    room: FLINK_JOBS.test(operation.path) ? 'flinkJobs' : 'general',
    tag: 'Not supported yet',
    description: operation.note,
    answer: null,
    async handle() {
      throw REQUEST_ERRORS.notSupported(inBoth(operation.title), inBoth(operation.note))
    },
  })
}
