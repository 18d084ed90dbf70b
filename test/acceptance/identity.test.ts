import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkWire } from '../support/wire-types.ts'
import { addUser, codeOf, type Reply, sendPlain, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const TOKENS = '/v3/auth/tokens'

const password = (changes: object = {}, scope: unknown = undefined) => {
  const { userName, domainName, password: secret } = world.service
  const user = { name: userName, password: secret, domain: { name: domainName }, ...changes }
  return { auth: { identity: { methods: ['password'], password: { user } }, ...(scope ? { scope } : {}) } }
}

const issue = (body: unknown, query = '') => sendPlain('POST', `${world.baseUrl}${TOKENS}${query}`, body)

const errorOf = (reply: Reply) => {
  checkWire('identity error', reply.body)
  return (reply.body as { error: { code: number; title: string; message: string } }).error
}

describe('a token', () => {
  it('is issued for a project by name or id, and for the domain', async () => {
    const { projectId, projectName, domainName } = world.service
    for (const project of [
      { name: projectName },
      { id: projectId },
      { name: projectName, domain: { name: domainName } },
    ]) {
      const reply = await issue(password({}, { project }))
      checkWire('createToken', reply.body)
      expect(reply.status).toBe(201)
      expect(reply.headers.get('x-subject-token')).toMatch(/^\S{20,}$/)
      expect(reply.body).toMatchObject({ token: { project: { id: projectId }, catalog: expect.any(Array) } })
    }
    const { token } = (await issue(password())).body as { token: { user: { id: string; domain: { id: string } } } }
    for (const domain of [{ name: domainName }, { id: token.user.domain.id }]) {
      const ofDomain = await issue(password({}, { domain }))
      expect(ofDomain.body).toMatchObject({ token: { domain: { name: domainName }, roles: [{ name: 'admin' }] } })
      expect(ofDomain.body).not.toHaveProperty('token.project')
    }
    const byId = await issue(password({ id: token.user.id, name: undefined, domain: undefined }))
    expect(byId.status).toBe(201)
  })

  it('has times of the vendor’s form, a day apart', async () => {
    const { token } = (await issue(password())).body as { token: { issued_at: string; expires_at: string } }
    expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(Date.parse(token.expires_at) - Date.parse(token.issued_at)).toBe(24 * 3_600_000)
  })

  it('comes without catalog when that is asked', async () => {
    for (const query of ['?nocatalog=true', '?nocatalog', '?nocatalog='])
      expect((await issue(password(), query)).text).not.toContain('catalog')
  })

  it('is got by another token', async () => {
    const reply = await issue({
      auth: {
        identity: { methods: ['token'], token: { id: world.token } },
        scope: { project: { id: world.projectId } },
      },
    })
    expect(reply.status).toBe(201)
  })

  it.each([
    ['a wrong password', () => password({ password: 'wrong' }), 401],
    ['an unknown user', () => password({ name: 'nobody' }), 401],
    ['a foreign project', () => password({}, { project: { name: 'nowhere' } }), 401],
    ['an unknown method', () => ({ auth: { identity: { methods: ['assume_role'] } } }), 400],
    ['no auth', () => ({}), 400],
    ['a wrong type', () => ({ auth: { identity: { methods: 'password' } } }), 400],
    ['no JSON', () => '{', 400],
  ])('is refused for %s, in Keystone’s form', async (_what, body, status) => {
    const reply = await issue(body())
    expect([reply.status, errorOf(reply).code]).toEqual([status, status])
    expect(reply.headers.get('x-subject-token')).toBeNull()
  })

  it('is shown and checked by its owner', async () => {
    const headers = { 'x-auth-token': world.token, 'x-subject-token': world.token }
    const shown = await sendPlain('GET', `${world.baseUrl}${TOKENS}`, undefined, headers)
    checkWire('showToken', shown.body)
    const checked = await sendPlain('HEAD', `${world.baseUrl}${TOKENS}`, undefined, headers)
    expect([checked.status, checked.text]).toEqual([200, ''])
  })

  it('that is nobody’s looks like one of somebody else, and not like a reason to sign in again', async () => {
    const other = await addUser(world, 'other')
    const ask = (subject: string) =>
      sendPlain('GET', `${world.baseUrl}${TOKENS}`, undefined, {
        'x-auth-token': other.token,
        'x-subject-token': subject,
      })
    const [unknown, foreign] = [await ask('x'), await ask(world.token)]
    expect([unknown.status, unknown.body]).toEqual([404, foreign.body])
  })
})

describe('finding the project', () => {
  it('answers the one of the name, or none', async () => {
    const { projectName, projectId } = world.service
    const found = await world.call<{ projects: { id: string }[] }>(
      'listProjects',
      'GET',
      `/v3/projects?name=${projectName}`,
    )
    expect(found.projects.map(({ id }) => id)).toEqual([projectId])
    expect(await world.call('listProjects', 'GET', '/v3/projects?name=elsewhere')).toMatchObject({ projects: [] })
  })

  it('comes in pages when they are asked for, to an empty one', async () => {
    const { domainId } = await world.service.app.access.inspectToken(world.token)
    const paged = async (query: string) =>
      (await world.call<{ projects: unknown[] }>('listProjects', 'GET', `/v3/projects?domain_id=${domainId}&${query}`))
        .projects.length
    expect([await paged('page=1&per_page=1'), await paged('page=2&per_page=1'), await paged('page=1')]).toEqual([
      1, 0, 1,
    ])
    for (const query of ['page=0&per_page=1', 'page=1&per_page=x', 'enabled=maybe'])
      expect((await world.send('GET', `/v3/projects?${query}`)).status).toBe(400)
  })

  it('tells Terraform the account and the user', async () => {
    const domains = await world.send('GET', '/v3/auth/domains')
    expect(domains.body).toMatchObject({ domains: [{ name: world.service.domainName }] })
    const users = await world.send('GET', `/v3/users?name=${world.service.userName}`)
    expect(users.body).toMatchObject({ users: [{ name: world.service.userName }] })
  })
})

describe('every call', () => {
  const path = () => `${world.baseUrl}/v1.0/${world.projectId}/streaming/jobs`

  it('needs a token or a signature', async () => {
    expect(codeOf(await sendPlain('GET', path()), 401)).toBe('DLI.0013')
    expect(codeOf(await sendPlain('GET', path(), undefined, { 'x-auth-token': 'no such token' }), 401)).toBe('DLI.0013')
    expect(codeOf(await sendPlain('GET', path(), undefined, { authorization: 'Basic eDp5' }), 401)).toBe('APIGW.0301')
  })

  it('hears 401 before anything is said about its body', async () => {
    expect(codeOf(await sendPlain('POST', `${path()}/run`, '{"job_ids":'), 401)).toBe('DLI.0013')
  })

  it('cannot tell another project from one that does not exist', async () => {
    const codes = ['0'.repeat(32), 'f'.repeat(32), 'x', '%20'].map(async (project) =>
      codeOf(await world.send('GET', `/v1.0/${project}/streaming/jobs`)),
    )
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['DLI.10006']))
  })

  it('gets nothing by a token of the domain', async () => {
    const token = (await issue(password({}, { domain: { name: world.service.domainName } }))).headers.get(
      'x-subject-token',
    )
    expect(codeOf(await sendPlain('GET', path(), undefined, { 'x-auth-token': token ?? '' }))).toBe('DLI.10006')
  })
})

describe('signed requests', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

  /** The SDKs' scheme, written out for a path without special characters. */
  function sign(method: string, path: string, body: string): Record<string, string> {
    const { ak, sk } = world.service.accessKey
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
    const host = new URL(world.baseUrl).host
    const [plain, query = ''] = path.split('?')
    const canonical = [
      method,
      `${plain}/`,
      query,
      `host:${host}\nx-sdk-date:${date}\n`,
      'host;x-sdk-date',
      sha256(body),
    ].join('\n')
    const signature = createHmac('sha256', sk)
      .update(['SDK-HMAC-SHA256', date, sha256(canonical)].join('\n'))
      .digest('hex')
    return {
      'x-sdk-date': date,
      authorization: `SDK-HMAC-SHA256 Access=${ak}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    }
  }

  const signed = (method: string, path: string, body = '', changes: Record<string, string> = {}) =>
    sendPlain(method, world.baseUrl + path, body === '' ? undefined : body, { ...sign(method, path, body), ...changes })

  it('are accepted, with a newline at the end of the body that is part of the hash', async () => {
    const reply = await signed('POST', `/v1.0/${world.projectId}/streaming/flink-jobs`, '{"name":"signed"}\n')
    expect(reply.body).toMatchObject({ is_success: 'true' })
  })

  it('find the project without knowing it', async () => {
    expect((await signed('GET', `/v3/projects?name=${world.service.projectName}`)).body).toMatchObject({
      projects: [{ id: world.projectId }],
    })
  })

  it('come with headers that say nothing here: another project id, the token of temporary keys, which are not issued', async () => {
    const headers = { 'x-project-id': '0'.repeat(32), 'x-security-token': 'of temporary keys', 'x-domain-id': 'x' }
    expect((await signed('GET', `/v1.0/${world.projectId}/queues`, '', headers)).status).toBe(200)
  })

  it('are refused in a scheme that is newer', async () => {
    const path = `/v1.0/${world.projectId}/queues`
    const { authorization = '', ...headers } = sign('GET', path, '')
    const newer = { ...headers, authorization: authorization.replace('SDK-HMAC-SHA256', 'V11-HMAC-SHA256') }
    expect(codeOf(await sendPlain('GET', world.baseUrl + path, undefined, newer), 401)).toBe('APIGW.0301')
  })

  it('are refused when the body is another one, or the path', async () => {
    const path = `/v1.0/${world.projectId}/streaming/jobs`
    const forged = await sendPlain(
      'POST',
      `${world.baseUrl}${path}/run`,
      '{"job_ids":[2]}',
      sign('POST', `${path}/run`, '{"job_ids":[1]}'),
    )
    expect(codeOf(forged, 401)).toBe('APIGW.0301')
    const moved = await sendPlain('GET', `${world.baseUrl}${path}?limit=1`, undefined, sign('GET', path, ''))
    expect(codeOf(moved, 401)).toBe('APIGW.0301')
  })

  it('count when the token beside them does not, and the other way round', async () => {
    const path = `/v1.0/${world.projectId}/streaming/jobs`
    expect((await signed('GET', path, '', { 'x-auth-token': 'nonsense' })).status).toBe(200)
    expect(
      (await signed('GET', path, '', { 'x-auth-token': world.token, authorization: 'SDK-HMAC-SHA256 nonsense' }))
        .status,
    ).toBe(200)
  })
})
