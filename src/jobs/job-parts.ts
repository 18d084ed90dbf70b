import type { Artifacts } from '../artifacts/index.ts'
import type { Database } from '../db/database.ts'
import type { Grants } from '../grants/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Texts } from '../lib/errors.ts'
import type { Ids } from '../lib/ids.ts'
import type { Queues } from '../queues/index.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import type { ObjectStore } from '../storage/index.ts'
import type { TagRules } from '../tags/index.ts'
import type { Variables } from '../variables/index.ts'
import type { JobId } from './job.ts'
import type { JobStore } from './job-store.ts'

/** What the commands on jobs work with. */
export type JobParts = Readonly<{
  database: Database
  store: JobStore
  clock: Clock
  ids: Ids
  artifacts: Pick<Artifacts, 'resolve'>
  queues: Pick<Queues, 'find' | 'get'>
  grants: Pick<Grants, 'may' | 'actorOf' | 'require' | 'mayExportJob'>
  variables: Pick<Variables, 'missing'>
  objects: Pick<ObjectStore, 'stat' | 'flinkUrl'>
  runtime: Pick<
    Runtime,
    'findCheckpoints' | 'holdsState' | 'listLogs' | 'readLog' | 'executionGraph' | 'counters' | 'memoryBudgetBytes'
  >
  /** The Flink version a label runs on; throws a Refusal for a label nobody knows. */
  chooseFlink: (label: string | null) => Promise<{ version: string; note: Texts | null }>
  /** The text of a template of the project. @throws Refusal `template.notFound` */
  sqlOfTemplate: (projectId: string, templateId: number) => Promise<string>
  /** Wakes the reconciler for one job. */
  poke: (id: JobId, why?: 'command') => void
  tagRules: TagRules
  limits: Readonly<{ maxCuNumber: number; maxDrafts: number; cuMemoryBytes: number }>
}>
