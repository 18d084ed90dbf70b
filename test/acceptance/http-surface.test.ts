import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from './raw-http.ts'
import { codeOf, messageOf, type Reply, sendPlain, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/jobs'
const CREATE = '/v1.0/{p}/streaming/flink-jobs'

const requestId = (reply: Reply) => reply.headers.get('x-request-id')

describe('every answer', () => {
  it('has a request id of its own and says that it is JSON', async () => {
    const replies = await Promise.all([
      world.send('GET', JOBS),
      world.send('GET', '/nowhere'),
      world.send('GET', `${JOBS}/abc`),
      world.send('POST', CREATE, '{'),
      world.send('GET', '/v1.0/%zz'),
      sendPlain('GET', `${world.baseUrl}/v1.0/x/queues`),
      sendPlain('GET', `${world.baseUrl}/api/v1/health`),
    ])
    for (const reply of replies) {
      expect(requestId(reply)).toMatch(/^[0-9a-f]{32}$/)
      expect(reply.headers.get('content-type')).toContain('application/json')
    }
    expect(new Set(replies.map(requestId)).size).toBe(replies.length)
  })

  it('is in the language of X-Language, else of Accept-Language, else English', async () => {
    const chinese = /[\u4e00-\u9fff]/
    const message = async (headers: Record<string, string>) =>
      messageOf(await world.send('GET', `${JOBS}/1`, undefined, headers))
    expect(await message({ 'x-language': 'zh-cn' })).toMatch(chinese)
    expect(await message({ 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' })).toMatch(chinese)
    expect(await message({ 'x-language': 'en-us', 'accept-language': 'zh-CN' })).not.toMatch(chinese)
    expect(await message({})).not.toMatch(chinese)
  })
})

describe('paths', () => {
  it('that do not exist, and methods that a path does not have, are 404 APIGW.0101', async () => {
    const cases = [
      ['GET', '/'],
      ['GET', '/v1.0/{p}/streaming'],
      ['PATCH', JOBS],
      ['DELETE', JOBS],
      ['GET', '/v2/{p}/queues'],
      ['OPTIONS', JOBS],
      ['QUERY', JOBS],
    ]
    for (const [method = '', path = ''] of cases)
      expect([path, codeOf(await world.send(method, path), 404)]).toEqual([path, 'APIGW.0101'])
  })

  it('may end in one slash', async () => {
    expect((await world.send('GET', `${JOBS}/`)).status).toBe(200)
  })

  it('with a broken percent-encoding are 400', async () => {
    for (const path of ['/v1.0/{p}/queues/%', '/v1.0/{p}/queues/%zz', '/%c3%28', `${JOBS}/%ff`]) {
      expect([path, codeOf(await world.send('GET', path))]).toEqual([path, 'DLI.0001'])
    }
  })

  it('may be long, and names in them may be anything', async () => {
    const names = ['x'.repeat(4000), encodeURIComponent('队列😀'), '%00', '..%2f..%2fetc%2fpasswd']
    for (const name of names)
      expect([name, codeOf(await world.send('GET', `/v1.0/{p}/queues/${name}`))]).toEqual([name, 'DLI.0002'])
  })
})

describe('requests', () => {
  it('need no content type, and may have any', async () => {
    const head = (type: string, body: string) =>
      `POST ${CREATE.replace('{p}', world.projectId)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Auth-Token: ${world.token}\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`
    const types = [
      '',
      'Content-Type: application/json;charset=utf-8\r\n',
      'Content-Type: application/x-www-form-urlencoded\r\n',
      'Content-Type: text/plain\r\n',
    ]
    for (const [index, type] of types.entries()) {
      const reply = await sendRaw(world.baseUrl, head(type, `{"name":"type${index}"}`))
      expect([type, reply.status]).toEqual([type, 200])
    }
  })

  it('are told that a compressed body is none of JSON', async () => {
    const body = gzipSync('{"queue_name":"zipped","cu_count":16}')
    const reply = await fetch(`${world.baseUrl}/v1.0/${world.projectId}/queues`, {
      method: 'POST',
      headers: { 'x-auth-token': world.token, 'content-encoding': 'gzip' },
      body,
    })
    expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining('not compressed')])
  })

  it('may carry a body with a GET, and none with a DELETE that announces none', async () => {
    const get = `GET ${JOBS.replace('{p}', world.projectId)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Auth-Token: ${world.token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`
    expect((await sendRaw(world.baseUrl, get)).status).toBe(200)
    const remove = `DELETE ${JOBS.replace('{p}', world.projectId)}/99 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Auth-Token: ${world.token}\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n`
    expect((await sendRaw(world.baseUrl, remove)).body).toContain('DLI.17001')
  })

  it('may have 32 KiB of headers; more than 64 KiB are refused in the usual form', async () => {
    const reply = await world.send('GET', JOBS, undefined, { 'x-padding': 'x'.repeat(32 * 1024) })
    expect(reply.status).toBe(200)
    const large = await sendRaw(
      world.baseUrl,
      `GET / HTTP/1.1\r\nHost: h\r\nX-Padding: ${'x'.repeat(4 * 1024 * 1024)}\r\n\r\n`,
    )
    expect(large.status).toBe(431)
    expect(large.head.toLowerCase()).toContain('x-request-id')
    expect(JSON.parse(large.body)).toMatchObject({ error_code: 'DLI.0001', error_msg: expect.any(String) })
  })

  it('that are no HTTP are answered and closed', async () => {
    const reply = await sendRaw(world.baseUrl, 'NONSENSE\r\n\r\n')
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.body)).toMatchObject({ error_code: 'DLI.0001' })
  })

  it('with a body that is too large are 413', async () => {
    const reply = await world.send('POST', CREATE, `{"name":"${'x'.repeat(50 * 1024 * 1024)}"}`)
    expect(codeOf(reply, 413)).toBe('DLI.0001')
    expect((await world.send('GET', JOBS)).status).toBe(200)
  })

  it('whose body stops short are answered or closed, and the service goes on', async () => {
    const short = `POST ${CREATE.replace('{p}', world.projectId)} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: ${world.token}\r\nContent-Length: 100\r\n\r\n{"name":`
    const { connect } = await import('node:net')
    const { hostname, port } = new URL(world.baseUrl)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(short, () => socket.destroy()))
      socket.on('close', () => resolve())
    })
    expect((await world.send('GET', JOBS)).status).toBe(200)
  })
})

describe('the service itself', () => {
  it('tells anybody its health, readiness and version', async () => {
    const get = (path: string) => sendPlain('GET', `${world.baseUrl}/api/v1/${path}`)
    expect((await get('health')).body).toMatchObject({ status: 'ok', version: expect.any(String) })
    expect((await get('ready')).body).toEqual({ ready: true })
    expect((await get('version')).body).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })
})
