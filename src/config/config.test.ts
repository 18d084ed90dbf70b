import { expect, test } from 'vitest'
import { toConfig } from './config.ts'

const PASSWORD = 'correct-horse'

test('the URL of the database is a secret: it stands neither in the config nor in a complaint', () => {
  const url = `postgres://headgate:${PASSWORD}@db.example:5432/headgate`
  const { config, secrets } = toConfig({ HEADGATE_DATABASE_URL: url, HEADGATE_DATABASE_CONNECTIONS: '3' }, '/project')
  expect([secrets.databaseUrl, config.databaseConnections]).toEqual([url, 3])
  expect(JSON.stringify(config)).not.toContain(PASSWORD)
  expect(toConfig({}, '/project').secrets.databaseUrl).toBeNull()
  for (const bad of [`mysql://headgate:${PASSWORD}@db/headgate`, `postgres://headgate:${PASSWORD}@:x`]) {
    const complaint = expect.objectContaining({ message: expect.stringMatching(/HEADGATE_DATABASE_URL: give a URL/u) })
    expect(() => toConfig({ HEADGATE_DATABASE_URL: bad }, '/project')).toThrow(complaint)
    expect(() => toConfig({ HEADGATE_DATABASE_URL: bad }, '/project')).not.toThrow(PASSWORD)
  }
})

test('the user ids of jobs are a range, auto or off', () => {
  const jobUsers = (text?: string) =>
    toConfig(text === undefined ? {} : { HEADGATE_JOB_USERS: text }, '/project').config.jobUsers
  expect(jobUsers()).toEqual({ mode: 'auto', first: 50_000, last: 59_999 })
  expect(jobUsers('off')).toEqual({ mode: 'off' })
  expect(jobUsers('2000-2010')).toEqual({ mode: 'range', first: 2000, last: 2010 })
  for (const bad of ['on', '0-10', '2010-2000', '3000', '3000-', '50000-99999999999'])
    expect(() => jobUsers(bad), bad).toThrow(/HEADGATE_JOB_USERS=.*give auto, off, or two ids/u)
})
