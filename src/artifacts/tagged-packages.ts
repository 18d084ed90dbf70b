import type { Resource, ResourceLookup } from '../tags/index.ts'
import { readPackage, readPackages, type StoredPackage } from './package-store.ts'

/** Packages as things that carry tags: clients call them `group#name`, and those without group by their name. */
export const TAGGED_PACKAGES: ResourceLookup = {
  async find(reader, projectId, resourceId) {
    const at = resourceId.lastIndexOf('#')
    const group = resourceId.slice(0, Math.max(at, 0)) || null
    const found = await readPackage(reader, projectId, group, resourceId.slice(at + 1))
    return found && toResource(found)
  },
  async list(reader, projectId) {
    return (await readPackages(reader, projectId)).map(toResource)
  },
}

const toResource = ({ id, group, name }: StoredPackage): Resource => ({
  id,
  resourceId: group === null ? name : `${group}#${name}`,
  name,
})
