import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { idsIn } from './account-ids.ts'
import { openJobUsers } from './job-users.ts'

describeOnEachDatabase((open) => {
  async function setup(accounts: number[] = []) {
    const { database, clock, access, caller } = await openWorld(open)
    const range = { first: 50_000, last: 50_004 }
    const openUsers = (change = {}) =>
      openJobUsers({ database, clock, range, accountIds: async () => new Set(accounts), ...change })
    const project = async (name: string) => (await access.createProject({ name })).id
    return { openUsers, project, first: caller.projectId }
  }

  test('a project gets an id of its own, once, and keeps it over a restart and another range', async () => {
    const { openUsers, project, first } = await setup()
    const users = await openUsers()
    const second = await project('second')
    expect(users.known(first)).toBeNull()
    expect(await Promise.all([first, first].map(users.userOf))).toEqual([50_001, 50_001])
    expect(await users.userOf(second)).toBe(50_002)
    const later = await openUsers({ range: { first: 60_000, last: 60_010 } })
    expect([later.known(first), await later.userOf(second), await later.userOf(await project('third'))]).toEqual([
      50_001, 50_002, 60_001,
    ])
  })

  test('ids of accounts are left out, and when none is left the next project is told so', async () => {
    const { openUsers, project, first } = await setup([50_001, 50_003])
    const users = await openUsers()
    expect([await users.userOf(first), await users.userOf(await project('second'))]).toEqual([50_002, 50_004])
    const refused = expect.objectContaining({ code: 'project.noUserLeft' })
    await expect(users.userOf(await project('third'))).rejects.toEqual(refused)
  })
})

test('ids are read from the files of accounts and groups', () => {
  expect(idsIn('root:x:0:0:root:/root:/bin/sh\nadm:x:4:ann\n\nbroken\n')).toEqual([0, 4])
})
