import type { ResourceLookup } from '../tags/index.ts'
import { packageRows, readPackage } from './package-store.ts'

/** Packages as things that carry tags: clients call them `group#name`, and those without group by their name. */
export const TAGGED_PACKAGES: ResourceLookup = {
  find(reader, projectId, resourceId) {
    const { group, name } = parsePackageId(resourceId)
    return readPackage(reader, projectId, group, name)
  },
  rows: packageRows,
}

/** What a client's id of a package names; `#name` is without group, too, as Terraform spells it. */
export function parsePackageId(resourceId: string): { group: string | null; name: string } {
  const at = resourceId.lastIndexOf('#')
  return { group: resourceId.slice(0, Math.max(at, 0)) || null, name: resourceId.slice(at + 1) }
}
