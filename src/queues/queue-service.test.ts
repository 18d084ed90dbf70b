import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { randomIds } from '../lib/ids.ts'
import type { NewQueue } from './queue.ts'
import { createQueues, type QueuesOptions } from './queue-service.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })

describeOnEachDatabase((open) => {
  async function setup(overrides: Partial<QueuesOptions> = {}) {
    const world = await openWorld(open)
    const { database, clock } = world
    const nothing = { busyCus: async () => new Map<string, number>(), usedBy: async () => 0 }
    const queues = createQueues({ database, clock, ids: randomIds, ...nothing, ...overrides })
    return { ...world, queues, projectId: world.caller.projectId }
  }

  test('the queue of the documents is found whatever its capitals, with its defaults', async () => {
    const { queues, caller, projectId, clock } = await setup({ busyCus: async () => new Map([['TestQueue', 3]]) })
    const wanted: NewQueue = { name: 'testQueue', cuCount: 16, type: 'general', resourceMode: 1 }
    const created = await queues.create(caller, { ...wanted, tags: [{ key: 'k', value: 'v' }] })
    expect(created).toMatchObject({
      name: 'testqueue',
      type: 'general',
      cuCount: 16,
      resourceMode: 1,
      chargingMode: 1,
      engine: null,
      platform: 'x86_64',
      feature: null,
      description: '',
      enterpriseProjectId: '0',
      elasticResourcePoolName: null,
      labels: [],
      properties: {},
      ownerName: 'admin',
      createdAt: clock.now(),
      tags: [{ key: 'k', value: 'v' }],
    })
    expect(created.resourceId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await queues.get(projectId, 'TESTQUEUE')).toEqual({ ...created, busyCus: 3 })
  })

  test('everything that is given is kept', async () => {
    const { queues, caller, projectId } = await setup()
    const wanted: NewQueue = {
      name: 'full',
      cuCount: 512,
      type: 'sql',
      description: '队列\nzwei',
      resourceMode: 1,
      chargingMode: 1,
      engine: 'hetuEngine',
      platform: 'aarch64',
      feature: 'ai',
      labels: ['multi_az=2'],
      enterpriseProjectId: 'abc',
      elasticResourcePoolName: 'pool1',
      properties: { 'computeEngine.spark.nativeEnabled': 'true' },
      tags: [],
    }
    await queues.create(caller, wanted)
    expect(await queues.get(projectId, 'full')).toMatchObject(wanted)
  })

  test('of two that create the same name at once, one is refused', async () => {
    const { queues, caller } = await setup()
    const both = await Promise.allSettled([
      queues.create(caller, { name: 'q', cuCount: 16 }),
      queues.create(caller, { name: 'Q', cuCount: 64 }),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(both[1]).toMatchObject({ reason: refusal('queue.taken') })
  })

  test.each([
    ['badName', [{ name: '' }, { name: '_a' }, { name: '12' }, { name: 'a-b' }, { name: '../a' }, { name: '队' }]],
    ['badName', [{ name: 'x'.repeat(129) }, { name: 'a\n' }]],
    ['badCuCount', [0, -16, 15, 17, 16.5, Number.NaN].map((cuCount) => ({ cuCount }))],
    ['tooManyCus', [{ cuCount: 10_016 }, { cuCount: 2 ** 40 }]],
    ['badDescription', [{ description: '队'.repeat(86) }, { description: 'a\u0000b' }]],
    ['badField', [{ resourceMode: 2 }, { chargingMode: 9 }, { platform: 'mips' }, { feature: 'x' }, { engine: 'x' }]],
    ['badField', [{ labels: ['x'.repeat(129)] }, { properties: { a: '\u0007' } }, { enterpriseProjectId: '\n' }]],
  ] as const)('a value that breaks a rule is refused as %s', async (code, changes: readonly Partial<NewQueue>[]) => {
    const { queues, caller, projectId } = await setup()
    for (const change of changes) {
      const wanted = { name: 'q', cuCount: 16, ...change }
      await expect(queues.create(caller, wanted), JSON.stringify(change)).rejects.toEqual(refusal(`queue.${code}`))
    }
    expect(await queues.list(projectId)).toEqual([])
  })

  test('the list is filtered, ordered and paged', async () => {
    const { queues, caller, projectId } = await setup()
    const tags = [{ key: 'team', value: 'a' }]
    await queues.create(caller, { name: 'b', cuCount: 64, type: 'general', tags })
    await queues.create(caller, { name: 'c', cuCount: 16, type: 'general' })
    await queues.create(caller, { name: 'a', cuCount: 256 })
    const names = async (query: Parameters<typeof queues.list>[1]) =>
      (await queues.list(projectId, query)).map((queue) => queue.name).join('')

    expect(await names({})).toBe('abc')
    expect(await names({ type: 'all', order: 'nameDescending' })).toBe('cba')
    expect(await names({ order: 'cusAscending' })).toBe('cba')
    expect(await names({ order: 'cusDescending' })).toBe('abc')
    expect(await names({ type: 'sql' })).toBe('a')
    expect(await names({ type: 'general' })).toBe('bc')
    expect(await names({ tags: ['team=a'] })).toBe('b')
    expect(await names({ tags: ['team=b'] })).toBe('')
    expect(await names({ page: 2, pageSize: 2 })).toBe('c')
    expect(await names({ page: 3, pageSize: 2 })).toBe('')
    expect(await names({ page: 1, pageSize: 2 ** 31 - 1 })).toBe('abc')
  })

  test('a queue that jobs use is not removed; a free one goes with its tags', async () => {
    let jobs = 2
    const { queues, caller, projectId } = await setup({ usedBy: async () => jobs })
    await queues.create(caller, { name: 'q', cuCount: 16, tags: [{ key: 'k', value: 'v' }] })
    await expect(queues.remove(projectId, 'Q')).rejects.toEqual(refusal('queue.busy'))
    jobs = 0
    await queues.remove(projectId, 'Q')
    await expect(queues.remove(projectId, 'q')).rejects.toEqual(refusal('queue.notFound'))
    const again = await queues.create(caller, { name: 'q', cuCount: 16 })
    expect((await queues.get(projectId, 'q')).tags).toEqual([])
    expect(again.id).toBe(2)
  })

  test('a project sees nothing of the queues of another', async () => {
    const { queues, caller, stranger, projectId } = await setup()
    const other = await stranger()
    await queues.create(caller, { name: 'q', cuCount: 16 })
    await expect(queues.get(other.projectId, 'q')).rejects.toEqual(refusal('queue.notFound'))
    await expect(queues.remove(other.projectId, 'q')).rejects.toEqual(refusal('queue.notFound'))
    expect(await queues.list(other.projectId)).toEqual([])
    await queues.create(other, { name: 'q', cuCount: 64 })
    expect((await queues.get(projectId, 'q')).cuCount).toBe(16)
  })

  test('a project has a limited number of queues', async () => {
    const { queues, caller } = await setup({ maxQueuesPerProject: 1 })
    await queues.create(caller, { name: 'q1', cuCount: 16 })
    await expect(queues.create(caller, { name: 'q2', cuCount: 16 })).rejects.toEqual(refusal('queue.tooMany'))
  })
})
