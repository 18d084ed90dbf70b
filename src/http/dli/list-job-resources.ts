import { Type } from 'typebox'
import { groupPackages } from '../../artifacts/index.ts'
import { visibleTo } from '../../grants/index.ts'
import { parseTagFilter } from '../../tags/index.ts'
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
  async handle({ artifacts }, { caller, query, language }) {
    const seen = { visibleTo: visibleTo(caller) }
    const tags = parseTagFilter(query.text('tags'))
    const all = await artifacts.list(caller.projectId, seen)
    const found = await artifacts.list(caller.projectId, { ...seen, kind: query.oneOf('kind', PACKAGE_KINDS), tags })
    const groups = new Set(found.map(({ group }) => group))
    return {
      resources: found.map((item) => toPackageItem(item, language)),
      modules: toModules(groupPackages(all).filter(({ name }) => groups.has(name))),
      groups: groupPackages(found).map((group) => toGroupItem(group, language)),
      total: found.length,
    }
  },
})
