import type { Artifacts } from '../artifacts/index.ts'
import type { Database } from '../db/database.ts'
import type { Grants } from '../grants/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Texts } from '../lib/errors.ts'
import type { Ids } from '../lib/ids.ts'
import type { Queues } from '../queues/index.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import type { JobId } from './job.ts'
import type { JobStore } from './job-store.ts'

/** What the commands on jobs work with. */
export type JobParts = Readonly<{
  database: Database
  store: JobStore
  clock: Clock
  ids: Ids
  artifacts: Pick<Artifacts, 'resolve'>
  queues: Pick<Queues, 'get' | 'isThere'>
  grants: Pick<Grants, 'may'>
  runtime: Pick<
    Runtime,
    'findCheckpoints' | 'holdsState' | 'listLogs' | 'readLog' | 'executionGraph' | 'memoryBudgetBytes'
  >
  /** The Flink version a label runs on; throws a Refusal for a label nobody knows. */
  chooseFlink: (label: string | null) => Promise<{ version: string; note: Texts | null }>
  /** Wakes the reconciler for one job. */
  poke: (id: JobId, why?: 'command') => void
  limits: Readonly<{ maxCuNumber: number; maxDrafts: number; cuMemoryBytes: number }>
}>
