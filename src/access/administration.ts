import type { Tx } from '../db/database.ts'
import {
  addMemberOf,
  type Member,
  type NewProject,
  PROJECT_ERRORS,
  type Project,
  type Role,
  readMembersOf,
  readProjectNamed,
  readProjects,
  removeMember,
  setProjectEnabled,
} from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import {
  type Domain,
  deleteTokensOf,
  type KeyLine,
  readFirstDomain,
  readKeys,
  readUsers,
  readUsersByName,
  setKeyEnabled,
  updateUser,
} from './access-store.ts'
import type { AccessKeyPair, User } from './user.ts'
import { addAccessKey, createProject, createUser, hashNew, type UserParts } from './user-service.ts'

/** A password or a secret key is shown once, in these answers. */
export type NewUserShown = Readonly<{ user: User; password: string }>
export type NewKeyShown = AccessKeyPair & Readonly<{ userName: string }>

/** Null: nothing about it changes. */
export type UserChanges = Readonly<{ enabled?: boolean | undefined; isAdmin?: boolean | undefined }>

/**
 * What administrators of the service do with users, projects and keys; all are named as people name them, projects also by
 * their id. Nothing here asks who calls: that is for whoever offers it. @throws Refusal `access.*`, `project.*`
 */
export interface Administration {
  listUsers(): Promise<User[]>
  /** Without a password one is made up. */
  createUser(wanted: {
    name: string
    password?: string | undefined
    isAdmin?: boolean | undefined
  }): Promise<NewUserShown>
  /** A disabled user's tokens and keys stop at once; tokens do not come back with him. */
  changeUser(name: string, changes: UserChanges): Promise<User>
  /** Ends the user's tokens. */
  setPassword(name: string, password?: string): Promise<NewUserShown>

  listProjects(): Promise<Project[]>
  createProject(wanted: NewProject): Promise<Project>
  /** Nobody gets into a disabled project; its jobs run on. */
  enableProject(project: string, enabled: boolean): Promise<Project>
  listMembers(project: string): Promise<Member[]>
  /** Adds a member, or changes his role. */
  setMember(project: string, userName: string, role: Role): Promise<void>
  /** Takes with him what he was given in the project. */
  removeMember(project: string, userName: string): Promise<void>

  listKeys(userName?: string): Promise<KeyLine[]>
  createKey(userName: string): Promise<NewKeyShown>
  enableKey(ak: string, enabled: boolean): Promise<void>
  /** A new key for the owner; the old one stops with the same commit. */
  rotateKey(ak: string): Promise<NewKeyShown>
}

const PASSWORD_BYTES = 18

export function createAdministration(parts: UserParts): Administration {
  const { database, ids } = parts
  const { db, transact } = database
  return {
    listUsers: () => readUsers(db),
    async createUser({ name, password = ids.secret(PASSWORD_BYTES), isAdmin }) {
      return { user: await createUser(parts, { name, password, isAdmin }), password }
    },
    changeUser: (name, changes) => transact((tx) => changeUser(tx, name, changes)),
    setPassword: (name, password = ids.secret(PASSWORD_BYTES)) => setPassword(parts, name, password),
    listProjects: () => readProjects(db),
    createProject: (wanted) => createProject(parts, wanted),
    enableProject: (named, enabled) =>
      transact(async (tx) => {
        const project = await projectNamed(tx, named)
        await setProjectEnabled(tx, project.id, enabled)
        return { ...project, enabled }
      }),
    listMembers: (named) => transact(async (tx) => readMembersOf(tx.db, (await projectNamed(tx, named)).id)),
    setMember: (named, userName, role) =>
      transact(async (tx) => {
        const { id: userId, domainId } = await userNamed(tx, userName)
        await addMemberOf(tx, { userId, domainId, projectId: (await projectNamed(tx, named)).id, role })
      }),
    removeMember: (named, userName) =>
      transact(async (tx) => {
        const user = await userNamed(tx, userName)
        const isMember = await removeMember(tx, user.id, (await projectNamed(tx, named)).id)
        if (!isMember) throw PROJECT_ERRORS.notMember(named, userName)
      }),
    listKeys: (userName) =>
      transact(async (tx) => readKeys(tx.db, userName === undefined ? null : (await userNamed(tx, userName)).id)),
    createKey: (userName) =>
      transact(async (tx) => ({ userName, ...(await addAccessKey(tx, parts, (await userNamed(tx, userName)).id)) })),
    enableKey: (ak, enabled) => transact((tx) => mustSetKey(tx, ak, enabled)),
    rotateKey: (ak) => transact((tx) => rotateKey(tx, parts, ak)),
  }
}

async function changeUser(tx: Tx, name: string, { enabled, isAdmin }: UserChanges): Promise<User> {
  const user = await userNamed(tx, name)
  const changed = { ...user, enabled: enabled ?? user.enabled, isAdmin: isAdmin ?? user.isAdmin }
  await assertAdminLeft(tx, changed)
  await updateUser(tx, user.id, { enabled: changed.enabled ? 1 : 0, is_admin: changed.isAdmin ? 1 : 0 })
  if (!changed.enabled) await deleteTokensOf(tx, user.id)
  return changed
}

/** Without an administrator nobody could ever make one again, but with the files of the service. */
async function assertAdminLeft(tx: Tx, changed: User): Promise<void> {
  const after = (await readUsers(tx.db)).map((user) => (user.id === changed.id ? changed : user))
  if (!after.some(({ isAdmin, enabled }) => isAdmin && enabled)) throw ACCESS_ERRORS.lastAdmin(changed.name)
}

async function setPassword(parts: UserParts, name: string, password: string): Promise<NewUserShown> {
  const passwordHash = await hashNew(parts, name, password)
  return parts.database.transact(async (tx) => {
    const user = await userNamed(tx, name)
    await updateUser(tx, user.id, { password_hash: passwordHash })
    await deleteTokensOf(tx, user.id)
    return { user, password }
  })
}

async function rotateKey(tx: Tx, parts: UserParts, ak: string): Promise<NewKeyShown> {
  const old = (await readKeys(tx.db, null)).find((key) => key.ak === ak)
  if (!old) throw ACCESS_ERRORS.keyNotFound(ak)
  await mustSetKey(tx, ak, false)
  return { userName: old.userName, ...(await addAccessKey(tx, parts, old.userId)) }
}

async function mustSetKey(tx: Tx, ak: string, enabled: boolean): Promise<void> {
  if (!(await setKeyEnabled(tx, ak, enabled))) throw ACCESS_ERRORS.keyNotFound(ak)
}

async function userNamed(tx: Tx, name: string): Promise<User> {
  const { id } = await firstDomain(tx)
  const user = (await readUsersByName(tx.db, name)).find(({ domainId }) => domainId === id)
  if (!user) throw ACCESS_ERRORS.userNotFound(name)
  const { passwordHash: _, ...rest } = user
  return rest
}

/** By name or by id. */
async function projectNamed(tx: Tx, named: string): Promise<Project> {
  const project = await readProjectNamed(tx.db, (await firstDomain(tx)).id, named)
  if (!project) throw PROJECT_ERRORS.notFound(named)
  return project
}

async function firstDomain(tx: Tx): Promise<Domain> {
  const domain = await readFirstDomain(tx.db)
  if (!domain) throw ACCESS_ERRORS.notSetUp()
  return domain
}
