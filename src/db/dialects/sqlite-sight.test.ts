import { cp, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../database.ts'
import { sqlite } from './sqlite.ts'
import { lookAtSqlite } from './sqlite-sight.ts'

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'headgate.db')
}

const domain = { id: 'id-1', name: 'a', created_at: 1 }

test('a database that is used is known by its process, also when this one looks', async () => {
  const file = await newFile()
  expect(await lookAtSqlite(file)).toEqual({ is: 'absent' })
  const database = await openDatabase(sqlite(file))
  expect(await lookAtSqlite(file)).toEqual({ is: 'inUse', pid: process.pid })
  await database.close()
  expect(await lookAtSqlite(file)).toMatchObject({ is: 'sound', schema: { databaseId: null } })
})

test('what a killed service left in its log is read too, and nothing is changed', async () => {
  const [file, killed] = [await newFile(), await newFile()]
  const database = await openDatabase(sqlite(file))
  await database.transact((tx) => tx.db.insertInto('domains').values(domain).execute())
  for (const suffix of ['', '-wal']) await cp(`${file}${suffix}`, `${killed}${suffix}`)
  await database.close()
  expect(await lookAtSqlite(killed)).toMatchObject({ is: 'sound', schema: { databaseId: 'id-1', unknown: [] } })
  expect((await readdir(join(killed, '..'))).sort()).toEqual(['headgate.db', 'headgate.db-wal'])
})

test('damage is found', async () => {
  const file = await newFile()
  await (await openDatabase(sqlite(file))).close()
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(8192, 0xff), 0, 8192, 4096)
  await handle.close()
  expect(await lookAtSqlite(file)).toMatchObject({ is: 'damaged' })
  await writeFile(file, 'a text, and no database\n'.repeat(100))
  expect(await lookAtSqlite(file)).toMatchObject({ is: 'damaged', problem: 'file is not a database' })
})
