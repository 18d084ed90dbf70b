/** What commands say when they cannot do what they were asked, as a person sees it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../support/source-files.ts'
import { startWorld } from './world.ts'

async function headgate(words: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), ...words], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { said, code }
}

/** A service that answers everything in the same way. */
async function answering(status: number, body: string) {
  const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { HEADGATE_URL: `http://127.0.0.1:${port}`, HEADGATE_ACCESS_KEY: 'AK', HEADGATE_SECRET_KEY: 'SK' }
}

test.each([
  ['C.UTF-8', 'headgate: This command asks .*HEADGATE_SECRET_KEY\\.\\n$'],
  ['zh_CN.UTF-8', 'headgate: This command asks .*HEADGATE_SECRET_KEY\\.\\n该命令需要.*。\\n$'],
])('in a terminal with LC_ALL=%s the reason is told in the language of who reads it', async (locale, expected) => {
  const { said, code } = await headgate(['debug', 'decide', '1'], { LC_ALL: locale })
  expect(code).toBe(1)
  expect(said).toMatch(new RegExp(`^${expected}`, 'u'))
})

test.each([
  [500, { error: { code: 500, message: 'By a fault of its own.', title: 'x' } }, /HTTP 500: By a fault of its own\./u],
  [503, { error_code: 'DLI.0999', error_msg: 'The disk is away.' }, /HTTP 503: The disk is away\. Try again/u],
  [502, 'Bad gateway', /answered \/v3\/projects with HTTP 502\. Try again/u],
  [200, '<html>', /no Headgate\. Set HEADGATE_URL/u],
  [404, {}, /no Headgate\. Set HEADGATE_URL/u],
])('"debug decide" tells what a service says that answers %i %j', async (status, body, expected) => {
  const { said, code } = await headgate(
    ['debug', 'decide', '1'],
    await answering(status, typeof body === 'string' ? body : JSON.stringify(body)),
  )
  expect(code).toBe(1)
  expect(said).toMatch(expected)
})

test('what a service refuses is said once, in the language of who reads it', async () => {
  const world = await startWorld()
  onTestFinished(() => world.stop())
  const { ak, sk } = world.service.accessKey
  const environment = { HEADGATE_URL: world.baseUrl, HEADGATE_ACCESS_KEY: ak, HEADGATE_SECRET_KEY: sk }
  const { said } = await headgate(['user', 'create', '1x'], { ...environment, LC_ALL: 'zh_CN.UTF-8' })
  expect(said).toMatch(/^headgate: 用户名 "1x" 不合法。[^\n]*\n$/u)
})
