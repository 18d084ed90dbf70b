import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { addUser, codeOf, messageOf, type Reply, sendPlain, startWorld, type World } from './world.ts'

const LIMIT = 20
const WRONG_MAX = 3

let world: World
let offsetMs = 0

beforeAll(async () => {
  vi.setSystemTime(Date.now()) // it stands still: on a slow machine a minute may pass between two calls
  world = await startWorld({
    environment: { HEADGATE_CALLS_PER_MINUTE: String(LIMIT), HEADGATE_WRONG_PASSWORDS: String(WRONG_MAX) },
    overrides: { clock: { now: () => new Date(Date.now() + offsetMs) } },
  })
})

afterAll(async () => {
  await world.stop()
  vi.useRealTimers()
})

const QUEUES = '/v1.0/{p}/queues'

const secondsOf = (reply: Reply) => Number(reply.headers.get('retry-after'))

const signIn = (name: string, password: string) => {
  const user = { name, password, domain: { name: world.service.domainName } }
  const auth = { identity: { methods: ['password'], password: { user } } }
  return sendPlain('POST', `${world.baseUrl}/v3/auth/tokens`, { auth })
}

it('one user too busy is told so with the time to wait, and nobody else is', async () => {
  const busy = await addUser(world, 'busy')
  const replies: Reply[] = []
  for (let count = 0; count <= LIMIT; count += 1) replies.push(await busy.send('GET', QUEUES))
  expect(replies.slice(0, LIMIT).map(({ status }) => status)).toEqual(Array(LIMIT).fill(200))
  const refused = replies[LIMIT] as Reply
  expect(codeOf(refused, 429)).toBe('APIGW.0308')
  expect(refused.body).toHaveProperty('request_id', refused.headers.get('x-request-id'))
  expect(secondsOf(refused)).toBeGreaterThan(0)
  expect(secondsOf(refused)).toBeLessThanOrEqual(60)
  expect(messageOf(refused)).toContain(`${LIMIT} calls`)
  const put = await busy.send('PUT', '/api/v1/{p}/objects/b/k', 'x')
  expect(codeOf(put, 429)).toBe('APIGW.0308')
  expect((await world.send('GET', QUEUES)).status).toBe(200)
})

it('who is not let in counts by address, and those who are let in from there do not', async () => {
  const path = `${world.baseUrl}/v1.0/${world.projectId}/queues`
  const wrong = () => sendPlain('GET', path, undefined, { 'x-auth-token': 'wrong' })
  for (let count = 0; count < LIMIT; count += 1) expect((await wrong()).status).toBe(401)
  expect(codeOf(await wrong(), 429)).toBe('APIGW.0308')
  expect((await world.send('GET', QUEUES)).status).toBe(200)
})

it('after some wrong passwords the right one waits too, for that user only, and then it counts again', async () => {
  const { userName, password } = world.service
  for (let count = 0; count < WRONG_MAX; count += 1) expect((await signIn(userName, 'wrong')).status).toBe(401)
  const locked = await signIn(userName, password)
  expect(locked.status).toBe(429)
  expect(locked.body).toMatchObject({ error: { code: 429, title: 'Too Many Requests' } })
  expect(secondsOf(locked)).toBeGreaterThan(290)
  expect((await signIn('busy', 'a password of theirs')).status).toBe(201)
  for (let count = 0; count < WRONG_MAX; count += 1) expect((await signIn('nobody', 'wrong')).status).toBe(401)
  expect((await signIn('nobody', 'wrong')).status).toBe(429) // nobody learns who exists
  offsetMs = 5 * 60_000
  expect((await signIn(userName, password)).status).toBe(201)
})

it('signing in counts by address, whatever the name', async () => {
  const guess = async (count: number) => (await signIn(`guess${count}`, 'wrong')).status
  for (let count = 0, status = 401; status === 401; count += 1) {
    expect(count).toBeLessThanOrEqual(LIMIT)
    status = await guess(count)
  }
  const refused = await signIn(world.service.userName, world.service.password)
  expect([refused.status, refused.text]).toEqual([429, expect.stringContaining(`${LIMIT} calls`)])
  expect(secondsOf(refused)).toBeGreaterThan(0)
})
