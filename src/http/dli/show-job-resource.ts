import { Type } from 'typebox'
import { projectEndpoint } from '../endpoint.ts'
import { optional } from './fields.ts'
import { dliOperation } from './operations.ts'
import { PackageItem, toPackageItem } from './package-wire.ts'

export const GroupParameter = Type.Object({ group: optional(Type.String({ description: 'Group of the package.' })) })

export const showJobResource = projectEndpoint({
  place: dliOperation('showJobResource'),
  room: 'general',
  tag: 'Packages',
  description: 'A package that does not exist is refused with HTTP 404.',
  query: GroupParameter,
  answer: PackageItem,
  async handle({ artifacts }, { caller, params, query, language }) {
    const item = await artifacts.get(caller.projectId, params.resource_name ?? '', query.text('group') ?? null)
    return toPackageItem(item, language)
  },
})
