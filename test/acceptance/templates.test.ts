import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, messageOf, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const TEMPLATES = '/v1.0/{p}/streaming/job-templates'
type Item = Record<string, unknown> & { template_id: number; name: string }

const create = async (body: Record<string, unknown>) =>
  (await world.call<{ template: Item }>('createFlinkSqlJobTemplate', 'POST', TEMPLATES, body)).template
const list = async (query = '') =>
  (
    await world.call<{ template_list: { total_count: number; templates: Item[] } }>(
      'listFlinkSqlJobTemplates',
      'GET',
      `${TEMPLATES}${query}`,
    )
  ).template_list
const names = async (query = '') => (await list(query)).templates.map(({ name }) => name)
const update = (id: number, body: Record<string, unknown>) =>
  world.call('updateFlinkSqlJobTemplate', 'PUT', `${TEMPLATES}/${id}`, body)
const remove = (id: number) => world.call('deleteFlinkSqlJobTemplate', 'DELETE', `${TEMPLATES}/${id}`)

describe('templates', () => {
  it('are created as Terraform sends them, and found by its query', async () => {
    const made = await create({
      desc: 'text',
      job_type: 'flink_opensource_sql_job',
      name: 'tpl-a',
      sql_body: 'select 1',
      tags: [
        { key: 'k1', value: 'v1' },
        { key: 'k2', value: 'v2' },
      ],
    })
    expect(made).toMatchObject({ name: 'tpl-a', desc: 'text', job_type: 'flink_opensource_sql_job' })
    expect(await list('?&limit=100&name=tpl-a')).toEqual({
      total_count: 1,
      templates: [{ ...made, sql_body: 'select 1', update_time: made.create_time }],
    })
  })

  it('need no more than a name, which may be Chinese', async () => {
    expect(await create({ name: '模板_1', job_type: '' })).toMatchObject({ desc: '', job_type: 'flink_sql_job' })
    expect((await list('?name=%E6%A8%A1')).templates).toMatchObject([{ name: '模板_1', sql_body: '' }])
  })

  it('are filtered by part of the name in any case and by tags, and come in pages in either order', async () => {
    await create({ name: 'Third', tags: [{ key: 'k1', value: 'v1' }] })
    expect(await names()).toEqual(['Third', '模板_1', 'tpl-a'])
    expect(await names('?order=asc')).toEqual(['tpl-a', '模板_1', 'Third'])
    expect(await names('?name=THI')).toEqual(['Third'])
    expect(await names('?name=_1')).toEqual(['模板_1'])
    expect(await names('?tags=k1%3Dv1')).toEqual(['Third', 'tpl-a'])
    expect(await names('?tags=k1%3Dv1%2Ck2%3Dv2')).toEqual(['tpl-a'])
    expect([await names('?limit=2'), await names('?limit=2&offset=2'), await names('?limit=2&offset=4')]).toEqual([
      ['Third', '模板_1'],
      ['tpl-a'],
      [],
    ])
    expect(await list('?limit=0')).toEqual({ total_count: 3, templates: [] })
  })

  it('keep on an update what is absent or an empty name', async () => {
    const { template_id: id } = await create({ name: 'changing', desc: 'd', sql_body: 'a' })
    expect(await update(id, { sql_body: 'b', name: '' })).toEqual({ is_success: true, message: '' })
    expect((await list('?name=changing')).templates).toMatchObject([{ name: 'changing', desc: 'd', sql_body: 'b' }])
    await update(id, { name: 'changed', desc: '' })
    expect((await list('?name=chang')).templates).toMatchObject([{ name: 'changed', desc: '', sql_body: 'b' }])
  })

  it('are gone from the list when deleted, and their names are free', async () => {
    const { template_id: id } = await create({ name: 'gone', tags: [{ key: 'gone', value: '1' }] })
    expect(await remove(id)).toEqual({ is_success: true, message: '', template: { template_id: id } })
    expect(await names('?name=gone')).toEqual([])
    expect(codeOf(await world.send('DELETE', `${TEMPLATES}/${id}`))).toBe('DLI.18005')
    await create({ name: 'gone' })
    expect(await names('?tags=gone%3D1')).toEqual([])
  })

  it.each([
    [{}, 'DLI.18006'],
    [{ name: '' }, 'DLI.18006'],
    [{ name: 'tpl-a' }, 'DLI.18002'],
    [{ name: 'a b' }, 'DLI.18007'],
    [{ name: '名'.repeat(65) }, 'DLI.18009'],
    [{ name: 'x', desc: '名'.repeat(513) }, 'DLI.18008'],
    [{ name: 'x', tags: [{ key: '_sys_x', value: '' }] }, 'DLI.0001'],
    [{ name: 'x', job_type: 'flink_jar_job' }, 'DLI.0001'],
    ['{', 'DLI.18004'],
  ])('refuse %j with %s', async (body, code) => {
    const reply = await world.send('POST', TEMPLATES, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringMatching(/./)])
  })

  it('hold SQL of 1 048 576 characters and no more', async () => {
    const sql = '表'.repeat(1_048_576)
    const { template_id: id } = await create({ name: 'long', sql_body: sql })
    expect((await list('?name=long')).templates[0]?.sql_body).toBe(sql)
    const reply = await world.send('PUT', `${TEMPLATES}/${id}`, { sql_body: `${sql}x` })
    expect(codeOf(reply)).toBe('DLI.18001')
    await remove(id)
  })

  it.each(['999999', 'abc', '-1', '1.5'])('are DLI.18005 when there is none of the number %s', async (id) => {
    for (const [method, body] of [
      ['PUT', { name: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect(codeOf(await world.send(method, `${TEMPLATES}/${id}`, body))).toBe('DLI.18005')
    }
  })

  it('are at most 100 in a project', async () => {
    const { total_count } = await list()
    for (let number = total_count; number < 100; number++) await create({ name: `n${number}` })
    expect(codeOf(await world.send('POST', TEMPLATES, { name: 'one-more' }))).toBe('DLI.18003')
  })
})
