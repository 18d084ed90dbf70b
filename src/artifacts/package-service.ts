import type { ProjectCaller } from '../access/index.ts'
import type { Database, Tx } from '../db/database.ts'
import { dropGrantsOn } from '../grants/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import { formatObsUrl, type ObjectName, type ObjectStore, parseObjectUrl } from '../storage/index.ts'
import {
  checkTags,
  deleteTags,
  matchesTagFilter,
  readTags,
  readTagsOfKind,
  replaceTags,
  type Tag,
  type TaggedThing,
  type TagRules,
} from '../tags/index.ts'
import { type Content, type ContentStore, createContentStore } from './content-store.ts'
import type {
  MaterialisedArtifact,
  Package,
  PackageKind,
  PackageQuery,
  ResolvedArtifact,
  Upload,
  UploadRequest,
} from './package.ts'
import { ARTIFACT_ERRORS, PACKAGE_ERRORS } from './package-errors.ts'
import { checkGroup, checkKind, lastSegment, parseReference, type Reference, toPackageName } from './package-names.ts'
import { changeOwner, type OwnerChange } from './package-owner.ts'
import {
  countPackages,
  deletePackage,
  isGroupThere,
  type PackageRecord,
  readPackage,
  readPackages,
  readPackagesNamed,
  readReferredTo,
  readUnfinished,
  type StoredPackage,
  upsertPackage,
} from './package-store.ts'
import { type BackgroundUploads, copyObject, createBackgroundUploads, isObjectMissing } from './uploads.ts'

export type ArtifactsOptions = Readonly<{
  database: Database
  objects: ObjectStore
  /** Where the content lives: `<folder>/<first 2 hex>/<sha256>`. */
  folder: string
  clock: Clock
  ids: Ids
  logger: Logger
  tagRules: TagRules
  /** Packages that a project may have. */
  packagesMax: number
}>

/** Packages of a project, and every other file that a job can name. */
export interface Artifacts {
  /**
   * Copies objects of the caller's project into packages; a package of the same name is replaced, with `replacesGroup`
   * the whole group. With `isAsync` it returns at once with packages that are UPLOADING.
   * @throws Refusal `package.objectMissing`, `package.bad…`, `package.twice`, `package.tooMany`, `object.badName`, `artifact.storeFull`, `tag.…`
   */
  upload(caller: ProjectCaller, request: UploadRequest): Promise<Upload>
  list(projectId: string, query?: PackageQuery): Promise<Package[]>
  /**
   * Without group: the package that has none, else the one in the only group that has it.
   * @throws Refusal `package.notFound`
   */
  get(projectId: string, name: string, group: string | null): Promise<Package>
  /** Removes exactly what is named: without group, only a package that has none. @throws Refusal `package.notFound` */
  remove(projectId: string, name: string, group: string | null): Promise<void>
  /** @throws Refusal `package.noneNamed`, `package.notFound`, `package.groupNotFound`, `grant.userMissing` */
  changeOwner(projectId: string, change: OwnerChange): Promise<void>
  /** How many packages the project has, and may have. */
  usage(projectId: string): Promise<{ count: number; max: number }>
  /**
   * Says that what a job names is there.
   * @throws Refusal `artifact.notFound`, `artifact.failed`, `artifact.badReference`, `object.badName`
   */
  resolve(projectId: string, reference: string): Promise<ResolvedArtifact>
  /**
   * Gives the file behind what a job names; it stays for at least an hour after the last call for it.
   * @throws Refusal as `resolve`, and `artifact.notReady`, `artifact.lost`, `artifact.storeFull`
   */
  materialise(projectId: string, reference: string): Promise<MaterialisedArtifact>
  /** Finishes uploads that a stop of the service interrupted; call once at start. */
  resume(): Promise<void>
  /**
   * Removes content that no package refers to, that is not in `needed`, and that nobody used for an hour. Takes up
   * uploads whose end could not be written.
   */
  sweep(now: Date, needed?: ReadonlySet<string>): Promise<{ removed: number }>
  /** Returns when no background upload is under way. */
  settle(): Promise<void>
  /** Stops background uploads; `resume` of the next start takes them up. */
  close(): Promise<void>
}

const PATHS_MAX = 100

type Parts = ArtifactsOptions & Readonly<{ contents: ContentStore; uploads: BackgroundUploads }>

/** Whose new packages are. */
type Owner = Pick<ProjectCaller, 'projectId' | 'userId' | 'userName'>

/** An upload request, understood. */
type UploadPlan = Readonly<{
  kind: PackageKind
  group: string | null
  isAsync: boolean
  /** Null: tags of a replaced package stay. */
  tags: readonly Tag[] | null
  sources: readonly { path: string; object: ObjectName; name: string }[]
}>

export function createArtifacts(options: ArtifactsOptions): Artifacts {
  const contents = createContentStore(options.folder, options.clock)
  const uploads = createBackgroundUploads({ ...options, contents })
  const parts = { ...options, contents, uploads }
  return {
    upload: (caller, request) => upload(parts, caller, request),
    list: (projectId, query = {}) => list(parts, projectId, query),
    get: (projectId, name, group) => get(parts, projectId, name, group),
    remove: (projectId, name, group) => remove(parts, projectId, name, group),
    changeOwner: (projectId, change) => changeOwner(parts.database, projectId, change),
    usage: async (projectId) => ({
      count: await countPackages(parts.database.db, projectId),
      max: parts.packagesMax,
    }),
    resolve: (projectId, reference) => resolve(parts, projectId, reference),
    materialise: (projectId, reference) => materialise(parts, projectId, reference),
    resume: () => resume(parts),
    sweep: (now, needed = new Set()) => sweep(parts, now, needed),
    settle: () => uploads.settle(),
    close: () => uploads.close(),
  }
}

async function upload(parts: Parts, caller: ProjectCaller, request: UploadRequest): Promise<Upload> {
  const plan = planUpload(request, parts.tagRules)
  for (const { path, object } of plan.sources) {
    const found = await parts.objects.stat({ projectId: caller.projectId, ...object })
    if (!found) throw PACKAGE_ERRORS.objectMissing(path)
  }
  const contents = plan.isAsync ? null : await copyAll(parts, caller.projectId, plan)
  const packages = await parts.database.transact(async (tx) => {
    const owner = request.replacesGroup ? await replaceGroup(tx, caller, plan) : caller
    return writePackages(tx, parts, owner, plan, contents)
  })
  if (plan.isAsync) for (const each of packages) parts.uploads.start(each)
  return { group: plan.group, packages }
}

function planUpload(request: UploadRequest, tagRules: TagRules): UploadPlan {
  const { paths, tags } = request
  if (paths.length < 1 || paths.length > PATHS_MAX) throw PACKAGE_ERRORS.badPathCount(paths.length, PATHS_MAX)
  const sources = paths.map((path) => {
    const object = parseObjectUrl(path)
    return { path, object, name: toPackageName(object.key) }
  })
  const names = sources.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw PACKAGE_ERRORS.twice(twice)
  return {
    kind: checkKind(request.kind),
    group: checkGroup(request.group),
    isAsync: request.isAsync ?? false,
    tags: tags ? checkTags(tags, tagRules) : null,
    sources,
  }
}

async function copyAll(parts: Parts, projectId: string, { sources }: UploadPlan): Promise<Content[]> {
  const copied: Content[] = []
  for (const { path, object } of sources) {
    const content = copyObject(parts, projectId, object).catch((error: unknown) => {
      throw isObjectMissing(error) ? PACKAGE_ERRORS.objectMissing(path) : error // it went after it was looked for
    })
    copied.push(await content)
  }
  for (const { sha256 } of copied) parts.contents.find(sha256) // the first of many may have waited long for the last
  return copied
}

async function writePackages(
  tx: Tx,
  { clock, ids, packagesMax }: Parts,
  { projectId, userId, userName }: Owner,
  { sources, kind, group, isAsync, tags }: UploadPlan,
  contents: readonly Content[] | null,
): Promise<Package[]> {
  const written: Package[] = []
  for (const [index, { object, name }] of sources.entries()) {
    const content = contents?.[index] ?? null
    const record: PackageRecord = {
      projectId,
      group,
      name,
      kind,
      status: content ? 'READY' : 'UPLOADING',
      underlyingName: `${ids.uuid()}_${name}`,
      source: formatObsUrl(object),
      sha256: content?.sha256 ?? null,
      sizeBytes: content?.sizeBytes ?? null,
      isAsync,
      ownerId: userId,
      at: clock.now(),
    }
    written.push(await writePackage(tx, record, userName, tags))
  }
  if ((await countPackages(tx.db, projectId)) > packagesMax) throw PACKAGE_ERRORS.tooMany(packagesMax)
  return written
}

async function writePackage(
  tx: Tx,
  record: PackageRecord,
  ownerName: string,
  tags: readonly Tag[] | null,
): Promise<Package> {
  const before = await readPackage(tx.db, record.projectId, record.group, record.name)
  const id = await upsertPackage(tx, record)
  const thing = thingOf({ projectId: record.projectId, id })
  if (tags) await replaceTags(tx, thing, tags)
  const { at, ...rest } = record
  const owner = before ? { ownerId: before.ownerId, ownerName: before.ownerName } : { ownerName }
  const createdAt = before?.createdAt ?? at
  return { ...rest, ...owner, id, failure: null, createdAt, updatedAt: at, tags: await readTags(tx.db, thing) }
}

async function list({ database: { db } }: Parts, projectId: string, query: PackageQuery): Promise<Package[]> {
  const stored = await readPackages(db, projectId, query)
  const tags = await readTagsOfKind(db, projectId, 'package')
  return stored
    .map((each) => ({ ...each, tags: tags.get(String(each.id)) ?? [] }))
    .filter((each) => matchesTagFilter(each.tags, query.tags ?? []))
}

async function get(parts: Parts, projectId: string, name: string, group: string | null): Promise<Package> {
  const found = await find(parts, projectId, name, group)
  if (!found) throw PACKAGE_ERRORS.notFound(name, group)
  return { ...found, tags: await readTags(parts.database.db, thingOf(found)) }
}

async function remove({ database }: Parts, projectId: string, name: string, group: string | null): Promise<void> {
  await database.transact(async (tx) => {
    const found = await readPackage(tx.db, projectId, group, name)
    if (!found) throw PACKAGE_ERRORS.notFound(name, group)
    await removeStored(tx, found)
    if (group !== null && !(await isGroupThere(tx.db, projectId, group)))
      await dropGrantsOn(tx, projectId, { kind: 'group', id: group })
  })
}

/** Removes what is in the group beside what comes, and gives its owner, who keeps it: of a new group, the caller. */
async function replaceGroup(tx: Tx, caller: Owner, { group, sources }: UploadPlan): Promise<Owner> {
  const names = new Set(sources.map(({ name }) => name))
  const members = (await readPackages(tx.db, caller.projectId, {})).filter((each) => each.group === group)
  for (const each of members) if (!names.has(each.name)) await removeStored(tx, each)
  const [oldest] = members
  return oldest ? { projectId: caller.projectId, userId: oldest.ownerId, userName: oldest.ownerName } : caller
}

async function removeStored(tx: Tx, { projectId, id }: StoredPackage): Promise<void> {
  await deleteTags(tx, thingOf({ projectId, id }))
  await deletePackage(tx, id)
  await dropGrantsOn(tx, projectId, { kind: 'package', id: String(id) })
}

async function resolve(parts: Parts, projectId: string, reference: string): Promise<ResolvedArtifact> {
  const parsed = parseReference(reference)
  if (parsed.is === 'object') {
    const object = await parts.objects.stat({ projectId, ...parsed.object })
    if (!object) throw ARTIFACT_ERRORS.notFound(reference)
    return { reference, name: lastSegment(parsed.object.key), exists: true }
  }
  const { name } = await packageFor(parts, projectId, reference, parsed)
  return { reference, name, exists: true }
}

async function materialise(parts: Parts, projectId: string, reference: string): Promise<MaterialisedArtifact> {
  const parsed = parseReference(reference)
  if (parsed.is === 'object') {
    const content = await copyObject(parts, projectId, parsed.object).catch((error: unknown) => {
      throw isObjectMissing(error) ? ARTIFACT_ERRORS.notFound(reference) : error
    })
    return { ...content, name: lastSegment(parsed.object.key) }
  }
  const { name, sha256 } = await packageFor(parts, projectId, reference, parsed)
  if (sha256 === null) throw ARTIFACT_ERRORS.notReady(reference)
  const content = parts.contents.find(sha256)
  if (!content) throw ARTIFACT_ERRORS.lost(reference)
  return { ...content, name }
}

async function packageFor(
  parts: Parts,
  projectId: string,
  reference: string,
  { name, group }: Reference & { is: 'package' },
): Promise<StoredPackage> {
  const found = await find(parts, projectId, name, group)
  if (!found) throw ARTIFACT_ERRORS.notFound(reference)
  if (found.failure) throw ARTIFACT_ERRORS.failed(reference, found.failure)
  return found
}

async function find(
  { database: { db } }: Parts,
  projectId: string,
  name: string,
  group: string | null,
): Promise<StoredPackage | null> {
  const exact = await readPackage(db, projectId, group, name)
  if (exact || group !== null) return exact
  const anywhere = await readPackagesNamed(db, projectId, name)
  return anywhere.length === 1 ? (anywhere[0] ?? null) : null
}

async function resume({ database, contents, uploads }: Parts): Promise<void> {
  await contents.removeLeftovers()
  for (const each of await readUnfinished(database.db)) uploads.start(each)
}

async function sweep(parts: Parts, now: Date, needed: ReadonlySet<string>): Promise<{ removed: number }> {
  const { database, contents } = parts
  await resume(parts)
  const removed = await contents.sweep(now, async (sha256s) => {
    const referredTo = await readReferredTo(database.db, sha256s)
    return new Set([...referredTo, ...sha256s.filter((sha256) => needed.has(sha256))])
  })
  return { removed }
}

const thingOf = ({ projectId, id }: { projectId: string; id: number }): TaggedThing => ({
  projectId,
  kind: 'package',
  id: String(id),
})
