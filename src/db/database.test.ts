import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import type { Database, Tx } from './database.ts'

const insertDomain = (tx: Tx, id: string, name = id) =>
  tx.db
    .insertInto('domains')
    .values({ id, name, created_at: 2 ** 52 })
    .execute()

const domains = async ({ db }: Database) =>
  (await db.selectFrom('domains').select('name').orderBy('name').execute()).map(({ name }) => name)

describeOnEachDatabase((open) => {
  test('transactions take turns: what was read inside stays true until the end', async () => {
    const database = await open()
    const insertFirst = (id: string) =>
      database.transact(async (tx) => {
        const others = await tx.db.selectFrom('domains').select('id').execute()
        if (others.length === 0) await insertDomain(tx, id)
        return others.length
      })
    const seen = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(insertFirst))
    expect(seen.sort()).toEqual([0, 1, 1, 1, 1, 1])
    expect(await domains(database)).toHaveLength(1)
  })

  test('a transaction that throws leaves nothing, and its work for after the commit is forgotten', async () => {
    const database = await open()
    const done: string[] = []
    const work = (id: string, error: Error | null) =>
      database.transact(async (tx) => {
        tx.afterCommit(() => void done.push(id))
        await insertDomain(tx, id)
        if (error) throw error
      })
    await expect(work('bad', new Error('no'))).rejects.toThrow('no')
    await work('good', null)
    expect([await domains(database), done]).toEqual([['good'], ['good']])
  })

  test('a second row with the same key is a unique violation, whatever it is of', async () => {
    const database = await open()
    await database.transact((tx) => insertDomain(tx, 'a'))
    for (const [id, name] of [
      ['a', 'other'],
      ['other', 'a'],
    ] as const) {
      const error = await database.transact((tx) => insertDomain(tx, id, name)).catch((error: unknown) => error)
      expect(database.quirks.isUniqueViolation(error)).toBe(true)
      expect(database.quirks.isUnavailable(error)).toBe(false)
    }
    const other = await database.db
      .insertInto('projects')
      .values({ id: 'p', domain_id: 'nowhere', name: 'p', description: '', enabled: 1, created_at: 1 })
      .execute()
      .catch((error: unknown) => error)
    expect(other).toBeInstanceOf(Error)
    expect(database.quirks.isUniqueViolation(other)).toBe(false)
  })

  test('large numbers, counts and sums come back as numbers', async () => {
    const database = await open()
    await database.transact((tx) => insertDomain(tx, 'a'))
    const row = await database.db
      .selectFrom('domains')
      .select((e) => ['created_at', e.fn.countAll<number>().as('count'), e.fn.sum<number>('created_at').as('sum')])
      .groupBy('created_at')
      .executeTakeFirst()
    expect(row).toEqual({ created_at: 2 ** 52, count: 1, sum: 2 ** 52 })
  })

  test('texts keep every character and sort by their bytes', async () => {
    const database = await open()
    const names = ['Zoë', 'a b', 'a', 'B', 'ab', 'Ä', '队列', '🙂', "it's", '\\', '%']
    await database.transact(async (tx) => {
      for (const [index, name] of names.entries()) await insertDomain(tx, String(index), name)
    })
    expect(await domains(database)).toEqual(names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    const lower = await sql<{ name: string }>`select lower(name) as name from domains where name = ${'Zoë'}`.execute(
      database.db,
    )
    expect(lower.rows).toEqual([{ name: 'zoë' }])
  })

  test('a text with the character NUL is asked for and stored without an error', async () => {
    const database = await open()
    await database.transact((tx) => insertDomain(tx, 'a', 'x\0y'))
    expect(await domains(database)).toEqual([expect.stringMatching(/^x.y$/su)])
    expect(await database.db.selectFrom('domains').selectAll().where('name', '=', '\0').execute()).toEqual([])
  })
})
