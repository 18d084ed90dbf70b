import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from './raw-http.ts'
import { codeOf, putObject, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const OBJECTS = '/api/v1/{p}/objects'
const url = (path: string) => `${world.baseUrl}${OBJECTS.replace('{p}', world.projectId)}/${path}`
const headers = () => ({ 'x-auth-token': world.token })

describe('objects', () => {
  it('come out as they went in, whatever their type, with keys of any characters', async () => {
    const content = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)
    const path = `b1/${encodeURIComponent('目录 #?')}/a%2Bb.bin`
    const put = await fetch(url(path), {
      method: 'PUT',
      headers: { ...headers(), 'content-type': 'application/json' },
      body: content,
    })
    expect([put.status, await put.json()]).toEqual([201, { bucket: 'b1', key: '目录 #?/a+b.bin', size: 100_000 }])
    const got = await fetch(url(path), { headers: headers() })
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(content)
    expect(got.headers.get('content-length')).toBe('100000')
  })

  it('that cannot be where another is are refused with an answer, also to a client that sends all before it listens', async () => {
    await putObject(world, 'b2/a', 'here')
    const refused = await fetch(url('b2/a/b'), { method: 'PUT', headers: headers(), body: new Uint8Array(5_000_000) })
    expect([refused.status, refused.headers.get('x-request-id')]).toEqual([
      409,
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ])
    expect(await refused.json()).toMatchObject({
      error_code: expect.any(String),
      error_msg: expect.stringContaining('a'),
    })
    expect(await (await fetch(url('b2/a'), { headers: headers() })).text()).toBe('here')
  })

  it('may be empty, and may be replaced', async () => {
    await putObject(world, 'b1/empty', '')
    expect((await fetch(url('b1/empty'), { headers: headers() })).headers.get('content-length')).toBe('0')
    await putObject(world, 'b1/empty', 'now more')
    expect(await (await fetch(url('b1/empty'), { headers: headers() })).text()).toBe('now more')
  })

  it('are read in parts', async () => {
    await putObject(world, 'b1/digits', '0123456789')
    const read = async (range: string) => {
      const reply = await fetch(url('b1/digits'), { headers: { ...headers(), range } })
      return [reply.status, await reply.text(), reply.headers.get('content-range')]
    }
    expect(await read('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10'])
    expect(await read('bytes=8-')).toEqual([206, '89', 'bytes 8-9/10'])
    expect(await read('bytes=-1')).toEqual([206, '9', 'bytes 9-9/10'])
    expect(await read('lines=1')).toEqual([200, '0123456789', null])
    expect((await read('bytes=10-'))[0]).toBe(416)
  })

  it('tell size and date without their content, and are gone when deleted', async () => {
    await putObject(world, 'b1/short', 'abc')
    const head = await fetch(url('b1/short'), { method: 'HEAD', headers: headers() })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '3'])
    expect(Date.parse(head.headers.get('last-modified') ?? '')).toBeGreaterThan(0)
    for (const _time of [1, 2])
      expect((await fetch(url('b1/short'), { method: 'DELETE', headers: headers() })).status).toBe(204)
    expect((await fetch(url('b1/short'), { method: 'HEAD', headers: headers() })).status).toBe(404)
    expect(codeOf(await world.send('GET', `${OBJECTS}/b1/short`), 404)).toBe('DLI.0023')
  })

  it('are listed by prefix, in key order, page by page', async () => {
    for (const key of ['list/a', 'list/b', 'list/c', 'other']) await putObject(world, `b2/${key}`, 'x')
    const list = async (query: string) =>
      (await world.send('GET', `${OBJECTS}/b2?${query}`)).body as {
        objects: { key: string }[]
        next_after: string | null
      }
    const first = await list('prefix=list/&limit=2')
    expect(first.objects.map(({ key }) => key)).toEqual(['list/a', 'list/b'])
    const second = await list(`prefix=list/&limit=2&after=${encodeURIComponent(first.next_after ?? '')}`)
    expect([second.objects.map(({ key }) => key), second.next_after]).toEqual([['list/c'], null])
    expect((await world.send('GET', '/api/v1/{p}/buckets')).body).toMatchObject({
      buckets: expect.arrayContaining([{ name: 'b2' }]),
    })
    expect(codeOf(await world.send('GET', `${OBJECTS}/b2?limit=0`))).toBe('DLI.0001')
  })

  it('belong to the project: nobody else gets at them', async () => {
    const foreign = url('b1/digits').replace(world.projectId, '0'.repeat(32))
    expect((await fetch(foreign, { headers: headers() })).status).toBe(400)
    expect((await fetch(url('b1/digits'))).status).toBe(401)
    expect((await fetch(url('b1/new'), { method: 'PUT', body: 'x' })).status).toBe(401)
  })
})

describe('keys and buckets that lead elsewhere', () => {
  it.each([
    'b1/../../x',
    'b1/a/../../../x',
    'b1/./x',
    'b1/a\\..\\x',
    'b1/%00',
    'b1/a%0Ab',
    `b1/${'x'.repeat(1025)}`,
    '../x/y',
    'b%20d/x',
    '%2e%2e/x',
  ])('%s is refused', async (path) => {
    const target = `${OBJECTS.replace('{p}', world.projectId)}/${path}`
    const reply = await sendRaw(
      world.baseUrl,
      `PUT ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Auth-Token: ${world.token}\r\nContent-Length: 1\r\n\r\nx`,
    )
    expect([400, 404]).toContain(reply.status)
    expect((await readdir(world.service.dataFolder)).filter((name) => name === 'x')).toEqual([])
  })
})

describe('an upload that breaks off', () => {
  it('leaves nothing behind and disturbs nobody', async () => {
    const before = (await readdir(world.service.dataFolder, { recursive: true })).length
    const upload = request(url('b1/broken'), { method: 'PUT', headers: { ...headers(), 'content-length': '1000000' } })
    upload.on('error', () => undefined)
    upload.write('x'.repeat(1000))
    await once(upload, 'socket')
    await putObject(world, 'b1/meanwhile', 'x') // the broken one has arrived by now
    upload.destroy()
    const end = Date.now() + 10_000
    for (;;) {
      const files = await readdir(world.service.dataFolder, { recursive: true })
      if (files.length <= before + 1) break
      if (Date.now() > end) throw new Error(`left behind: ${files.join(' ')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await fetch(url('b1/broken'), { method: 'HEAD', headers: headers() })).status).toBe(404)
  })
})
