import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { randomIds } from '../lib/ids.ts'
import { DOCUMENTED_TAG_RULES } from '../tags/index.ts'
import type { NewQueue } from './queue.ts'
import { createQueues, type QueueParts } from './queue-service.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })

const LIMITS = { cusPerQueue: 10_000, queuesPerProject: 1000, cusPerProject: 20_000 }

describeOnEachDatabase((open) => {
  async function setup(overrides: Partial<QueueParts> = {}) {
    const world = await openWorld(open)
    const { database, clock } = world
    const nothing = { busyCus: async () => new Map<string, number>(), usedBy: async () => 0, hasRun: async () => true }
    const queues = createQueues({
      database,
      clock,
      ids: randomIds,
      limits: LIMITS,
      tagRules: DOCUMENTED_TAG_RULES,
      ...nothing,
      ...overrides,
    })
    return { ...world, queues, projectId: world.caller.projectId }
  }

  test('the queue of the documents is found whatever its capitals, with its defaults', async () => {
    const { queues, caller, projectId, clock } = await setup({ busyCus: async () => new Map([['testqueue', 3]]) })
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
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(both).toContainEqual({ status: 'rejected', reason: refusal('queue.taken') })
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
    const { queues, caller } = await setup({ limits: { ...LIMITS, queuesPerProject: 1 } })
    await queues.create(caller, { name: 'q1', cuCount: 16 })
    await expect(queues.create(caller, { name: 'q2', cuCount: 16 })).rejects.toEqual(refusal('queue.tooMany'))
  })

  test('the queues of a project have a limited number of CUs together', async () => {
    const { queues, caller } = await setup({ limits: { ...LIMITS, cusPerProject: 128 } })
    await queues.create(caller, { name: 'q1', cuCount: 64 })
    await expect(queues.create(caller, { name: 'q2', cuCount: 80 })).rejects.toEqual(
      refusal('queue.tooManyCusTogether'),
    )
    await queues.create(caller, { name: 'q2', cuCount: 32 })
    const grow = (cus: number) => queues.scale(caller.projectId, 'q1', { direction: 'out', cus })
    await expect(grow(48)).rejects.toEqual(refusal('queue.tooManyCusTogether'))
    await grow(32)
  })

  test('a queue is scaled by the difference, between 64 CUs and the limit, and remembers what it was made with', async () => {
    const { queues, caller, projectId } = await setup({ limits: { ...LIMITS, cusPerQueue: 160 } })
    await queues.create(caller, { name: 'q', cuCount: 64, type: 'general' })
    const scale = (direction: 'out' | 'in', cus: number) => queues.scale(projectId, 'Q', { direction, cus })
    await scale('out', 64)
    expect(await queues.get(projectId, 'q')).toMatchObject({ cuCount: 128, cuSpec: 64, scaling: { min: 64, max: 160 } })
    await expect(scale('out', 48)).rejects.toEqual(refusal('queue.tooManyCus'))
    await scale('in', 48)
    await expect(scale('in', 32)).rejects.toEqual(refusal('queue.cannotScale'))
    for (const cus of [0, -16, 8, 17]) await expect(scale('in', cus)).rejects.toEqual(refusal('queue.badCuChange'))
    expect((await queues.get(projectId, 'q')).cuCount).toBe(80)
  })

  test.each([
    ['cannotScale', { cuCount: 16 }, {}],
    ['cannotScale', { elasticResourcePoolName: 'pool1' }, {}],
    ['neverUsed', {}, { hasRun: async () => false }],
    ['inUse', {}, { busyCus: async () => new Map([['q', 65]]) }],
  ] as const)('a queue that may not be scaled is refused as %s', async (code, wanted, facts) => {
    const { queues, caller, projectId } = await setup(facts)
    await queues.create(caller, { name: 'q', cuCount: 80, ...wanted })
    const scaled = queues.scale(projectId, 'q', { direction: 'in', cus: 16 })
    await expect(scaled).rejects.toEqual(refusal(`queue.${code}`))
  })

  test('only SQL queues restart, and while jobs run only by force', async () => {
    let jobs = 0
    const { queues, caller, projectId } = await setup({ usedBy: async () => jobs })
    await queues.create(caller, { name: 'sql', cuCount: 16 })
    await queues.create(caller, { name: 'general', cuCount: 16, type: 'general' })
    await expect(queues.restart(projectId, 'general', true)).rejects.toEqual(refusal('queue.onlySql'))
    await queues.restart(projectId, 'sql', false)
    jobs = 1
    await expect(queues.restart(projectId, 'sql', false)).rejects.toEqual(refusal('queue.busy'))
    await queues.restart(projectId, 'sql', true)
  })

  test.each([
    [16, ['10.0.0.0/8', '172.16.0.0/12', '172.31.255.0/24', '192.168.0.0/16'], ['192.168.1.0/25', '172.16.0.0/11']],
    [
      240,
      ['10.1.2.0/24'],
      ['10.1.2.0/25', '172.32.0.0/16', '11.0.0.0/8', '0.0.0.0/0', '10.0.0.0', '10.0.0/8', 'fd00::/8'],
    ],
    [256, ['10.1.0.0/22'], ['10.1.0.0/23', '10.1.0.0/-8', '10.0.0.0/8/8', '010.0.0.0/8', '10.0.0.256/8', '']],
    [512, ['10.1.0.0/21'], ['10.1.0.0/22']],
  ])('a queue of %i CUs takes private address ranges that are large enough', async (cuCount, good, bad) => {
    const { queues, caller, projectId } = await setup()
    await queues.create(caller, { name: 'q', cuCount })
    for (const cidr of good) {
      await queues.changeCidr(projectId, 'q', cidr)
      expect((await queues.get(projectId, 'q')).cidrInVpc).toBe(cidr)
    }
    for (const cidr of bad) {
      await expect(queues.changeCidr(projectId, 'q', cidr), cidr).rejects.toEqual(refusal('queue.badCidr'))
    }
  })

  test('the properties of an SQL queue are set one by one, and one of them is its address range', async () => {
    let jobs = 0
    const { queues, caller, projectId } = await setup({ usedBy: async () => jobs })
    await queues.create(caller, { name: 'q', cuCount: 16, properties: { a: '1', b: '1' } })
    await queues.setProperties(projectId, 'q', { b: '2', 'network.cidrInVpc': '10.0.0.0/8' })
    await queues.dropProperties(projectId, 'q', ['a', 'never there'])
    const properties = { b: '2', 'network.cidrInVpc': '10.0.0.0/8' }
    expect(await queues.get(projectId, 'q')).toMatchObject({ properties, cidrInVpc: '10.0.0.0/8' })

    jobs = 1
    const moved = queues.setProperties(projectId, 'q', { b: '3', 'network.cidrInVpc': '10.0.0.0/9' })
    await expect(moved).rejects.toEqual(refusal('queue.busy'))
    const many = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`k${index}`, '1']))
    await expect(queues.setProperties(projectId, 'q', many)).rejects.toEqual(refusal('queue.badField'))
    expect((await queues.get(projectId, 'q')).properties).toEqual(properties)

    await queues.create(caller, { name: 'general', cuCount: 16, type: 'general' })
    await expect(queues.setProperties(projectId, 'general', { b: '3' })).rejects.toEqual(refusal('queue.onlySql'))
    await expect(queues.dropProperties(projectId, 'general', ['b'])).rejects.toEqual(refusal('queue.onlySql'))
  })
})
