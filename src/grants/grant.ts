/**
 * Who may do what to which thing. Its owner and the administrators of the project may do everything; other members what
 * they were given. A package lies in its group and a job on its queue: some rights come from there.
 */
export type ThingKind = 'job' | 'queue' | 'package' | 'group'

/** `use`: name it in a job. `submit`, `cancel`: start jobs on a queue, stop those of others there. */
export type Right =
  | 'view'
  | 'use'
  | 'update'
  | 'delete'
  | 'start'
  | 'stop'
  | 'export'
  | 'submit'
  | 'cancel'
  | 'restart'
  | 'scale'
  | 'grant'
  | 'revoke'
  | 'showRights'

/** What can be given on each kind of thing. */
export const RIGHTS_ON: Readonly<Record<ThingKind, readonly Right[]>> = {
  job: ['view', 'update', 'delete', 'start', 'stop', 'export', 'grant', 'revoke', 'showRights'],
  queue: ['submit', 'cancel', 'delete', 'restart', 'scale', 'grant', 'revoke', 'showRights'],
  group: ['use', 'update', 'view', 'delete', 'grant', 'revoke', 'showRights'],
  package: ['use', 'update', 'view', 'delete', 'grant', 'revoke', 'showRights'],
}

/** A right, or: to hold any right at all, or to be the owner (which nobody can be given). */
export type Needed = Right | 'any' | 'ownership'

/** Queues have no right to be seen or changed: whoever may do anything with one sees it, and its owner changes it. */
export function meantOn(kind: ThingKind, needed: Needed): Needed {
  if (kind !== 'queue') return needed
  return needed === 'view' ? 'any' : needed === 'update' ? 'ownership' : needed
}

/** A thing as people name it, inside a project. */
export type ThingName = Readonly<
  | { kind: 'job'; id: number }
  | { kind: 'queue'; name: string }
  | { kind: 'group'; name: string }
  /**
   * Without group: the package that has none, else the one in the only group that has it. `asTarget`, of an upload:
   * exactly this package, else the group that it comes into.
   */
  | { kind: 'package'; group: string | null; name: string; asTarget?: boolean }
>

/** A thing that is there. Ids are never used twice but those of groups, which are names. */
export type Thing = Readonly<{
  kind: ThingKind
  id: string
  ownerId: string
  /** What it lies in, whose rights reach into it. */
  within: Thing | null
}>

export const keyOf = ({ kind, id }: Pick<Thing, 'kind' | 'id'>): string => `${kind}:${id}`

/** The rights one user was given, by `keyOf` the thing. */
export type GivenRights = ReadonlyMap<string, ReadonlySet<Right>>

/** What a member who is no administrator may do. */
export function holds(thing: Thing, asked: Needed, userId: string, given: GivenRights): boolean {
  if (thing.ownerId === userId) return true
  const needed = meantOn(thing.kind, asked)
  const here = given.get(keyOf(thing)) ?? new Set()
  if (needed === 'any' ? here.size > 0 : needed !== 'ownership' && here.has(needed)) return true
  const outside = neededOutside(thing.kind, needed)
  return thing.within !== null && outside !== null && holds(thing.within, outside, userId, given)
}

/** The right on a package's group counts for the package; who may cancel the jobs of a queue may stop each of them. */
function neededOutside(kind: ThingKind, needed: Needed): Needed | null {
  if (kind === 'package') return needed
  return kind === 'job' && needed === 'stop' ? 'cancel' : null
}
