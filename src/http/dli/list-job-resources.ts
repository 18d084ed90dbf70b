import { Type } from 'typebox'
import { groupPackages } from '../../artifacts/index.ts'
import { projectEndpoint } from '../endpoint.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import {
  GroupItem,
  ModuleItem,
  PACKAGE_KINDS,
  PackageItem,
  toGroupItem,
  toModules,
  toPackageItem,
} from './package-wire.ts'

export const listJobResources = projectEndpoint({
  place: dliOperation('listJobResources'),
  room: 'general',
  tag: 'Packages',
  query: Type.Object({
    kind: optional(Type.Enum(PACKAGE_KINDS, { description: 'Only packages of the kind.' })),
    tags: optional(Type.String({ description: 'Only packages with all the tags: k1=v1,k2.' })),
  }),
  answer: Type.Object({
    resources: Type.Array(PackageItem),
    modules: Type.Array(ModuleItem),
    groups: Type.Array(GroupItem),
    total: Type.Integer({ description: 'Number of resources.' }),
  }),
  async handle({ artifacts, grants }, { caller, query, language }) {
    const tags = query.list('tags')
    const found = await artifacts.list(caller.projectId, {
      isVisible: await grants.visiblePackages(caller),
      kind: query.oneOf('kind', PACKAGE_KINDS),
      tags: tags.length > 0 ? tags : undefined,
    })
    const groups = groupPackages(found)
    return {
      resources: found.map((item) => toPackageItem(item, language)),
      modules: toModules(groups),
      groups: groups.map((group) => toGroupItem(group, language)),
      total: found.length,
    }
  },
})
