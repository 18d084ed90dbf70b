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
