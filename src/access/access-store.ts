import type { Reader, Tx } from '../db/database.ts'
import type { User } from './user.ts'

export type Domain = Readonly<{ id: string; name: string }>

/** A user with what is needed to let him in. */
export type UserSecret = User & Readonly<{ passwordHash: string }>

export type StoredKey = Readonly<{ ak: string; secretSealed: string; user: User }>

export type StoredToken = Readonly<{
  user: User
  project: Readonly<{ id: string; name: string }> | null
  role: string | null
  methods: string
  issuedAt: Date
  expiresAt: Date
}>

export type NewToken = Readonly<{
  tokenHash: string
  userId: string
  projectId: string | null
  methods: string
  issuedAt: Date
  expiresAt: Date
}>

const users = (reader: Reader) =>
  reader
    .selectFrom('users')
    .innerJoin('domains', 'domains.id', 'users.domain_id')
    .select([
      'users.id',
      'users.domain_id',
      'domains.name as domain_name',
      'users.name',
      'users.password_hash',
      'users.is_admin',
      'users.enabled',
      'users.created_at',
    ])

type UserColumns = { domain_id: string; domain_name: string; is_admin: number; enabled: number; created_at: number }

const toUser = (id: string, name: string, row: UserColumns): User => ({
  id,
  domainId: row.domain_id,
  domainName: row.domain_name,
  name,
  isAdmin: row.is_admin === 1,
  enabled: row.enabled === 1,
  createdAt: new Date(row.created_at),
})

/** The first domain; the others, if any, are of no use to whoever names none. */
export async function readFirstDomain(reader: Reader): Promise<Domain | null> {
  const query = reader.selectFrom('domains').select(['id', 'name']).orderBy('created_at').orderBy('id').limit(1)
  return (await query.executeTakeFirst()) ?? null
}

export async function insertDomain(tx: Tx, domain: Domain & { createdAt: Date }): Promise<void> {
  const { id, name, createdAt } = domain
  await tx.db.insertInto('domains').values({ id, name, created_at: createdAt.getTime() }).execute()
}

export async function insertUser(tx: Tx, user: UserSecret): Promise<void> {
  await tx.db
    .insertInto('users')
    .values({
      id: user.id,
      domain_id: user.domainId,
      name: user.name,
      password_hash: user.passwordHash,
      is_admin: user.isAdmin ? 1 : 0,
      enabled: user.enabled ? 1 : 0,
      created_at: user.createdAt.getTime(),
    })
    .execute()
}

export async function readUser(reader: Reader, id: string): Promise<UserSecret | null> {
  const row = await users(reader).where('users.id', '=', id).executeTakeFirst()
  return row ? { ...toUser(row.id, row.name, row), passwordHash: row.password_hash } : null
}

/** Users of that name in every domain; at most two are of interest (one, or more than one). */
export async function readUsersByName(reader: Reader, name: string): Promise<UserSecret[]> {
  const rows = await users(reader).where('users.name', '=', name).execute()
  return rows.map((row) => ({ ...toUser(row.id, row.name, row), passwordHash: row.password_hash }))
}

/** The enabled user of that name who is a member of the project, or null. */
export async function readMember(
  reader: Reader,
  projectId: string,
  name: string,
): Promise<{ id: string; name: string } | null> {
  const row = await reader
    .selectFrom('users')
    .innerJoin('memberships', 'memberships.user_id', 'users.id')
    .select(['users.id', 'users.name'])
    .where('memberships.project_id', '=', projectId)
    .where('users.name', '=', name)
    .where('users.enabled', '=', 1)
    .executeTakeFirst()
  return row ?? null
}

export async function readUsers(reader: Reader): Promise<User[]> {
  const rows = await users(reader).orderBy('users.created_at').orderBy('users.id').execute()
  return rows.map((row) => toUser(row.id, row.name, row))
}

export async function insertAccessKey(
  tx: Tx,
  key: { ak: string; userId: string; secretSealed: string; createdAt: Date },
): Promise<void> {
  await tx.db
    .insertInto('access_keys')
    .values({
      id: key.ak,
      user_id: key.userId,
      secret_sealed: key.secretSealed,
      enabled: 1,
      created_at: key.createdAt.getTime(),
    })
    .execute()
}

/** Newest first. */
export async function readEnabledKeys(reader: Reader): Promise<Pick<StoredKey, 'ak' | 'secretSealed'>[]> {
  const query = reader.selectFrom('access_keys').select(['id as ak', 'secret_sealed as secretSealed'])
  return query.where('enabled', '=', 1).orderBy('created_at', 'desc').orderBy('id').execute()
}

/** Answers whether there is such a key. */
export async function disableAccessKey(tx: Tx, ak: string): Promise<boolean> {
  const result = await tx.db.updateTable('access_keys').set({ enabled: 0 }).where('id', '=', ak).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** The key when it and its user are enabled. */
export async function readUsableKey(reader: Reader, ak: string): Promise<StoredKey | null> {
  const row = await reader
    .selectFrom('access_keys')
    .innerJoin('users', 'users.id', 'access_keys.user_id')
    .innerJoin('domains', 'domains.id', 'users.domain_id')
    .select(['access_keys.id as ak', 'access_keys.secret_sealed', 'users.id as user_id', 'users.name as user_name'])
    .select(['users.domain_id', 'domains.name as domain_name', 'users.is_admin', 'users.enabled', 'users.created_at'])
    .where('access_keys.id', '=', ak)
    .where('access_keys.enabled', '=', 1)
    .where('users.enabled', '=', 1)
    .executeTakeFirst()
  return row ? { ak: row.ak, secretSealed: row.secret_sealed, user: toUser(row.user_id, row.user_name, row) } : null
}

export async function insertToken(tx: Tx, token: NewToken): Promise<void> {
  await tx.db
    .insertInto('tokens')
    .values({
      token_hash: token.tokenHash,
      user_id: token.userId,
      project_id: token.projectId,
      methods: token.methods,
      issued_at: token.issuedAt.getTime(),
      expires_at: token.expiresAt.getTime(),
    })
    .execute()
}

/** The token with its owner, when both the owner and the token's project still let it in. Expiry is not judged here. */
export async function readToken(reader: Reader, tokenHash: string): Promise<StoredToken | null> {
  const row = await reader
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .innerJoin('domains', 'domains.id', 'users.domain_id')
    .leftJoin('projects', (join) => join.onRef('projects.id', '=', 'tokens.project_id').on('projects.enabled', '=', 1))
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.user_id', '=', 'tokens.user_id')
        .onRef('memberships.project_id', '=', 'tokens.project_id'),
    )
    .select(['tokens.project_id', 'tokens.methods', 'tokens.issued_at', 'tokens.expires_at'])
    .select(['users.id as user_id', 'users.name as user_name', 'users.is_admin', 'users.enabled', 'users.created_at'])
    .select(['users.domain_id', 'domains.name as domain_name'])
    .select(['projects.id as enabled_project_id', 'projects.name as project_name', 'memberships.role'])
    .where('tokens.token_hash', '=', tokenHash)
    .where('users.enabled', '=', 1)
    .executeTakeFirst()
  if (!row) return null
  const { enabled_project_id: id, project_name: name, role } = row
  const isScoped = row.project_id !== null
  if (isScoped && (id === null || role === null)) return null
  return {
    user: toUser(row.user_id, row.user_name, row),
    project: id !== null && name !== null ? { id, name } : null,
    role,
    methods: row.methods,
    issuedAt: new Date(row.issued_at),
    expiresAt: new Date(row.expires_at),
  }
}

export async function deleteTokensExpiredBy(tx: Tx, moment: Date): Promise<number> {
  const query = tx.db.deleteFrom('tokens').where('expires_at', '<=', moment.getTime())
  return Number((await query.executeTakeFirst()).numDeletedRows)
}
