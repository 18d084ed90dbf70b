import type { Resource, ResourceLookup } from '../tags/index.ts'
import { readPackage, readPackages, type StoredPackage } from './package-store.ts'

/** Packages as things that carry tags: clients call them `group#name`, and those without group by their name. */
export const TAGGED_PACKAGES: ResourceLookup = {
  async find(reader, projectId, resourceId) {
    const [name = '', ...group] = resourceId.split('#').reverse()
    const found = await readPackage(reader, projectId, group.reverse().join('#') || null, name)
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
