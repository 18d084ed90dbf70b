/** The key that seals secrets, lost or swapped beside a database that was used. */
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApp } from '../../src/app.ts'
import { createClient } from '../../src/cli/client.ts'
import { type Environment, toConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { type Service, startService } from '../support/service.ts'
import { ROOT } from '../support/source-files.ts'

let service: Service
let keyFile: string

beforeEach(async () => {
  service = await startService()
  await service.app.stop()
  keyFile = join(service.dataFolder, 'sealing.key')
})

afterEach(() => service.stop())

async function startAgain(environment: Environment = {}) {
  const { config, secrets } = toConfig(
    {
      HEADGATE_DATA: service.dataFolder,
      HEADGATE_PORT: '0',
      HEADGATE_RUNTIME: 'simulated',
      ...(service.databaseUrl && { HEADGATE_DATABASE_URL: service.databaseUrl }),
      ...environment,
    },
    ROOT,
  )
  return startApp(config, secrets, createLogger('silent'))
}

const lost = (why: RegExp) =>
  expect.objectContaining({ code: 'access.sealingKeyLost', message: expect.stringMatching(why) })

test('a start is refused and makes no other key; with the right key again it works as before', async () => {
  await rename(keyFile, `${keyFile}.kept`)
  for (const _ of ['first', 'second']) await expect(startAgain()).rejects.toEqual(lost(/sealing\.key is missing/u))
  expect(await readdir(service.dataFolder)).not.toContain('sealing.key')
  await writeFile(keyFile, Buffer.alloc(32, 7))
  await expect(startAgain()).rejects.toEqual(lost(/sealing\.key is another key/u))
  await rename(`${keyFile}.kept`, keyFile)
  const app = await startAgain({ HEADGATE_LOST_SEALING_KEY: 'replace' })
  expect(app.replacedKey).toBeNull()
  expect(await createClient({ url: app.url, key: service.accessKey }).projectIds()).toEqual([service.projectId])
  await app.stop()
})

test('who must go on without it gets a new access key of the administrator, once, and the others are disabled', async () => {
  await rm(keyFile)
  const app = await startAgain({ HEADGATE_LOST_SEALING_KEY: 'replace' })
  const key = app.replacedKey
  expect(key?.userName).toBe(service.userName)
  expect(await createClient({ url: app.url, key }).projectIds()).toEqual([service.projectId])
  await expect(createClient({ url: app.url, key: service.accessKey }).projectIds()).rejects.toThrow(/refused/u)
  await app.stop()
  const next = await startAgain()
  expect(next.replacedKey).toBeNull()
  expect(await createClient({ url: next.url, key }).projectIds()).toEqual([service.projectId])
  await next.stop()
})
