import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../lib/logger.ts'
import { checkUsers, usableUsers } from './user-check.ts'

const isRoot = process.getuid?.() === 0
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-users-'))
  await mkdir(join(folder, 'data', 'runs'), { recursive: true })
})

afterEach(() => rm(folder, { recursive: true }))

const needs = () => ({ folders: [join(folder, 'data', 'runs')], programs: ['/bin/sh'] })
const check = () => checkUsers({ ...needs(), user: 50_000 })
const range = { mode: 'range', first: 50_000, last: 50_010 } as const

describe.skipIf(!isRoot)('as root, users of their own', () => {
  test('are usable where they can pass through to everything they need', async () => {
    await chmod(folder, 0o711)
    expect(await check()).toBeNull()
    expect(await usableUsers({ ...range, mode: 'auto' }, needs(), createLogger('silent'))).toEqual({
      first: 50_000,
      last: 50_010,
    })
  })

  test('are not where a folder on the way is closed, which is named with what mends it', async () => {
    const problem = await check()
    expect(problem?.message).toContain(`chmod o+x ${folder} `)
    expect(await usableUsers({ ...range, mode: 'auto' }, needs(), createLogger('silent'))).toBeNull()
    await expect(usableUsers(range, needs(), createLogger('silent'))).rejects.toThrow(
      /HEADGATE_JOB_USERS=50000-50010 cannot be kept.*chmod o\+x/su,
    )
  })
})

test.skipIf(isRoot)('without root there are none, and it is said what that means', async () => {
  expect((await check())?.code).toBe('jobUsers.notRoot')
})

test('off asks for nothing', async () => {
  expect(await usableUsers({ mode: 'off' }, needs(), createLogger('silent'))).toBeNull()
})
