import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { checkTags as check, DOCUMENTED_TAG_RULES, matchesTagFilter, parseTagFilter, type Tag } from './tag.ts'
import { addTags, replaceTags } from './tag-service.ts'
import { deleteTags, readTags, readTagsOfKind } from './tag-store.ts'

const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })
const tag = (key: string, value = 'v') => ({ key, value })
const checkTags = (tags: readonly Tag[] | null, rules = DOCUMENTED_TAG_RULES) => check(tags, rules)

test.each([
  ['any characters but the forbidden ones, up to 36', ['k', '键', 'a,b', 'a/b', '🙂'.repeat(36)], true],
  ['a narrow set up to 128, with "="', ['a=b', 'x'.repeat(128), 'a b:c+d-e@f_g.h'], true],
  ['neither', ['', ' a', 'a=*', 'a\\b', '🙂'.repeat(37), 'x'.repeat(129), `${'x'.repeat(40)} `, 'a\u0000'], false],
  ['the reserved prefix', ['_sys_x'], false],
])('a key of %s', (_, keys, isGood) => {
  for (const key of keys) {
    if (isGood) expect(checkTags([tag(key)])).toEqual([tag(key)])
    else expect(() => checkTags([tag(key)]), key).toThrow(refusal('tag.badKey'))
  }
})

test('a value has 43 characters, or 255 where the newer rule is switched on', () => {
  for (const value of ['', 'x'.repeat(43), '值']) expect(checkTags([tag('k', value)])).toEqual([tag('k', value)])
  for (const value of ['x'.repeat(44), ' x', 'a|b', 'a=b']) {
    expect(() => checkTags([tag('k', value)])).toThrow(refusal('tag.badValue'))
  }
  const wide = tag('k', `${'x'.repeat(254)}=`)
  expect(checkTags([wide], { valueLengthMax: 255 })).toEqual([wide])
})

test('of equal keys the last counts, and more than 20 are refused', () => {
  expect(checkTags([tag('k', '1'), tag('k', '2')])).toEqual([tag('k', '2')])
  expect(checkTags(null)).toEqual([])
  const many = Array.from({ length: 21 }, (_, index) => tag(`k${index}`))
  expect(() => checkTags(many)).toThrow(refusal('tag.tooMany'))
})

test('a filter wants every tag that it names', () => {
  const tags = [tag('k', 'v'), tag('a=b', 'c')]
  expect(matchesTagFilter(tags, parseTagFilter('k=v, a=b=c'))).toBe(true)
  expect(matchesTagFilter(tags, parseTagFilter('k'))).toBe(true)
  expect(matchesTagFilter(tags, parseTagFilter('k=w'))).toBe(false)
  expect(matchesTagFilter(tags, parseTagFilter('k=v,x=y'))).toBe(false)
  expect(matchesTagFilter([], parseTagFilter('')), 'no filter').toBe(true)
  const long = Array.from({ length: 21 }, (_, index) => index).join(',')
  expect(() => parseTagFilter(long)).toThrow(refusal('tag.badFilter'))
})

describeOnEachDatabase((open) => {
  test('stored tags are replaced, added to and removed, each thing for itself', async () => {
    const { database, caller } = await openWorld(open)
    const one = { projectId: caller.projectId, kind: 'job', id: '1' } as const
    const two = { ...one, id: '2' }
    await database.transact(async (tx) => {
      await addTags(tx, one, [tag('a', '1'), tag('b', '1')])
      await addTags(tx, one, [tag('b', '2')])
      await addTags(tx, two, [tag('a', '2'), tag('a', '3')])
    })
    expect(await readTags(database.db, one)).toEqual([tag('a', '1'), tag('b', '2')])

    await database.transact(async (tx) => {
      await replaceTags(tx, one, [tag('c')])
      await deleteTags(tx, two, ['other'])
    })
    expect(await readTagsOfKind(database.db, caller.projectId, 'job')).toEqual(
      new Map([
        ['1', [tag('c')]],
        ['2', [tag('a', '3')]],
      ]),
    )
    expect(await readTags(database.db, { ...one, kind: 'queue' })).toEqual([])

    const many = Array.from({ length: 20 }, (_, index) => tag(`k${index}`))
    await expect(database.transact((tx) => addTags(tx, one, many))).rejects.toEqual(refusal('tag.tooMany'))
  })
})
