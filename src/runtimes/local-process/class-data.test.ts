import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { archivePath, keepArchives } from './class-data.ts'

/** What Java makes of archives is seen in test/e2e/local-process.test.ts. */
test('archives that are made take the place of those of a month ago, of the same version and role', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-archives-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const names = { folder: join(folder, 'archives'), java: { home: join(folder, 'java'), majorVersion: 17 } }
  const places = { folder, classPath: [], pluginsFolder: folder, optFolder: folder }
  const installation = { version: '1.20.0', line: '1.20', ...places }
  await mkdir(names.folder)
  const old = ['flink-1.20.0-jobmanager-1.jsa', 'flink-1.20.0-taskmanager-1.jsa', 'flink-2.3.0-jobmanager-1.jsa']
  for (const name of old) await writeFile(join(names.folder, name), '')
  const aMonthAgo = new Date(Date.now() - 31 * 24 * 3_600_000)
  for (const name of old) await utimes(join(names.folder, name), aMonthAgo, aMonthAgo)
  await writeFile(join(names.folder, 'flink-1.20.0-jobmanager-2.jsa'), '')
  await writeFile(join(folder, 'jobmanager.jsa'), '')

  const [kept = ''] = await keepArchives(names, installation, folder)
  expect(join(names.folder, kept)).toBe(await archivePath(names, installation, 'jobmanager'))
  expect((await readdir(names.folder)).sort()).toEqual([kept, 'flink-1.20.0-jobmanager-2.jsa', ...old.slice(1)].sort())
})
