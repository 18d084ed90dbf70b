import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { assertLocked, LOCK_FOLDER, readLock } from './lock-file.ts'
import { DEFAULT_VERSIONS } from './versions.ts'

const LOCK = {
  version: '1.20.0',
  files: { 'lib/a.jar': { sha256: 'aa', size: 1 }, 'lib/b.jar': { sha256: 'bb', size: 1 } },
}

test('every default version has a lock file, and there is no other (set-up takes the list from there)', async () => {
  expect((await readdir(LOCK_FOLDER)).sort()).toEqual(
    Object.values(DEFAULT_VERSIONS).map((version) => `${version}.json`),
  )
  for (const version of Object.values(DEFAULT_VERSIONS)) {
    const lock = await readLock(LOCK_FOLDER, version)
    expect(lock?.version).toBe(version)
    expect(Object.keys(lock?.files ?? {})).toContain(`lib/flink-runtime-${version}.jar`)
  }
  expect(await readLock(LOCK_FOLDER, '1.17.2')).toBeNull()
})

test.each([
  [
    'another content',
    { ...LOCK.files, 'lib/b.jar': { sha256: 'cc', size: 1 } },
    'lib/b.jar has sha256 cc, expected bb',
  ],
  ['a jar less', { 'lib/a.jar': LOCK.files['lib/a.jar'] }, 'lib/b.jar is missing'],
  ['a jar more', { ...LOCK.files, 'lib/c.jar': { sha256: 'cc', size: 1 } }, 'lib/c.jar is not in the lock'],
])('%s is refused, naming the jar', (_, found, text) => {
  expect(() => assertLocked(LOCK, found)).toThrow(text)
})

test('what the lock says passes', () => {
  expect(() => assertLocked(LOCK, LOCK.files)).not.toThrow()
})
