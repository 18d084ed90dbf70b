import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { createLaunchValues } from './launch-values.ts'
import { createVariables } from './variable-service.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })
const sealingKey = Buffer.alloc(32, 7)
const EVERYTHING = { limit: 100, offset: 0 }

describeOnEachDatabase((open) => {
  async function setup(limits: { variablesMax?: number } = {}) {
    const world = await openWorld(open)
    const { database, clock, caller } = world
    const variables = createVariables({ database, clock, sealingKey, ...limits })
    const launchValues = createLaunchValues({ database, sealingKey })
    const create = (name: string, value: string, isSensitive = false) =>
      variables.create(caller, { name, value, isSensitive })
    return { ...world, variables, launchValues, create, projectId: caller.projectId }
  }

  test('a sensitive value is shown to nobody and is in no row in clear', async () => {
    const { variables, create, projectId, database } = await setup()
    await create('rate', '3')
    await create('pw', 'correct-horse', true)
    const { total, variables: listed } = await variables.list(projectId, EVERYTHING)
    expect([total, listed.map(({ name, value }) => [name, value])]).toEqual([
      2,
      [
        ['rate', '3'],
        ['pw', null],
      ],
    ])
    const rows = await database.db.selectFrom('variables').selectAll().execute()
    expect(JSON.stringify(rows)).not.toMatch(/correct-horse|"3"/)
  })

  test('what was sealed with a lost key is forgotten, and the rest stays', async () => {
    const { variables, create, projectId, database, clock, caller } = await setup()
    await create('kept', '1')
    const another = createVariables({ database, clock, sealingKey: Buffer.alloc(32, 8) })
    await another.create(caller, { name: 'lost', value: '2', isSensitive: false })
    await variables.forgetLost()
    expect((await variables.list(projectId, EVERYTHING)).variables).toMatchObject([{ name: 'kept', value: '1' }])
    await another.forgetLost()
    expect(await another.list(projectId, EVERYTHING)).toEqual({ total: 0, variables: [] })
  })

  test('a launch gets the values of the moment, or none when one is missing', async () => {
    const { variables, launchValues, create, projectId, database, stranger } = await setup()
    await create('a', '1')
    await create('b', 'two', true)
    expect(await launchValues.choose(database.db, projectId, ['a', 'b'])).toEqual([
      { name: 'a', value: '1', isSensitive: false },
      { name: 'b', value: 'two', isSensitive: true },
    ])
    await variables.update(projectId, 'a', '10')
    expect(await launchValues.choose(database.db, projectId, ['a'])).toMatchObject([{ value: '10' }])
    await variables.remove(projectId, 'a')
    expect(await launchValues.choose(database.db, projectId, ['a', 'b'])).toBeNull()
    expect(await variables.missing(projectId, ['b', 'a', 'c'])).toEqual(['a', 'c'])
    const elsewhere = await stranger()
    expect(await variables.missing(elsewhere.projectId, ['b'])).toEqual(['b'])
  })

  test('a value that is copied to another variable does not open there', async () => {
    const { variables, create, projectId, database } = await setup()
    await create('pw', 'correct-horse', true)
    await create('open', 'x')
    const { value_sealed } = await database.db
      .selectFrom('variables')
      .selectAll()
      .where('name', '=', 'pw')
      .executeTakeFirstOrThrow()
    await database.transact(async (tx) => {
      await tx.db.updateTable('variables').set({ value_sealed }).where('name', '=', 'open').execute()
    })
    await expect(variables.list(projectId, EVERYTHING)).rejects.toThrow(/sealed/)
  })

  test('of two that create the same variable at once one is told that it is there', async () => {
    const { create } = await setup()
    const both = await Promise.allSettled([create('a', '1'), create('a', '2')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(create('a', '3')).rejects.toEqual(refusal('variable.taken'))
  })

  test('a project has no more variables than it may, also when they come at once', async () => {
    const { create } = await setup({ variablesMax: 2 })
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => create(name, 'x')))
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    await expect(create('d', 'x')).rejects.toEqual(refusal('variable.tooMany'))
  })

  test.each([
    ['_a', 'x', 'variable.badName'],
    ['a', 'x'.repeat(10_001), 'variable.badValue'],
    ['a', 'nul\u0000', 'variable.badValue'],
  ])('the variable %j is refused with %s', async (name, value, code) => {
    const { create } = await setup()
    await expect(create(name, value)).rejects.toEqual(refusal(code))
  })
})
