import { type Static, Type } from 'typebox'
import type { Right, RightsOfUser, ThingKind, ThingName } from '../../grants/index.ts'
import { toQueueName } from '../../queues/index.ts'
import { type FieldRefusal, REQUEST_ERRORS } from '../request-errors.ts'
import { parseJobId } from './job-id.ts'

/** Rights and the things they are on, as DLI's calls about privileges spell them. */
const SHARED = { GRANT_PRIVILEGE: 'grant', REVOKE_PRIVILEGE: 'revoke', SHOW_PRIVILEGES: 'showRights' } as const

export const PRIVILEGES = {
  job: {
    GET: 'view',
    UPDATE: 'update',
    DELETE: 'delete',
    START: 'start',
    STOP: 'stop',
    EXPORT: 'export',
    ...SHARED,
  },
  queue: {
    SUBMIT_JOB: 'submit',
    CANCEL_JOB: 'cancel',
    DROP_QUEUE: 'delete',
    RESTART: 'restart',
    SCALE_QUEUE: 'scale',
    ...SHARED,
  },
  group: { USE_GROUP: 'use', UPDATE_GROUP: 'update', GET_GROUP: 'view', DELETE_GROUP: 'delete', ...SHARED },
  package: {
    USE_RESOURCE: 'use',
    UPDATE_RESOURCE: 'update',
    GET_RESOURCE: 'view',
    DELETE_RESOURCE: 'delete',
    ...SHARED,
  },
} as const satisfies Record<ThingKind, Readonly<Record<string, Right>>>

const OBJECT_TYPES = { job: 'flink', queue: 'queue', group: 'group', package: 'resource' } as const

const EXPECTED = {
  en: 'jobs.flink.<job id>, queues.<name>, groups.<group> or resources.<package> or resources.<group>/<package>',
  zh: 'jobs.flink.<作业ID>、queues.<队列名>、groups.<分组>、resources.<资源包>或resources.<分组>/<资源包>',
}

/** `jobs.flink.7` and the like. @throws Refusal `request.fieldBad` */
export function toThing(field: string, object: string): ThingName {
  const [, kind, name = ''] = /^(jobs\.flink|queues|groups|resources)\.(.+)$/s.exec(object) ?? []
  if (kind === 'queues') return { kind: 'queue', name: toQueueName(name) }
  if (kind === 'groups') return { kind: 'group', name }
  const id = kind === 'jobs.flink' ? parseJobId(name) : null
  if (id !== null) return { kind: 'job', id }
  const [first = '', second, ...rest] = name.split('/')
  if (kind !== 'resources' || rest.length > 0) throw REQUEST_ERRORS.fieldBad(field, EXPECTED)
  if (second === undefined) return { kind: 'package', group: null, name: first }
  return { kind: 'package', group: first, name: second }
}

/** @throws Refusal `request.fieldBad` when the thing has no such privilege */
export function toRights(field: string, thing: ThingName, names: readonly string[]): Right[] {
  const known: Readonly<Record<string, Right>> = PRIVILEGES[thing.kind]
  return names.map((name) => {
    const right = Object.hasOwn(known, name) ? known[name] : undefined
    if (right === undefined) throw badPrivilege(field, Object.keys(known))
    return right
  })
}

function badPrivilege(field: string, known: readonly string[]): FieldRefusal {
  return REQUEST_ERRORS.fieldBad(field, { en: `one of ${known.join(', ')}`, zh: `以下之一：${known.join('、')}` })
}

export const UserPrivileges = Type.Object({
  is_admin: Type.Boolean({ description: 'The owner, or an administrator of the project.' }),
  user_name: Type.String(),
  privileges: Type.Array(Type.String(), { description: 'ALL for administrators and the owner.' }),
})

export function toUserPrivileges(thing: ThingName, user: RightsOfUser): Static<typeof UserPrivileges> {
  return {
    is_admin: user.isAdmin,
    user_name: user.userName,
    privileges: user.rights === 'all' ? ['ALL'] : toPrivileges(thing.kind, user.rights),
  }
}

function toPrivileges(kind: ThingKind, rights: readonly Right[]): string[] {
  return Object.entries(PRIVILEGES[kind]).flatMap(([name, right]) => (rights.includes(right) ? [name] : []))
}

/** What an answer calls the thing: its bare id or name, and its type. */
export function toObjectNames(thing: ThingName): {
  object_name: string
  object_type: (typeof OBJECT_TYPES)[ThingKind]
} {
  const name = thing.kind === 'job' ? String(thing.id) : thing.name
  const group = thing.kind === 'package' && thing.group !== null ? `${thing.group}/` : ''
  return { object_name: `${group}${name}`, object_type: OBJECT_TYPES[thing.kind] }
}
