import type { Access } from '../access/index.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { Grants } from '../grants/index.ts'
import type { JobId, JobService } from '../jobs/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Agencies } from '../projects/index.ts'
import type { ConnectivityTests, Queues } from '../queues/index.ts'
import type { Decision, JobView } from '../reconciler/view.ts'
import type { Buckets, ObjectStore } from '../storage/index.ts'
import type { ResourceTags } from '../tags/index.ts'
import type { Templates } from '../templates/index.ts'
import type { Transfer } from '../transfer/index.ts'
import type { Variables } from '../variables/index.ts'

/** How the parts of the service are; `ready` says whether requests should be sent here. */
export type HealthReport = Readonly<{
  ready: boolean
  checks: Readonly<Record<string, Readonly<{ ok: boolean; text: string }>>>
}>

/** Everything the HTTP layer talks to. */
export type HttpParts = Readonly<{
  access: Access
  grants: Grants
  agencies: Agencies
  queues: Queues
  connectivity: ConnectivityTests
  buckets: Buckets
  artifacts: Artifacts
  jobs: JobService
  resourceTags: ResourceTags
  templates: Templates
  transfer: Transfer
  variables: Variables
  objects: ObjectStore
  logger: Logger
  clock: Clock
  version: string
  /** Versions of Flink that jobs may ask for. */
  flinkVersions: () => Promise<readonly string[]>
  health: () => Promise<HealthReport>
  /** What the reconciler knows of a job and would do now; null: it knows no such job. */
  explain: (id: JobId) => Promise<{ view: JobView; decision: Decision } | null>
  /** True for errors that mean "ask again later": database locked or away, disk full. */
  isUnavailable: (error: unknown) => boolean
  /** Of these: the disk of the database is full. */
  isDiskFull: (error: unknown) => boolean
  limits: Readonly<{
    /** Largest JSON body. */
    bodyBytes: number
    /** Calls of one client; 0: no limit. */
    callsPerMinute: number
    /** A connection on which nothing moves for so long is closed. */
    idleMs: number
  }>
}>
