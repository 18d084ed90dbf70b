import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { type NewProject, type Project, type Role, readProjectsOfMember } from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import { readUsers } from './access-store.ts'
import type { Caller, ProjectCaller } from './caller.ts'
import { createLockout } from './lockout.ts'
import { createPasswords } from './passwords.ts'
import { assertSealingKey } from './sealing.ts'
import { authenticateSignature } from './signature-service.ts'
import type { SignedRequest } from './signed-request.ts'
import type { IssuedToken, TokenFacts, TokenRequest } from './token.ts'
import { authenticateToken, inspectToken, issueToken, sweepTokens } from './token-service.ts'
import type { AccessKeyPair, FirstCredentials, FirstWish, NewUser, User } from './user.ts'
import {
  addMember,
  bootstrap,
  createAccessKey,
  createProject,
  createUser,
  disableKey,
  findUser,
  findUserByName,
  replaceLostKeys,
} from './user-service.ts'

export type AccessOptions = Readonly<{
  database: Database
  clock: Clock
  ids: Ids
  /** 32 bytes, kept outside the database; without it no stored access key can be used. */
  sealingKey: Buffer
}>

/** Who may come in, and into which project. */
export interface Access {
  /** Makes domain, project, administrator and key on an empty database and answers the secrets, once; null afterwards. */
  bootstrap(wish?: FirstWish): Promise<FirstCredentials | null>

  /** @throws Refusal `access.badCredentials`, `access.scopeRefused`, `access.methodUnsupported`, `access.token…` */
  issueToken(request: TokenRequest): Promise<IssuedToken>
  /** @throws Refusal `access.tokenMissing`, `access.tokenInvalid`, `access.tokenExpired` */
  inspectToken(token: string | undefined): Promise<TokenFacts>
  /** One indexed query. @throws as `inspectToken` */
  authenticateToken(token: string | undefined): Promise<Caller>
  /** @throws Refusal `access.signatureUnreadable`, `access.signatureInvalid`, `access.keyUnknown`, `access.keyLocked` */
  authenticateSignature(request: SignedRequest & { pathProjectId: string | null }): Promise<Caller>
  /** @throws Refusal `access.wrongProject` unless the caller was let into exactly this project */
  requireProject(caller: Caller, projectId: string): ProjectCaller
  /** Forgets tokens that expired long ago; answers how many. */
  sweepTokens(): Promise<number>

  /** Only projects of which the caller is a member. */
  listProjects(caller: Caller, query?: { name?: string | undefined }): Promise<Project[]>
  findUser(id: string): Promise<User | null>
  findUserByName(domainId: string, name: string): Promise<User | null>

  /** Administration. Nothing from here on asks who calls. */
  listUsers(): Promise<User[]>
  createProject(project: NewProject): Promise<Project>
  createUser(user: NewUser): Promise<User>
  /** Adds a member, or changes his role. */
  addMember(membership: { userId: string; projectId: string; role?: Role | undefined }): Promise<void>
  createAccessKey(userId: string): Promise<AccessKeyPair>
  disableAccessKey(ak: string): Promise<void>
  /**
   * After the loss of the sealing key: disables the access keys that the present one does not open, and makes one for the
   * first administrator, whose secret is answered once. Null when there was nothing to do.
   */
  replaceLostKeys(): Promise<(AccessKeyPair & { userName: string }) | null>
}

export function createAccess(options: AccessOptions): Access {
  assertSealingKey(options.sealingKey)
  const { db } = options.database
  const parts = { ...options, passwords: createPasswords(), lockout: createLockout(options.clock) }
  return {
    bootstrap: (wish = {}) => bootstrap(parts, wish),
    issueToken: (request) => issueToken(parts, request),
    inspectToken: (token) => inspectToken(parts, token),
    authenticateToken: (token) => authenticateToken(parts, token),
    authenticateSignature: (request) => authenticateSignature(parts, request),
    requireProject,
    sweepTokens: () => sweepTokens(parts),
    listProjects: (caller, query = {}) => readProjectsOfMember(db, caller.userId, query.name),
    findUser: (id) => findUser(parts, id),
    findUserByName: (domainId, name) => findUserByName(parts, domainId, name),
    listUsers: () => readUsers(db),
    createProject: (project) => createProject(parts, project),
    createUser: (user) => createUser(parts, user),
    addMember: (membership) => addMember(parts, membership),
    createAccessKey: (userId) => createAccessKey(parts, userId),
    disableAccessKey: (ak) => disableKey(parts, ak),
    replaceLostKeys: () => replaceLostKeys(parts),
  }
}

function requireProject(caller: Caller, projectId: string): ProjectCaller {
  if (caller.projectId !== projectId) throw ACCESS_ERRORS.wrongProject(projectId)
  return { ...caller, projectId }
}
