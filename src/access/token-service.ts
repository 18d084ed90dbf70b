import { createHash } from 'node:crypto'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { type Project, type Role, readProjectsOfMember, readRole } from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import {
  deleteTokensExpiredBy,
  insertToken,
  readToken,
  readUser,
  readUsersByName,
  type StoredToken,
  type UserSecret,
} from './access-store.ts'
import type { Caller } from './caller.ts'
import type { Lockout } from './lockout.ts'
import type { Passwords } from './passwords.ts'
import type { IssuedToken, NamedInDomain, NamedThing, RoleName, TokenFacts, TokenRequest } from './token.ts'
import { PASSWORD_LENGTH_MAX, type User } from './user.ts'

/**
 * Tokens are random texts of which only the SHA-256 is stored: whoever reads the database can use none. They are
 * random enough that a plain hash and an index lookup are safe.
 */
const TOKEN_BYTES = 32
const TOKEN_LENGTH_MAX = 1024
const VALID_MS = 24 * 3_600_000
/** Expired tokens are kept a while, so that their owner hears "expired" rather than "unknown". */
const REMEMBERED_MS = 24 * 3_600_000

export type TokenParts = Readonly<{
  database: Database
  clock: Clock
  ids: Ids
  passwords: Passwords
  signIns: Lockout
}>

/** `expiresAt` null: a day after the issue. */
type Identity = Readonly<{ user: User; methods: readonly string[]; expiresAt: Date | null }>

export async function issueToken(parts: TokenParts, request: TokenRequest, from: string): Promise<IssuedToken> {
  const { database, clock, ids } = parts
  const { user, methods, ...identity } = await identify(parts, request, from)
  const project = await resolveScope(parts, user, request.scope)
  const role = project && (await readRole(database.db, user.id, project.id))
  const token = ids.secret(TOKEN_BYTES)
  const issuedAt = clock.now()
  const expiresAt = identity.expiresAt ?? new Date(issuedAt.getTime() + VALID_MS)
  await database.transact((tx) =>
    insertToken(tx, {
      tokenHash: hashOf(token),
      userId: user.id,
      projectId: project?.id ?? null,
      methods: methods.join(','),
      issuedAt,
      expiresAt,
    }),
  )
  return { token, ...toFacts({ user, project, role, methods: methods.join(','), issuedAt, expiresAt }) }
}

/** What a token says, without its text. */
export async function inspectToken(parts: TokenParts, token: string | undefined): Promise<TokenFacts> {
  return toFacts(await findToken(parts, token))
}

export async function authenticateToken(parts: TokenParts, token: string | undefined): Promise<Caller> {
  const { user, project, role } = await findToken(parts, token)
  return toCaller(user, project && role ? { projectId: project.id, role } : null)
}

/** Removes tokens that expired long ago; answers how many. */
export async function sweepTokens({ database, clock }: TokenParts): Promise<number> {
  const moment = new Date(clock.now().getTime() - REMEMBERED_MS)
  return database.transact((tx) => deleteTokensExpiredBy(tx, moment))
}

export function toCaller(user: User, membership: { projectId: string; role: Role } | null): Caller {
  const { id, name, domainId, domainName, isAdmin } = user
  const { projectId, role } = membership ?? { projectId: null, role: null }
  return { userId: id, userName: name, domainId, domainName, projectId, role, isAdmin }
}

async function findToken({ database, clock }: TokenParts, token: string | undefined): Promise<StoredToken> {
  if (!token) throw ACCESS_ERRORS.tokenMissing()
  const stored = token.length <= TOKEN_LENGTH_MAX ? await readToken(database.db, hashOf(token)) : null
  if (!stored) throw ACCESS_ERRORS.tokenInvalid()
  if (stored.expiresAt <= clock.now()) throw ACCESS_ERRORS.tokenExpired()
  return stored
}

async function identify(parts: TokenParts, request: TokenRequest, from: string): Promise<Identity> {
  const { methods, password, token } = request
  const [method, ...others] = methods
  if (others.length === 0 && method === 'password' && password) return identifyByPassword(parts, password, from)
  if (others.length === 0 && method === 'token' && token) return identifyByToken(parts, token.id)
  throw ACCESS_ERRORS.methodUnsupported(methods)
}

async function identifyByPassword(
  parts: TokenParts,
  given: { user: NamedInDomain; password: string },
  from: string,
): Promise<Identity> {
  const attempt = `${from} ${given.user.id ?? given.user.name ?? ''}`
  const lockedMs = parts.signIns.lockedForMs(attempt)
  if (lockedMs > 0) throw ACCESS_ERRORS.signInLocked(Math.ceil(lockedMs / 1000))
  const user = await findUser(parts, given.user)
  const isPossible = given.password.length <= 2 * PASSWORD_LENGTH_MAX // code units
  const isRight = await parts.passwords.matches(
    isPossible ? given.password : '',
    isPossible ? (user?.passwordHash ?? null) : null,
  )
  if (!user || !isRight) {
    parts.signIns.noteWrong(attempt)
    throw ACCESS_ERRORS.badCredentials()
  }
  parts.signIns.noteRight(attempt)
  return { user, methods: ['password'], expiresAt: null }
}

/** A token got by a token ends when the first one ends. */
async function identifyByToken(parts: TokenParts, token: string): Promise<Identity> {
  const { user, methods, expiresAt } = await findToken(parts, token)
  return { user, methods: [...new Set([...methods.split(','), 'token'])], expiresAt }
}

async function findUser({ database }: TokenParts, wanted: NamedInDomain): Promise<UserSecret | null> {
  const byId = wanted.id === undefined ? null : await readUser(database.db, wanted.id)
  const byName = wanted.name === undefined ? [] : await readUsersByName(database.db, wanted.name)
  const found = (wanted.id === undefined ? byName : byId ? [byId] : []).filter(
    (user) => user.enabled && isNamed(wanted, user) && isInDomain(user, wanted.domain),
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

async function resolveScope(
  { database }: TokenParts,
  user: User,
  scope: TokenRequest['scope'],
): Promise<Project | null> {
  if (!scope?.project && !scope?.domain) {
    const projects = await readProjectsOfMember(database.db, user.id)
    return projects.length === 1 ? (projects[0] ?? null) : null
  }
  if (!scope.project) {
    if (scope.domain && !isInDomain(user, scope.domain)) throw ACCESS_ERRORS.scopeRefused(nameOf(scope.domain))
    return null
  }
  const wanted = scope.project
  const projects = await readProjectsOfMember(database.db, user.id)
  const project = projects.find((candidate) => isNamed(wanted, candidate) && isInDomain(user, wanted.domain))
  if (!project) throw ACCESS_ERRORS.scopeRefused(nameOf(wanted))
  return project
}

const isInDomain = (user: User, domain: NamedThing | undefined): boolean =>
  domain === undefined || isNamed(domain, { id: user.domainId, name: user.domainName })

/** All that is said of the thing is true of the candidate, and something is said. */
function isNamed(wanted: NamedThing, candidate: { id: string; name: string }): boolean {
  const saysNothing = wanted.id === undefined && wanted.name === undefined
  const { id = candidate.id, name = candidate.name } = wanted
  return !saysNothing && id === candidate.id && name === candidate.name
}

const nameOf = (thing: NamedThing): string => thing.name ?? thing.id ?? ''

function toFacts(stored: StoredToken): TokenFacts {
  const { user, project, methods, issuedAt, expiresAt } = stored
  return {
    userId: user.id,
    userName: user.name,
    domainId: user.domainId,
    domainName: user.domainName,
    project: project && { id: project.id, name: project.name },
    roles: rolesOf(stored),
    methods: methods.split(','),
    issuedAt,
    expiresAt,
  }
}

function rolesOf({ user, project, role }: StoredToken): RoleName[] {
  const name = project ? role : user.isAdmin ? 'admin' : null
  return name === null ? [] : [{ id: name, name }]
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
