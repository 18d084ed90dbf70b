import { type ObjectName, parseObjectUrl } from '../storage/index.ts'
import type { Package, PackageGroup, PackageKind, PackageStatus } from './package.ts'
import { ARTIFACT_ERRORS, PACKAGE_ERRORS } from './package-errors.ts'

export type Reference = Readonly<
  { is: 'object'; object: ObjectName } | { is: 'package'; group: string | null; name: string }
>

const KINDS: readonly PackageKind[] = ['jar', 'pyFile', 'file', 'modelFile']

/** What a job's field means: `name.jar`, `group/name.jar`, or a URL of an object. */
export function parseReference(reference: string): Reference {
  if (/^[a-z]+:\/\//i.test(reference)) return { is: 'object', object: parseObjectUrl(reference) }
  const parts = reference.split('/')
  const [first = '', second] = parts
  if (parts.length > 2 || parts.includes('')) throw ARTIFACT_ERRORS.badReference(reference)
  return second === undefined
    ? { is: 'package', group: null, name: first }
    : { is: 'package', group: first, name: second }
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The name that an upload of the path gives. @throws Refusal `object.badName`, `package.badName` */
export function packageNameOf(path: string): string {
  return toPackageName(parseObjectUrl(path).key)
}

/** The name of a package is the last segment of its path. */
export function toPackageName(key: string): string {
  const name = lastSegment(key)
  if (!/^[A-Za-z0-9_!-][A-Za-z0-9_!.-]{0,127}$/.test(name)) throw PACKAGE_ERRORS.badName(name)
  return name
}

export function checkGroup(group: string | null | undefined): string | null {
  if (group === null || group === undefined) return null
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(group)) throw PACKAGE_ERRORS.badGroup(group)
  return group
}

export function checkKind(kind: string): PackageKind {
  const found = KINDS.find((candidate) => candidate === kind)
  if (!found) throw PACKAGE_ERRORS.badKind(kind)
  return found
}

/** The groups that the packages form, in name order; packages without group are left out. */
export function groupPackages(packages: readonly Package[]): PackageGroup[] {
  const groups = new Map<string, Package[]>()
  for (const each of packages)
    if (each.group !== null) groups.set(each.group, [...(groups.get(each.group) ?? []), each])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, members]) => toGroup(name, members))
}

/** A group shows the oldest member's owner, and is as ready as the least ready of its members. */
function toGroup(name: string, packages: readonly Package[]): PackageGroup {
  const byAge = packages.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || a.id - b.id)
  const updates = packages.map((each) => each.updatedAt.getTime())
  return {
    name,
    status: statusOf(packages),
    packages,
    isAsync: packages.some((each) => each.isAsync),
    ownerId: byAge[0]?.ownerId ?? '',
    ownerName: byAge[0]?.ownerName ?? '',
    createdAt: byAge[0]?.createdAt ?? new Date(0),
    updatedAt: new Date(Math.max(0, ...updates)),
  }
}

function statusOf(packages: readonly Package[]): PackageStatus {
  if (packages.some((each) => each.status === 'FAILED')) return 'FAILED'
  return packages.some((each) => each.status === 'UPLOADING') ? 'UPLOADING' : 'READY'
}
