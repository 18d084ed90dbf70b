import type { Resource, ResourceLookup } from '../tags/index.ts'
import { readPackage, readPackages, type StoredPackage } from './package-store.ts'

/** Packages as things that carry tags: clients call them `group#name`, and those without group by their name. */
export const TAGGED_PACKAGES: ResourceLookup = {
  async find(reader, projectId, resourceId) {
    const { group, name } = parsePackageId(resourceId)
    const found = await readPackage(reader, projectId, group, name)
    return found && toResource(found)
  },
  async list(reader, projectId) {
    return (await readPackages(reader, projectId)).map(toResource)
  },
}

/** What a client's id of a package names; `#name` is without group, too, as Terraform spells it. */
export function parsePackageId(resourceId: string): { group: string | null; name: string } {
  const at = resourceId.lastIndexOf('#')
  return { group: resourceId.slice(0, Math.max(at, 0)) || null, name: resourceId.slice(at + 1) }
}

const toResource = ({ id, ownerId, group, name }: StoredPackage): Resource => ({
  id,
  ownerId,
  group,
  resourceId: group === null ? name : `${group}#${name}`,
  name,
})
