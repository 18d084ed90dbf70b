import type { Texts } from '../lib/errors.ts'
import type { Tag } from '../tags/index.ts'

export type PackageKind = 'jar' | 'pyFile' | 'file' | 'modelFile'
export type PackageStatus = 'READY' | 'UPLOADING' | 'FAILED'

/** A file that jobs use, copied out of the project's objects at the upload; later changes of the object do not matter. */
export type Package = Readonly<{
  id: number
  projectId: string
  /** Null: belongs to no group. */
  group: string | null
  name: string
  kind: PackageKind
  status: PackageStatus
  /** `<uuid>_<name>`; new with every upload. */
  underlyingName: string
  /** `obs://bucket/key` it was taken from. */
  source: string
  /** Null until READY. */
  sha256: string | null
  sizeBytes: number | null
  isAsync: boolean
  /** Why it is FAILED; null otherwise. */
  failure: Texts | null
  ownerId: string
  ownerName: string
  createdAt: Date
  updatedAt: Date
  tags: readonly Tag[]
}>

/** Packages of one group, seen together. */
export type PackageGroup = Readonly<{
  name: string
  status: PackageStatus
  packages: readonly Package[]
  isAsync: boolean
  ownerId: string
  ownerName: string
  createdAt: Date
  updatedAt: Date
}>

export type UploadRequest = Readonly<{
  /** `obs://bucket/key` or the https form. */
  paths: readonly string[]
  kind: PackageKind
  group?: string | null | undefined
  isAsync?: boolean | undefined
  tags?: readonly Tag[] | null | undefined
  /** Packages of the group that are not uploaded again go. */
  replacesGroup?: boolean | undefined
}>

/** In the order of the paths. */
export type Upload = Readonly<{ group: string | null; packages: readonly Package[] }>

export type PackageQuery = Readonly<{
  kind?: PackageKind | undefined
  tags?: readonly string[] | undefined
  /** Only packages that this user may see. Absent: all. */
  visibleTo?: string | undefined
}>

/** What a job's field names (`name.jar`, `group/name.jar`, `obs://bucket/key`), found to be there. */
export type ResolvedArtifact = Readonly<{ reference: string; name: string; exists: true }>

/** An immutable local file with the content that the reference had at this moment. */
export type MaterialisedArtifact = Readonly<{ name: string; path: string; sha256: string; sizeBytes: number }>
