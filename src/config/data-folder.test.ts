import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../access/test-world.ts'
import { toConfig } from './config.ts'
import { openToJobs } from './data-folder.ts'

test('users of jobs pass through the data folder to runs and objects, and read nothing of the service, also of an earlier version', async () => {
  const data = await temporaryFolder()
  const { folders } = toConfig({ HEADGATE_DATA: data }, '/project').config
  await mkdir(folders.artifacts)
  await mkdir(folders.runs, { mode: 0o755 })
  await mkdir(folders.archives, { recursive: true, mode: 0o700 })
  for (const name of ['headgate.db', 'headgate.db-wal', 'sealing.key', 'copy of headgate.db']) {
    await writeFile(join(data, name), '')
    await chmod(join(data, name), 0o644)
  }
  await openToJobs(folders)
  const mode = async (...names: string[]) => ((await stat(join(data, ...names))).mode & 0o777).toString(8)
  expect(await Promise.all(['.', 'runs', 'objects', 'flink', 'flink/archives'].map((name) => mode(name)))).toEqual([
    ...['711', '711', '711', '755', '755'],
  ])
  const shut = ['artifacts', 'headgate.db', 'headgate.db-wal', 'sealing.key', 'copy of headgate.db']
  expect(await Promise.all(shut.map((name) => mode(name)))).toEqual(['700', '600', '600', '600', '600'])
})
