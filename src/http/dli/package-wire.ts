import { type Static, Type } from 'typebox'
import { groupPackages, type Package, type PackageGroup, type PackageKind, type Upload } from '../../artifacts/index.ts'
import { assert, type Language } from '../../lib/errors.ts'
import { optional } from './fields.ts'

/** Packages, groups and modules as DLI's answers spell them. A module is a group whose packages are all of one kind. */
export const PACKAGE_KINDS = ['jar', 'pyFile', 'file', 'modelFile'] as const satisfies PackageKind[]

const text = Type.String()
const millis = Type.Integer({ description: 'Milliseconds since 1970 UTC.' })
const Status = Type.Enum(['READY', 'UPLOADING', 'FAILED'])

export const PackageItem = Type.Object({
  create_time: millis,
  update_time: millis,
  resource_type: text,
  resource_name: text,
  status: Status,
  underlying_name: text,
  owner: text,
  status_desc: optional(Type.String({ description: 'Why the upload failed; only there when it did.' })),
})

const Detail = Type.Object({
  create_time: millis,
  update_time: millis,
  resource_type: text,
  resource_name: text,
  status: Status,
  underlying_name: text,
  is_async: Type.Boolean(),
  status_desc: optional(text),
})

export const GroupItem = Type.Object({
  group_name: text,
  status: Status,
  resources: Type.Array(text),
  details: Type.Array(Detail),
  create_time: millis,
  update_time: millis,
  is_async: Type.Boolean(),
  owner: text,
})

export const ModuleItem = Type.Object({
  module_name: text,
  module_type: text,
  status: Status,
  resources: Type.Array(text),
  description: text,
  create_time: millis,
  update_time: millis,
})

export const UploadAnswer = Type.Object({
  ...GroupItem.properties,
  group_name: optional(text),
  resource_names: optional(Type.Array(text, { description: 'Only when the upload has no group.' })),
  description: optional(text),
  module_name: optional(text),
  module_type: optional(text),
})

export function toPackageItem(item: Package, language: Language): Static<typeof PackageItem> {
  return { ...toShort(item, language), owner: item.ownerName }
}

export function toGroupItem(group: PackageGroup, language: Language): Static<typeof GroupItem> {
  return {
    group_name: group.name,
    status: group.status,
    resources: group.packages.map(({ name }) => name),
    details: group.packages.map((item) => ({ ...toShort(item, language), is_async: item.isAsync })),
    create_time: group.createdAt.getTime(),
    update_time: group.updatedAt.getTime(),
    is_async: group.isAsync,
    owner: group.ownerName,
  }
}

export function toModules(groups: readonly PackageGroup[]): Static<typeof ModuleItem>[] {
  return groups
    .filter(({ packages }) => new Set(packages.map(({ kind }) => kind)).size === 1)
    .map((group) => ({
      module_name: group.name,
      module_type: group.packages[0]?.kind ?? 'file',
      status: group.status,
      resources: group.packages.map(({ name }) => name),
      description: '',
      create_time: group.createdAt.getTime(),
      update_time: group.updatedAt.getTime(),
    }))
}

/** With a group, the group as far as this upload goes; without, the same facts and the bare names. */
export function toUploadAnswer(upload: Upload, language: Language): Static<typeof UploadAnswer> {
  const [group] = groupPackages(upload.packages.map((item) => ({ ...item, group: upload.group ?? 'none' })))
  assert(group, 'an upload has at least one package')
  const { group_name, ...facts } = toGroupItem(group, language)
  return upload.group === null ? { ...facts, resource_names: facts.resources } : { group_name, ...facts }
}

function toShort(item: Package, language: Language) {
  return {
    create_time: item.createdAt.getTime(),
    update_time: item.updatedAt.getTime(),
    resource_type: item.kind,
    resource_name: item.name,
    status: item.status,
    underlying_name: item.underlyingName,
    ...(item.failure ? { status_desc: item.failure[language] } : {}),
  }
}
