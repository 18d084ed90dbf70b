import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { randomIds } from '../lib/ids.ts'
import { createAccess } from './access-service.ts'
import { signRequest } from './sdk-signature.ts'
import type { SignedRequest } from './signed-request.ts'
import { openWorld, type TestWorld } from './test-world.ts'

const HOUR_MS = 3_600_000

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })

const byPassword = (name: string, password: string) => ({
  methods: ['password'],
  password: { user: { name, domain: { name: 'headgate' } }, password },
})

function signed(world: TestWorld, key: { ak: string; sk: string }, projectId: string) {
  const date = world.clock
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
  const request: SignedRequest = {
    method: 'GET',
    rawPath: `/v1.0/${projectId}/queues`,
    rawQuery: '',
    headers: { 'x-sdk-date': date },
    body: Buffer.alloc(0),
  }
  const authorization = signRequest(request, key, ['x-sdk-date'])
  return { ...request, headers: { ...request.headers, authorization }, pathProjectId: projectId }
}

describeOnEachDatabase((open) => {
  test('the first start makes credentials once, also when two start together', async () => {
    const { access, database, clock } = await openWorld(open)
    expect(await access.bootstrap()).toBeNull()

    for (const table of ['access_keys', 'memberships', 'users', 'projects', 'domains']) {
      await sql`delete from ${sql.table(table)}`.execute(database.db)
    }
    const again = createAccess({ database, clock, ids: randomIds, sealingKey: Buffer.alloc(32) })
    const both = await Promise.all([access.bootstrap(), again.bootstrap()])
    expect(both.filter((one) => one !== null)).toHaveLength(1)
  })

  test('what the first start prints lets the administrator in, by token and by key', async () => {
    const world = await openWorld(open)
    const { access, first } = world

    const issued = await access.issueToken(byPassword(first.userName, first.password))
    expect(issued.project).toEqual({ id: first.projectId, name: 'headgate' })
    expect(issued.expiresAt.getTime() - issued.issuedAt.getTime()).toBe(24 * HOUR_MS)
    const byToken = await access.authenticateToken(issued.token)
    const byKey = await access.authenticateSignature(signed(world, first, first.projectId))
    expect(byToken).toEqual(world.caller)
    expect(byKey).toEqual(world.caller)
    expect(access.requireProject(byToken, first.projectId)).toEqual(world.caller)
  })

  test('no secret is readable in the database', async () => {
    const { access, database, first } = await openWorld(open)
    const { token } = await access.issueToken(byPassword(first.userName, first.password))

    const rows = [
      await database.db.selectFrom('tokens').selectAll().execute(),
      await database.db.selectFrom('users').selectAll().execute(),
      await database.db.selectFrom('access_keys').selectAll().execute(),
    ]
    const text = JSON.stringify(rows)
    for (const secret of [token, first.password, first.sk]) expect(text).not.toContain(secret)
    expect(text).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  })

  test('a wrong password, an unknown user and a wrong domain get the same answer', async () => {
    const { access, first } = await openWorld(open)
    const asked = [
      byPassword(first.userName, 'wrong'),
      byPassword(first.userName, 'x'.repeat(1_000_000)),
      byPassword('nobody', first.password),
      {
        methods: ['password'],
        password: { user: { name: 'admin', domain: { name: 'other' } }, password: first.password },
      },
      { methods: ['password'], password: { user: {}, password: first.password } },
    ]
    for (const request of asked)
      await expect(access.issueToken(request)).rejects.toEqual(refusal('access.badCredentials'))
  })

  test('methods that are not supported are refused', async () => {
    const { access, first } = await openWorld(open)
    const { password } = byPassword(first.userName, first.password)
    for (const request of [
      { methods: [] },
      { methods: ['assume_role'] },
      { methods: ['password', 'totp'], password },
    ]) {
      await expect(access.issueToken(request)).rejects.toEqual(refusal('access.methodUnsupported'))
    }
  })

  test('a token is scoped as asked, and only to what its user belongs to', async () => {
    const { access, first, stranger } = await openWorld(open)
    const other = await stranger()
    const ask = (scope: object) => access.issueToken({ ...byPassword(first.userName, first.password), scope })

    expect((await ask({ project: { name: 'headgate' } })).project?.id).toBe(first.projectId)
    expect((await ask({ project: { id: first.projectId, domain: { name: 'headgate' } } })).project?.name).toBe(
      'headgate',
    )
    expect((await ask({ domain: { name: 'headgate' } })).project).toBeNull()
    for (const scope of [
      { project: { id: other.projectId } },
      { project: { name: 'elsewhere' } },
      { project: { name: 'nowhere' } },
      { project: { name: 'headgate', domain: { name: 'other' } } },
      { project: {} },
      { domain: { name: 'other' } },
    ]) {
      await expect(ask(scope)).rejects.toEqual(refusal('access.scopeRefused'))
    }
  })

  test('a token of one project gets nothing of another', async () => {
    const { access, stranger } = await openWorld(open)
    const other = await stranger()
    const { token } = await access.issueToken(byPassword('stranger', 'battery staple'))
    const caller = await access.authenticateToken(token)

    expect(caller.projectId).toBe(other.projectId)
    const mine = await access.listProjects(caller)
    expect(mine.map((project) => project.name)).toEqual(['elsewhere'])
    expect(await access.listProjects(caller, { name: 'headgate' })).toEqual([])
    expect(() => access.requireProject(caller, 'f'.repeat(32))).toThrow(refusal('access.wrongProject'))
    expect(() => access.requireProject({ ...caller, projectId: null }, other.projectId)).toThrow(
      refusal('access.wrongProject'),
    )
  })

  test('an administrator is not a member of a project that he was not added to', async () => {
    const world = await openWorld(open)
    const { access, first, stranger } = world
    const other = await stranger()

    const caller = await access.authenticateSignature(signed(world, first, other.projectId))
    expect(caller).toMatchObject({ isAdmin: true, projectId: null })
    await access.addMember({ userId: first.userId, projectId: other.projectId })
    const member = await access.authenticateSignature(signed(world, first, other.projectId))
    expect(member.projectId).toBe(other.projectId)
  })

  test('tokens expire, are called expired for a day, and are swept', async () => {
    const { access, clock, first } = await openWorld(open)
    const { token } = await access.issueToken(byPassword(first.userName, first.password))

    clock.advance(24 * HOUR_MS - 1)
    expect((await access.inspectToken(token)).methods).toEqual(['password'])
    clock.advance(1)
    await expect(access.authenticateToken(token)).rejects.toEqual(refusal('access.tokenExpired'))
    expect(await access.sweepTokens()).toBe(0)
    clock.advance(24 * HOUR_MS)
    expect(await access.sweepTokens()).toBe(1)
    await expect(access.authenticateToken(token)).rejects.toEqual(refusal('access.tokenInvalid'))
  })

  test('a token got by a token ends with the first', async () => {
    const { access, clock, first } = await openWorld(open)
    const parent = await access.issueToken(byPassword(first.userName, first.password))
    clock.advance(HOUR_MS)
    const child = await access
      .issueToken({ methods: ['token'], token: { id: parent.token }, scope: { domain: {} } })
      .catch((error: unknown) => error)
    expect(child).toEqual(refusal('access.scopeRefused'))
    const rescoped = await access.issueToken({ methods: ['token'], token: { id: parent.token } })
    expect(rescoped).toMatchObject({ expiresAt: parent.expiresAt, methods: ['password', 'token'] })
    expect(rescoped.token).not.toBe(parent.token)
  })

  test('a token without text, an unknown one and one of a disabled user are refused', async () => {
    const { access, database, first } = await openWorld(open)
    const { token } = await access.issueToken(byPassword(first.userName, first.password))
    await expect(access.authenticateToken(undefined)).rejects.toEqual(refusal('access.tokenMissing'))
    await expect(access.authenticateToken('')).rejects.toEqual(refusal('access.tokenMissing'))
    await expect(access.authenticateToken(`${token}x`)).rejects.toEqual(refusal('access.tokenInvalid'))
    await database.db.updateTable('users').set({ enabled: 0 }).execute()
    await expect(access.authenticateToken(token)).rejects.toEqual(refusal('access.tokenInvalid'))
    await expect(access.issueToken(byPassword(first.userName, first.password))).rejects.toEqual(
      refusal('access.badCredentials'),
    )
  })

  test('a member who was removed keeps no way in', async () => {
    const { access, database, first } = await openWorld(open)
    const { token } = await access.issueToken(byPassword(first.userName, first.password))
    await database.db.deleteFrom('memberships').execute()
    await expect(access.authenticateToken(token)).rejects.toEqual(refusal('access.tokenInvalid'))
  })

  test('five wrong signatures in a row lock the key for five minutes, and no other key', async () => {
    const world = await openWorld(open)
    const { access, first, clock } = world
    const second = await access.createAccessKey(first.userId)
    const wrong = () => access.authenticateSignature(signed(world, { ak: first.ak, sk: 'guess' }, first.projectId))
    const right = (key = first as { ak: string; sk: string }) =>
      access.authenticateSignature(signed(world, key, first.projectId))

    for (let count = 0; count < 4; count++) await expect(wrong()).rejects.toEqual(refusal('access.signatureInvalid'))
    await right() // forgives
    for (let count = 0; count < 5; count++) await expect(wrong()).rejects.toEqual(refusal('access.signatureInvalid'))
    await expect(right()).rejects.toEqual(refusal('access.keyLocked'))
    await right(second)
    clock.advance(5 * 60_000)
    await right()
  })

  test('a disabled or unknown key and an unreadable header are refused', async () => {
    const world = await openWorld(open)
    const { access, first } = world
    await expect(
      access.authenticateSignature({ ...signed(world, first, first.projectId), headers: {} }),
    ).rejects.toEqual(refusal('access.signatureUnreadable'))
    await expect(
      access.authenticateSignature(signed(world, { ak: 'NONE', sk: first.sk }, first.projectId)),
    ).rejects.toEqual(refusal('access.keyUnknown'))
    await access.administration.enableKey(first.ak, false)
    await expect(access.authenticateSignature(signed(world, first, first.projectId))).rejects.toEqual(
      refusal('access.keyUnknown'),
    )
    await expect(access.administration.enableKey('NONE', false)).rejects.toEqual(refusal('access.keyNotFound'))
  })

  test('names in use and bad names are refused, also when two come together', async () => {
    const { access } = await openWorld(open)
    const twins = await Promise.allSettled([
      access.createUser({ name: 'twin', password: 'long enough' }),
      access.createUser({ name: 'twin', password: 'long enough' }),
    ])
    expect(twins.map((twin) => twin.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(twins.find((twin) => twin.status === 'rejected')?.reason).toEqual(refusal('access.userTaken'))
    await expect(access.createProject({ name: 'headgate' })).rejects.toEqual(refusal('project.taken'))
    await expect(access.createProject({ name: '../x' })).rejects.toEqual(refusal('project.badName'))
    await expect(access.createProject({ name: 'x', id: '../x' })).rejects.toEqual(refusal('project.badId'))
    await expect(access.createUser({ name: 'a b', password: 'long enough' })).rejects.toEqual(
      refusal('access.badUserName'),
    )
    await expect(access.createUser({ name: 'ab', password: 'short' })).rejects.toEqual(refusal('access.badPassword'))
    await expect(access.addMember({ userId: 'none', projectId: 'none' })).rejects.toEqual(
      refusal('access.userNotFound'),
    )
  })
})
