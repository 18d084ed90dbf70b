import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { addMemberOf, addProject, type NewProject, type Project, type Role } from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import {
  type Domain,
  disableAccessKey,
  insertAccessKey,
  insertDomain,
  insertUser,
  readEnabledKeys,
  readFirstDomain,
  readUser,
  readUsers,
  readUsersByName,
  type UserSecret,
} from './access-store.ts'
import { opens } from './lost-sealing-key.ts'
import type { Passwords } from './passwords.ts'
import { seal } from './sealing.ts'
import {
  type AccessKeyPair,
  type FirstCredentials,
  type FirstWish,
  isNewPassword,
  isUserName,
  type NewUser,
  type User,
} from './user.ts'

/** Administration: users, keys, members. Nothing here asks who calls; that is for whoever offers it. */
export type UserParts = Readonly<{
  database: Database
  clock: Clock
  ids: Ids
  passwords: Passwords
  sealingKey: Buffer
}>

const FIRST_NAME = 'headgate'
const FIRST_USER = 'admin'

/** On an empty database: a domain, a project, its administrator and a key, all or none. Null: it was done before. */
export async function bootstrap(parts: UserParts, wish: FirstWish): Promise<FirstCredentials | null> {
  const { database, clock, ids } = parts
  if (await readFirstDomain(database.db)) return null
  const password = wish.adminPassword ?? ids.secret(18)
  const name = wish.adminName ?? FIRST_USER
  const wantedUser = { name, password, passwordHash: await hashNew(parts, name, password), isAdmin: true }
  return database.transact(async (tx) => {
    if (await readFirstDomain(tx.db)) return null
    const domain = { id: ids.hex32(), name: FIRST_NAME }
    await insertDomain(tx, { ...domain, createdAt: clock.now() })
    const wantedProject = { name: wish.projectName ?? FIRST_NAME, id: wish.projectId }
    const project = await addProject(tx, makerOf(parts), domain.id, wantedProject)
    const user = await addUser(tx, parts, domain, wantedUser)
    await addMemberOf(tx, { userId: user.id, domainId: domain.id, projectId: project.id, role: 'admin' })
    const key = await addAccessKey(tx, parts, user.id)
    return {
      domainId: domain.id,
      domainName: domain.name,
      projectId: project.id,
      projectName: project.name,
      userId: user.id,
      userName: user.name,
      password,
      ...key,
    }
  })
}

export async function createProject(parts: UserParts, wanted: NewProject): Promise<Project> {
  return parts.database.transact(async (tx) => addProject(tx, makerOf(parts), (await firstDomain(tx)).id, wanted))
}

export async function createUser(parts: UserParts, wanted: NewUser): Promise<User> {
  const passwordHash = await hashNew(parts, wanted.name, wanted.password)
  return parts.database.transact(async (tx) => {
    const user = { name: wanted.name, passwordHash, isAdmin: wanted.isAdmin ?? false }
    return addUser(tx, parts, await firstDomain(tx), user)
  })
}

export async function addMember(
  { database }: UserParts,
  member: { userId: string; projectId: string; role?: Role | undefined },
): Promise<void> {
  await database.transact(async (tx) => {
    const { id: userId, domainId } = await existingUser(tx, member.userId)
    await addMemberOf(tx, { userId, domainId, projectId: member.projectId, role: member.role ?? 'member' })
  })
}

export async function createAccessKey(parts: UserParts, userId: string): Promise<AccessKeyPair> {
  return parts.database.transact(async (tx) => addAccessKey(tx, parts, (await existingUser(tx, userId)).id))
}

export async function disableKey({ database }: UserParts, ak: string): Promise<void> {
  const isThere = await database.transact((tx) => disableAccessKey(tx, ak))
  if (!isThere) throw ACCESS_ERRORS.keyNotFound(ak)
}

/** Disables the keys that the sealing key does not open, and makes one for the first administrator. Null: all open. */
export async function replaceLostKeys(parts: UserParts): Promise<(AccessKeyPair & { userName: string }) | null> {
  return parts.database.transact(async (tx) => {
    const lost = (await readEnabledKeys(tx.db)).filter((key) => !opens(parts.sealingKey, key))
    const admin = (await readUsers(tx.db)).find(({ isAdmin, enabled }) => isAdmin && enabled)
    if (lost.length === 0 || admin === undefined) return null
    for (const { ak } of lost) await disableAccessKey(tx, ak)
    return { userName: admin.name, ...(await addAccessKey(tx, parts, admin.id)) }
  })
}

export async function findUserByName({ database }: UserParts, domainId: string, name: string): Promise<User | null> {
  const found = await readUsersByName(database.db, name)
  return withoutSecret(found.find((user) => user.domainId === domainId) ?? null)
}

export async function findUser({ database }: UserParts, id: string): Promise<User | null> {
  return withoutSecret(await readUser(database.db, id))
}

/** The slow part of a new user, done before any transaction. */
async function hashNew({ passwords }: UserParts, name: string, password: string): Promise<string> {
  if (!isUserName(name)) throw ACCESS_ERRORS.badUserName(name)
  if (!isNewPassword(password)) throw ACCESS_ERRORS.badPassword()
  return passwords.hash(password)
}

async function addUser(
  tx: Tx,
  { database, clock, ids }: UserParts,
  domain: Domain,
  wanted: { name: string; passwordHash: string; isAdmin: boolean },
): Promise<User> {
  const { name, isAdmin, passwordHash } = wanted
  const owner = { domainId: domain.id, domainName: domain.name }
  const user: User = { id: ids.hex32(), ...owner, name, isAdmin, enabled: true, createdAt: clock.now() }
  try {
    await insertUser(tx, { ...user, passwordHash })
  } catch (error) {
    throw database.quirks.isUniqueViolation(error) ? ACCESS_ERRORS.userTaken(name) : error
  }
  return user
}

async function addAccessKey(tx: Tx, { clock, ids, sealingKey }: UserParts, userId: string): Promise<AccessKeyPair> {
  const ak = `HG${ids.hex32().slice(0, 18).toUpperCase()}`
  const sk = ids.secret(30)
  await insertAccessKey(tx, { ak, userId, secretSealed: seal(sealingKey, ak, sk), createdAt: clock.now() })
  return { ak, sk }
}

async function firstDomain(tx: Tx): Promise<Domain> {
  const domain = await readFirstDomain(tx.db)
  if (!domain) throw ACCESS_ERRORS.notSetUp()
  return domain
}

async function existingUser(tx: Tx, id: string): Promise<User> {
  const user = await readUser(tx.db, id)
  if (!user) throw ACCESS_ERRORS.userNotFound(id)
  return user
}

function withoutSecret(user: UserSecret | null): User | null {
  if (!user) return null
  const { passwordHash: _, ...rest } = user
  return rest
}

const makerOf = ({ clock, ids, database }: UserParts) => ({ clock, ids, quirks: database.quirks })
