import type { JobErrorCode } from '../../jobs/index.ts'
import type { Refusal } from '../../lib/errors.ts'
import type { Room } from '../endpoint.ts'
import { FieldRefusal, type RequestErrorCode } from '../request-errors.ts'
import type { DliOperationId } from './operations.ts'

/**
 * From Headgate's own codes to DLI's. Almost everything is HTTP 400 in this API, a missing job too; the exceptions are
 * authentication (401), missing packages (404) and what the server cannot do now (5xx). The codes of Flink jobs are the
 * vendor's older list (1xxxx), which clients still look for; everything else uses the general ones (0xxx).
 * errors.test.ts proves that every code of every catalogue is mapped.
 */
export type ForeignError = Readonly<{ status: number; code: string }>

type Mapping = Readonly<{
  code: string
  /** Other codes in some operations. */
  in?: Partial<Readonly<Record<DliOperationId, string>>>
  /** Other codes for a fault in some field of a Flink job. */
  fields?: Readonly<Record<string, string>>
  status?: number
  /** Status in Headgate's own API, which says 404 for what is missing. */
  nativeStatus?: number
}>

const both = (create: string, update: string, run: string): Mapping => ({
  code: create,
  in: { updateFlinkJarJob: update, updateFlinkSqlJob: update, batchRunFlinkJobs: run },
})

/** A package or file that a job names and that cannot be used. */
const asPackage = both('DLI.11021', 'DLI.12002', 'DLI.13013')

const missingJob = {
  updateFlinkJarJob: 'DLI.12004',
  updateFlinkSqlJob: 'DLI.12004',
  batchRunFlinkJobs: 'DLI.13007',
  batchStopFlinkJobs: 'DLI.15001',
  stopFlinkJob: 'DLI.15001',
  executeFlinkJobSavepoint: 'DLI.15001',
  importFlinkJobSavepoint: 'DLI.15001',
  deleteFlinkJob: 'DLI.17001',
  batchDeleteFlinkJobs: 'DLI.17001',
} as const

const JOB: Record<JobErrorCode, Mapping> = {
  'job.notFound': { code: 'DLI.16001', in: missingJob, nativeStatus: 404 },
  'job.nameTaken': both('DLI.11004', 'DLI.12006', 'DLI.11004'),
  'job.nameEmpty': { code: 'DLI.11007' },
  'job.nameTooLong': { code: 'DLI.11006' },
  'job.nameBadCharacter': { code: 'DLI.11015' },
  'job.descriptionTooLong': { code: 'DLI.11014' },
  'job.tooManyDrafts': { code: 'DLI.11003' },
  'job.cuNumberBad': { code: 'DLI.11012' },
  'job.managerCuNumberBad': { code: 'DLI.11025' },
  'job.parallelNumberBad': { code: 'DLI.11013' },
  'job.parallelismAboveCus': { code: 'DLI.11022' },
  'job.fieldBad': { code: 'DLI.0001' },
  'job.mainClassTooLong': { code: 'DLI.11018' },
  'job.mainClassBlank': { code: 'DLI.11020' },
  'job.argumentsTooLong': { code: 'DLI.11019' },
  'job.argumentsUnbalanced': { code: 'DLI.0001' },
  'job.checkpointIntervalBad': { code: 'DLI.11008' },
  'job.checkpointModeBad': { code: 'DLI.11009' },
  'job.checkpointPathTaken': { code: 'DLI.0001' },
  'job.bucketNeeded': both('DLI.11002', 'DLI.11002', 'DLI.13003'),
  'job.bucketBad': { code: 'DLI.11011' },
  'job.packageMissing': asPackage,
  'job.entrypointMissing': both('DLI.11029', 'DLI.11029', 'DLI.13013'),
  'job.queueMissing': { code: 'DLI.13008' },
  'job.queueNotFound': { code: 'DLI.0002' },
  'job.queueShared': { code: 'DLI.13009' },
  'job.queueTooSmall': { code: 'DLI.13002' },
  'job.hostTooSmall': { code: 'DLI.13002' },
  'job.imageUnsupported': { code: 'DLI.0007' },
  'job.variablesMissing': { code: 'DLI.0002' },
  'job.mainClassNeeded': { code: 'DLI.13019' },
  'job.sqlTooLong': { code: 'DLI.11001' },
  'job.modeUnsuited': { code: 'DLI.11024' },
  'job.edgeGroupsMissing': { code: 'DLI.11023' },
  'job.udfOnSharedCluster': { code: 'DLI.11035' },
  'job.idleStateRetentionBad': { code: 'DLI.11036' },
  'job.dirtyDataStrategyBad': { code: 'DLI.11039' },
  'job.kindWrong': { code: 'DLI.12002' },
  'job.mayNotRun': { code: 'DLI.13006' },
  'job.mayNotOverwrite': { code: 'DLI.12003' },
  'job.typeDiffers': { code: 'DLI.12005' },
  'job.mayNotStop': { code: 'DLI.15002' },
  'job.mayNotSavepoint': { code: 'DLI.15002' },
  'job.mayNotImportSavepoint': { code: 'DLI.15002' },
  'job.savepointNotFound': { code: 'DLI.13017' },
  'job.savepointUnderWay': {
    code: 'DLI.15002',
    in: { batchRunFlinkJobs: 'DLI.13006', updateFlinkJarJob: 'DLI.12003', updateFlinkSqlJob: 'DLI.12003' },
  },
  'job.mayNotUpdate': { code: 'DLI.12003' },
  'job.startingWhileUpdating': { code: 'DLI.12003' },
  'job.busyWhileUpdating': { code: 'DLI.12005' },
  'job.noSavepoint': { code: 'DLI.13017' },
  'job.changedMeanwhile': {
    code: 'DLI.0012',
    in: {
      updateFlinkJarJob: 'DLI.12005',
      updateFlinkSqlJob: 'DLI.12005',
      batchRunFlinkJobs: 'DLI.13006',
      batchStopFlinkJobs: 'DLI.15002',
      executeFlinkJobSavepoint: 'DLI.15002',
    },
  },
  'job.attemptNotFound': { code: 'DLI.0002', nativeStatus: 404 },
  'job.logNotFound': { code: 'DLI.0002', nativeStatus: 404 },
}

/** Fields of a Flink job that have a code of their own when their value cannot be read. */
const JOB_FIELDS = {
  cu_number: 'DLI.11012',
  manager_cu_number: 'DLI.11025',
  parallel_number: 'DLI.11013',
  checkpoint_interval: 'DLI.11008',
  checkpoint_mode: 'DLI.11009',
  obs_bucket: 'DLI.11011',
  idle_state_retention: 'DLI.11036',
  dirty_data_strategy: 'DLI.11039',
} as const

const REQUEST: Record<RequestErrorCode, Mapping> = {
  'request.notJson': { code: 'DLI.0001' },
  'request.notAnObject': { code: 'DLI.0001' },
  'request.bodyMissing': { code: 'DLI.0001' },
  'request.tooDeep': { code: 'DLI.0001' },
  'request.tooLarge': { code: 'DLI.0001', status: 413 },
  'request.truncated': { code: 'DLI.0001' },
  'request.mediaTypeBad': { code: 'DLI.0001', status: 415 },
  'request.urlBad': { code: 'DLI.0001' },
  'request.malformed': { code: 'DLI.0001' },
  'request.headersTooLarge': { code: 'DLI.0001', status: 431 },
  'request.timedOut': { code: 'DLI.0019', status: 408 },
  'request.noSuchApi': { code: 'APIGW.0101', status: 404 },
  'request.notSupported': { code: 'DLI.0007' },
  'request.credentialsMissing': { code: 'DLI.0013', status: 401 },
  'request.subjectUnknown': { code: 'DLI.0002', status: 404 },
  'request.hashOfStream': { code: 'APIGW.0301', status: 401 },
  'request.badJobId': {
    code: 'DLI.16001',
    in: { ...missingJob, updateFlinkJarJob: 'DLI.12001', updateFlinkSqlJob: 'DLI.12001' },
    nativeStatus: 404,
  },
  'request.fieldMissing': { code: 'DLI.0001', fields: { name: 'DLI.11007' } },
  'request.fieldBad': { code: 'DLI.0001', fields: JOB_FIELDS },
  'request.pagingBad': { code: 'DLI.0001', in: { listFlinkJobs: 'DLI.23001' } },
  'request.rootJobIdBad': { code: 'DLI.23003' },
  'request.noGraph': { code: 'DLI.14001' },
  'request.rangeBad': { code: 'DLI.0001', status: 416 },
}

const BAD_JSON: readonly string[] = ['request.notJson', 'request.notAnObject', 'request.bodyMissing', 'request.tooDeep']

const ACCESS: Readonly<Record<string, Mapping>> = {
  'access.tokenMissing': { code: 'DLI.0013', status: 401 },
  'access.tokenInvalid': { code: 'DLI.0013', status: 401 },
  'access.tokenExpired': { code: 'DLI.0013', status: 401 },
  'access.wrongProject': { code: 'DLI.10006' },
  'access.badCredentials': { code: 'DLI.0013', status: 401 },
  'access.methodUnsupported': { code: 'DLI.0001' },
  'access.scopeRefused': { code: 'DLI.0013', status: 401 },
  'access.signatureUnreadable': { code: 'APIGW.0301', status: 401 },
  'access.keyUnknown': { code: 'APIGW.0301', status: 401 },
  'access.keyLocked': { code: 'APIGW.0301', status: 401 },
  'access.signatureInvalid': { code: 'APIGW.0301', status: 401 },
  'access.userNotFound': { code: 'DLI.0002', nativeStatus: 404 },
  'access.userTaken': { code: 'DLI.0006' },
  'access.badUserName': { code: 'DLI.0001' },
  'access.badPassword': { code: 'DLI.0001' },
  'access.keyNotFound': { code: 'DLI.0002', nativeStatus: 404 },
  'access.notSetUp': { code: 'DLI.0012', status: 503 },
  'project.notFound': { code: 'DLI.10006' },
  'project.badName': { code: 'DLI.0001' },
  'project.badId': { code: 'DLI.0001' },
  'project.taken': { code: 'DLI.0006' },
  'project.agencyNotFound': { code: 'DLI.0002', status: 404 },
  'project.badAgencyRole': { code: 'DLI.0001' },
  'project.noUserLeft': { code: 'DLI.0012', status: 503 },
}

const QUEUES_AND_TAGS: Readonly<Record<string, Mapping>> = {
  'queue.notFound': { code: 'DLI.0002' },
  'queue.taken': { code: 'DLI.0006' },
  'queue.badName': { code: 'DLI.0001' },
  'queue.badDescription': { code: 'DLI.0001' },
  'queue.badCuCount': { code: 'DLI.0001' },
  'queue.tooManyCus': { code: 'DLI.0009' },
  'queue.tooMany': { code: 'DLI.0009' },
  'queue.badField': { code: 'DLI.0001' },
  'queue.busy': { code: 'DLI.0012' },
  'queue.tooManyCusTogether': { code: 'DLI.0009' },
  'queue.badCidr': { code: 'DLI.0001' },
  'queue.onlySql': { code: 'DLI.0007' },
  'queue.badCuChange': { code: 'DLI.0001' },
  'queue.cannotScale': { code: 'DLI.0007' },
  'queue.neverUsed': { code: 'DLI.0012' },
  'queue.inUse': { code: 'DLI.0012' },
  'queue.badAddress': { code: 'DLI.0001' },
  'queue.testNotFound': { code: 'DLI.0002' },
  'queue.tooManyTests': { code: 'DLI.0012' },
  'tag.badKey': { code: 'DLI.0001' },
  'tag.badValue': { code: 'DLI.0001' },
  'tag.tooMany': { code: 'DLI.0009' },
  'tag.badFilter': { code: 'DLI.0001' },
  'tag.resourceNotFound': { code: 'DLI.0002' },
  'tag.badResourceType': { code: 'DLI.0001' },
}

const TEMPLATES: Readonly<Record<string, Mapping>> = {
  'template.notFound': { code: 'DLI.18005' },
  'template.nameTaken': { code: 'DLI.18002' },
  'template.nameEmpty': { code: 'DLI.18006' },
  'template.nameTooLong': { code: 'DLI.18009' },
  'template.nameBadCharacter': { code: 'DLI.18007' },
  'template.descriptionTooLong': { code: 'DLI.18008' },
  'template.sqlTooLong': { code: 'DLI.18001' },
  'template.tooMany': { code: 'DLI.18003' },
}

const TRANSFER: Readonly<Record<string, Mapping>> = {
  'transfer.noFolder': { code: 'DLI.0001' },
  'transfer.noneSelected': { code: 'DLI.0001' },
  'transfer.nothingThere': { code: 'DLI.0002' },
  'transfer.notAZip': { code: 'DLI.0001' },
  'transfer.unreadable': { code: 'DLI.0001' },
  'transfer.tooLarge': { code: 'DLI.0009' },
  'transfer.nameTwice': { code: 'DLI.11004' },
}

const VARIABLES: Readonly<Record<string, Mapping>> = {
  'variable.notFound': { code: 'DLI.0002' },
  'variable.taken': { code: 'DLI.0006' },
  'variable.badName': { code: 'DLI.0001' },
  'variable.badValue': { code: 'DLI.0001' },
  'variable.tooMany': { code: 'DLI.0009' },
}

const FILES: Readonly<Record<string, Mapping>> = {
  'bucket.noneGiven': { code: 'DLI.19004' },
  'bucket.tooMany': { code: 'DLI.0001' },
  'bucket.badName': { code: 'DLI.19003' },
  'object.notFound': { code: 'DLI.0023', nativeStatus: 404 },
  'object.badName': { code: 'DLI.0001' },
  'object.conflict': { code: 'DLI.0006', nativeStatus: 409 },
  'object.closed': { code: 'DLI.0011', nativeStatus: 409 },
  'object.storeFull': { code: 'DLI.0009', status: 507 },
  'package.notFound': { code: 'DLI.0023', status: 404 },
  'package.groupNotFound': { code: 'DLI.0023', status: 404 },
  'package.noneNamed': { code: 'DLI.0001' },
  'package.tooMany': { code: 'DLI.0009' },
  'package.badName': { code: 'DLI.0001' },
  'package.badGroup': { code: 'DLI.0001' },
  'package.badKind': { code: 'DLI.0001' },
  'package.badPathCount': { code: 'DLI.0001' },
  'package.twice': { code: 'DLI.0001' },
  'package.objectMissing': { code: 'DLI.0002' },
  'artifact.badReference': asPackage,
  'artifact.notFound': asPackage,
  'artifact.notReady': asPackage,
  'artifact.failed': asPackage,
  'artifact.lost': asPackage,
  'flink.versionUnknown': { code: 'DLI.0001' },
  'runtime.logNotFound': { code: 'DLI.0002', nativeStatus: 404 },
  'runtime.notRunning': { code: 'DLI.15002' },
  'artifact.storeFull': { code: 'DLI.0009', status: 507 },
  'artifact.notAJar': both('DLI.11017', 'DLI.12002', 'DLI.13013'),
}

const MAPPINGS: Readonly<Record<string, Mapping>> = {
  ...{ ...JOB, ...REQUEST, ...ACCESS, ...QUEUES_AND_TAGS },
  ...{ ...TEMPLATES, ...TRANSFER, ...VARIABLES, ...FILES },
}

/** True when the code has a line here. */
export function isMapped(code: string): boolean {
  return code in MAPPINGS
}

/** What the refusal is called in the operation. Codes without a line count as a wrong parameter. */
export function foreignError(refusal: Refusal, room: Room, operation: string): ForeignError {
  const mapping = MAPPINGS[refusal.code] ?? { code: 'DLI.0001' }
  const status = (room === 'native' ? mapping.nativeStatus : undefined) ?? mapping.status ?? 400
  return { status, code: codeOf(mapping, refusal, room, operation) }
}

const BAD_JSON_IN: Readonly<Record<string, string>> = {
  registerBucket: 'DLI.19001',
  createFlinkSqlJobTemplate: 'DLI.18004',
  updateFlinkSqlJobTemplate: 'DLI.18004',
}

const isAbout = (refusal: Refusal, field: string) => refusal instanceof FieldRefusal && refusal.field === field

function codeOf(mapping: Mapping, refusal: Refusal, room: Room, operation: string): string {
  const ofOperation: Readonly<Record<string, string>> = mapping.in ?? {}
  const special = ofOperation[operation]
  if (special) return special
  if (operation === 'listApigSinks' && refusal.code === 'request.notSupported') return 'DLI.11098'
  if (BAD_JSON.includes(refusal.code))
    return BAD_JSON_IN[operation] ?? (room === 'flinkJobs' ? 'DLI.10004' : mapping.code)
  if (operation === 'createFlinkSqlJobTemplate' && isAbout(refusal, 'name')) return 'DLI.18006'
  if (room !== 'flinkJobs') return mapping.code
  if (refusal.code === 'request.notSupported') return 'DLI.10003'
  return (refusal instanceof FieldRefusal && mapping.fields?.[refusal.field]) || mapping.code
}

/** What a fault of the server is called. */
export function serverFault(room: Room, status: 500 | 503): ForeignError {
  if (status === 503) return { status, code: 'DLI.0012' }
  return { status, code: room === 'flinkJobs' ? 'DLI.10001' : 'DLI.0999' }
}
