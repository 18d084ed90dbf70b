import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { type NewProject, type Project, type Role, readProjectsOfMember } from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import { type Administration, createAdministration } from './administration.ts'
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
  /** Wrong passwords for one user from one address, after which further ones are refused for a while. Default 10. */
  wrongPasswordsMax?: number
}>

/** Who may come in, and into which project. */
export interface Access {
  /** Makes domain, project, administrator and key on an empty database and answers the secrets, once; null afterwards. */
  bootstrap(wish?: FirstWish): Promise<FirstCredentials | null>

  /**
   * `from`: the address of who asks.
   * @throws Refusal `access.badCredentials`, `access.signInLocked`, `access.scopeRefused`, `access.methodUnsupported`, `access.token…`
   */
  issueToken(request: TokenRequest, from?: string): Promise<IssuedToken>
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
  createProject(project: NewProject): Promise<Project>
  createUser(user: NewUser): Promise<User>
  /** Adds a member, or changes his role. */
  addMember(membership: { userId: string; projectId: string; role?: Role | undefined }): Promise<void>
  createAccessKey(userId: string): Promise<AccessKeyPair>
  /**
   * After the loss of the sealing key: disables the access keys that the present one does not open, and makes one for the
   * first administrator, whose secret is answered once. Null when there was nothing to do.
   */
  replaceLostKeys(): Promise<(AccessKeyPair & { userName: string }) | null>
  readonly administration: Administration
}

export function createAccess(options: AccessOptions): Access {
  assertSealingKey(options.sealingKey)
  const { db } = options.database
  const parts = { ...options, passwords: createPasswords(), ...lockouts(options) }
  return {
    bootstrap: (wish = {}) => bootstrap(parts, wish),
    issueToken: (request, from = '') => issueToken(parts, request, from),
    inspectToken: (token) => inspectToken(parts, token),
    authenticateToken: (token) => authenticateToken(parts, token),
    authenticateSignature: (request) => authenticateSignature(parts, request),
    requireProject,
    sweepTokens: () => sweepTokens(parts),
    listProjects: (caller, query = {}) => readProjectsOfMember(db, caller.userId, query.name),
    findUser: (id) => findUser(parts, id),
    findUserByName: (domainId, name) => findUserByName(parts, domainId, name),
    createProject: (project) => createProject(parts, project),
    createUser: (user) => createUser(parts, user),
    addMember: (membership) => addMember(parts, membership),
    createAccessKey: (userId) => createAccessKey(parts, userId),
    replaceLostKeys: () => replaceLostKeys(parts),
    administration: createAdministration(parts),
  }
}

const WRONG_SIGNATURES_MAX = 5 // as at the vendor's gateway
const WRONG_PASSWORDS_MAX = 10

function lockouts({ clock, wrongPasswordsMax = WRONG_PASSWORDS_MAX }: AccessOptions) {
  return { lockout: createLockout(clock, WRONG_SIGNATURES_MAX), signIns: createLockout(clock, wrongPasswordsMax) }
}

function requireProject(caller: Caller, projectId: string): ProjectCaller {
  if (caller.projectId !== projectId) throw ACCESS_ERRORS.wrongProject(projectId)
  return { ...caller, projectId }
}
