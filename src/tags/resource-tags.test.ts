import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { randomIds } from '../lib/ids.ts'
import { createQueues, TAGGED_QUEUES } from '../queues/index.ts'
import { createResourceTags, type ResourceFilter } from './resource-tags.ts'
import { DOCUMENTED_TAG_RULES as rules } from './tag.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })
const PAGE = { limit: 1000, offset: 0 }
const tag = (key: string, value: string) => ({ key, value })

describeOnEachDatabase((open) => {
  async function setup() {
    const world = await openWorld(open)
    const { database, clock, caller } = world
    const queues = createQueues({
      database,
      clock,
      ids: randomIds,
      busyCus: async () => new Map(),
      usedBy: async () => 0,
      hasRun: async () => true,
      limits: { cusPerQueue: 1000, queuesPerProject: 1000, cusPerProject: 10_000 },
      tagRules: rules,
    })
    const lookups = { job: TAGGED_QUEUES, queue: TAGGED_QUEUES, package: TAGGED_QUEUES }
    const tags = createResourceTags({ database, lookups, rules })
    for (const [name, ...given] of [
      ['z_prod', tag('env', 'prod'), tag('team', 'a')],
      ['test', tag('env', 'test'), tag('team', 'b')],
      ['bare'],
    ] as const) {
      await queues.create(caller, { name, cuCount: 16, tags: given })
    }
    return { ...world, queues, tags, projectId: caller.projectId }
  }

  test.each<[string, ResourceFilter, string[]]>([
    ['nothing is asked', {}, ['z_prod', 'test', 'bare']],
    ['any of several values counts', { tags: [{ key: 'env', values: ['prod', 'test'] }] }, ['z_prod', 'test']],
    ['no values mean any value', { tags: [{ key: 'team', values: [] }] }, ['z_prod', 'test']],
    [
      'every key must be there',
      {
        tags: [
          { key: 'env', values: ['prod', 'test'] },
          { key: 'team', values: ['b'] },
        ],
      },
      ['test'],
    ],
    ['a value belongs to its key', { tags: [{ key: 'team', values: ['prod'] }] }, []],
    ['resources without tags are wanted', { withoutAnyTag: true, tags: [{ key: 'env', values: [] }] }, ['bare']],
    ['a part of the name is given', { nameContains: 'PRO' }, ['z_prod']],
  ])('resources are found when %s', async (_, filter, names) => {
    const { tags, projectId } = await setup()
    const { total, resources } = await tags.find(projectId, 'queue', filter, PAGE)
    expect(resources.map(({ name }) => name)).toEqual(names)
    expect([total, await tags.count(projectId, 'queue', filter)]).toEqual([names.length, names.length])
  })

  test('tags go on and off by key, and every key is listed with its values', async () => {
    const { tags, projectId } = await setup()
    await tags.add(projectId, 'queue', 'BARE', [tag('env', 'test'), tag('a', '1')])
    await tags.add(projectId, 'queue', 'bare', [tag('a', '1'), tag('env', 'dev')])
    expect(await tags.read(projectId, 'queue', 'bare')).toEqual([tag('a', '1'), tag('env', 'dev')])
    expect(await tags.readKeys(projectId, 'queue')).toEqual([
      { key: 'a', values: ['1'] },
      { key: 'env', values: ['dev', 'prod', 'test'] },
      { key: 'team', values: ['a', 'b'] },
    ])
    await tags.remove(projectId, 'queue', 'bare', ['env', 'never there'])
    expect(await tags.read(projectId, 'queue', 'bare')).toEqual([tag('a', '1')])
    const many = Array.from({ length: 20 }, (_, index) => tag(`k${index}`, 'v'))
    await expect(tags.add(projectId, 'queue', 'bare', many)).rejects.toEqual(refusal('tag.tooMany'))
    expect(await tags.read(projectId, 'queue', 'bare')).toEqual([tag('a', '1')])
  })

  test('what another project has cannot be told from what does not exist', async () => {
    const { tags, projectId, stranger } = await setup()
    const { projectId: elsewhere } = await stranger()
    for (const name of ['test', 'nothing']) {
      await expect(tags.read(elsewhere, 'queue', name)).rejects.toEqual(refusal('tag.resourceNotFound'))
      const added = tags.add(elsewhere, 'queue', name, [tag('k', 'v')])
      await expect(added).rejects.toEqual(refusal('tag.resourceNotFound'))
      await expect(tags.remove(elsewhere, 'queue', name, ['env'])).rejects.toEqual(refusal('tag.resourceNotFound'))
    }
    expect(await tags.find(elsewhere, 'queue', {}, PAGE)).toEqual({ total: 0, resources: [] })
    expect(await tags.readKeys(elsewhere, 'queue')).toEqual([])
    expect(await tags.read(projectId, 'queue', 'test')).toHaveLength(2)
  })
})
