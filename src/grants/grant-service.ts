import { isProjectAdmin, type ProjectCaller } from '../access/index.ts'
import type { Database, Reader } from '../db/database.ts'
import { type GivenRights, holds, type Needed, RIGHTS_ON, type Right, type Thing, type ThingName } from './grant.ts'
import { GRANT_ERRORS } from './grant-errors.ts'
import {
  deleteGrants,
  findThing,
  insertGrants,
  type Member,
  readGivenOn,
  readMembers,
  readRightsOn,
  readThingsWith,
} from './grant-store.ts'

/** Who asks, as far as rights go. */
export type Actor = Pick<ProjectCaller, 'userId' | 'projectId' | 'role' | 'isAdmin'>

/** One wish about rights; `update` replaces all that the user has on the thing. */
export type GrantChange = Readonly<{
  action: 'grant' | 'revoke' | 'update'
  userName: string
  rights: readonly { thing: ThingName; rights: readonly Right[] }[]
}>

/** A user with what he may do; administrators and the owner may do everything. */
export type RightsOfUser = Readonly<{ userName: string; isAdmin: boolean; rights: readonly Right[] | 'all' }>

/** Rights of members on jobs, queues, packages and package groups. */
export interface Grants {
  /**
   * Things that do not exist pass: whoever looks for them has the words for it. `reader`: of a transaction, inside one.
   * @throws Refusal `grant.denied`
   */
  require(caller: Actor, needed: Needed, thing: ThingName, reader?: Reader): Promise<void>
  /** The same as an answer, for use inside a transaction. Things that do not exist: yes. */
  may(reader: Reader, caller: Actor, needed: Needed, thing: ThingName): Promise<boolean>
  /** A user who does not ask himself, to be asked about. */
  actorOf(projectId: string, userId: string): Promise<Actor>
  /** @throws Refusal `grant.adminsOnly` */
  requireAdmin(caller: Actor): void
  /** All of it or nothing. @throws Refusal `grant.*` */
  change(caller: ProjectCaller, change: GrantChange): Promise<void>
  /** Everybody with a right on the thing; without the right to see that, only the caller himself. @throws Refusal `grant.*` */
  list(caller: ProjectCaller, thing: ThingName): Promise<RightsOfUser[]>
  /** Whether the caller may export a job; his own he may. */
  mayExportJob(caller: Actor): Promise<(job: { id: number; ownerId: string }) => boolean>
}

export function createGrants({ database }: { database: Database }): Grants {
  const { db } = database
  const may: Grants['may'] = async (reader, caller, needed, name) => {
    if (isProjectAdmin(caller)) return true
    const thing = await findThing(reader, caller.projectId, name)
    return thing === null || (await isHolder(reader, caller, needed, thing))
  }
  return {
    may,
    async require(caller, needed, thing, reader = db) {
      if (!(await may(reader, caller, needed, thing))) throw GRANT_ERRORS.denied(needed, thing)
    },
    async actorOf(projectId, userId) {
      const member = (await readMembers(db, projectId)).find((each) => each.userId === userId)
      return { userId, projectId, role: null, isAdmin: member?.isAdmin ?? false }
    },
    requireAdmin(caller) {
      if (!isProjectAdmin(caller)) throw GRANT_ERRORS.adminsOnly()
    },
    change: (caller, change) => changeRights(database, caller, change),
    list: (caller, thing) => listRights(db, caller, thing),
    async mayExportJob(caller) {
      if (isProjectAdmin(caller)) return () => true
      const given = await readThingsWith(db, caller.projectId, caller.userId, 'job', 'export')
      return ({ id, ownerId }) => ownerId === caller.userId || given.has(String(id))
    },
  }
}

/** For lists, as their `visibleTo`. Absent: who administrates sees everything. */
export function visibleTo(caller: Actor): string | undefined {
  return isProjectAdmin(caller) ? undefined : caller.userId
}

async function isHolder(reader: Reader, caller: Actor, needed: Needed, thing: Thing): Promise<boolean> {
  return holds(thing, needed, caller.userId, await readRightsOn(reader, caller.projectId, thing, caller.userId))
}

async function changeRights(database: Database, caller: ProjectCaller, change: GrantChange): Promise<void> {
  const { action, userName } = change
  await database.transact(async (tx) => {
    const members = await readMembers(tx.db, caller.projectId)
    for (const { thing: name, rights } of change.rights) {
      const thing = await existing(tx.db, caller.projectId, name)
      await checkMayChange(tx.db, caller, change, name, thing, rights)
      const user = memberNamed(members, userName)
      if (user.userId === thing.ownerId) {
        if (action !== 'grant') throw GRANT_ERRORS.ofOwner(userName, name)
        continue // who owns it has the right already
      }
      const taken = action === 'update' ? RIGHTS_ON[thing.kind] : action === 'revoke' ? rights : []
      await deleteGrants(tx, caller.projectId, thing, user.userId, taken)
      if (action !== 'revoke') await insertGrants(tx, caller.projectId, thing, user.userId, rights)
    }
  })
}

/** Who owns nothing gives on only what he holds himself; else the right to give would be the right to everything. */
async function checkMayChange(
  reader: Reader,
  caller: ProjectCaller,
  { action }: GrantChange,
  name: ThingName,
  thing: Thing,
  rights: readonly Right[],
): Promise<void> {
  if (action !== 'update' && rights.length === 0) throw GRANT_ERRORS.nothingGiven()
  if (isProjectAdmin(caller)) return
  const given = await readRightsOn(reader, caller.projectId, thing, caller.userId)
  const needed = neededFor(action, rights)
  const missing = needed.find((right) => !holds(thing, right, caller.userId, given))
  if (missing) throw GRANT_ERRORS.denied(missing, name)
}

function neededFor(action: GrantChange['action'], rights: readonly Right[]): readonly Right[] {
  if (action === 'revoke') return ['revoke']
  return action === 'update' ? ['grant', 'revoke', ...rights] : ['grant', ...rights]
}

async function listRights(reader: Reader, caller: ProjectCaller, name: ThingName): Promise<RightsOfUser[]> {
  const thing = await existing(reader, caller.projectId, name)
  const members = await readMembers(reader, caller.projectId)
  const given = await readGivenOn(reader, caller.projectId, thing)
  const all = rightsOfMembers(members, thing, given)
  if (isProjectAdmin(caller) || (await isHolder(reader, caller, 'showRights', thing))) return all
  const own = all.filter(({ userName }) => userName === caller.userName)
  if (own.length === 0) throw GRANT_ERRORS.denied('showRights', name)
  return own
}

/** The owner first, then administrators, then the others; each by name. */
function rightsOfMembers(members: readonly Member[], thing: Thing, given: GivenRights): RightsOfUser[] {
  const isOwner = ({ userId }: Member) => userId === thing.ownerId
  const ranked = members.toSorted((a, b) => rank(a, isOwner(a)) - rank(b, isOwner(b)))
  return ranked.flatMap((member): RightsOfUser[] => {
    if (member.isAdmin || isOwner(member)) return [{ userName: member.userName, isAdmin: true, rights: 'all' }]
    const rights = RIGHTS_ON[thing.kind].filter((right) => given.get(member.userId)?.has(right))
    return rights.length === 0 ? [] : [{ userName: member.userName, isAdmin: false, rights }]
  })
}

const rank = ({ isAdmin }: Member, isOwner: boolean): number => (isOwner ? 0 : isAdmin ? 1 : 2)

async function existing(reader: Reader, projectId: string, name: ThingName): Promise<Thing> {
  const thing = await findThing(reader, projectId, name)
  if (!thing) throw GRANT_ERRORS.thingMissing(name)
  return thing
}

function memberNamed(members: readonly Member[], name: string): Member {
  const member = members.find(({ userName }) => userName === name)
  if (!member) throw GRANT_ERRORS.userMissing(name)
  return member
}
