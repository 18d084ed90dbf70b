import type { ProjectCaller } from '../access/index.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Bug } from '../lib/errors.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { ObjectStore } from '../storage/index.ts'
import type { MaterialisedArtifact, Package, PackageQuery, ResolvedArtifact, Upload, UploadRequest } from './package.ts'

export type ArtifactsOptions = Readonly<{
  database: Database
  objects: ObjectStore
  /** Where the content lives: `<folder>/<first 2 hex>/<sha256>`. */
  folder: string
  clock: Clock
  ids: Ids
  logger: Logger
}>

export interface Artifacts {
  upload(caller: ProjectCaller, request: UploadRequest): Promise<Upload>
  list(projectId: string, query?: PackageQuery): Promise<Package[]>
  get(projectId: string, name: string, group: string | null): Promise<Package>
  remove(projectId: string, name: string, group: string | null): Promise<void>
  resolve(projectId: string, reference: string): Promise<ResolvedArtifact>
  materialise(projectId: string, reference: string): Promise<MaterialisedArtifact>
  /** Finishes uploads that a stop of the service interrupted; call once at start. */
  resume(): Promise<void>
  /** Removes content that no package refers to, that is not in `needed`, and that nobody used for an hour. */
  sweep(now: Date, needed?: ReadonlySet<string>): Promise<{ removed: number }>
  /** Returns when no background upload is under way. */
  settle(): Promise<void>
  /** Stops background uploads; `resume` of the next start takes them up. */
  close(): Promise<void>
}

export function createArtifacts(_options: ArtifactsOptions): Artifacts {
  throw new Bug('artifacts are not built yet')
}
