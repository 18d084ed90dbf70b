import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkWire } from '../support/wire-types.ts'
import { codeOf, createJob, messageOf, readJob, startWorld, type World } from './world.ts'

let world: World
let filesBefore: string[]

beforeAll(async () => {
  world = await startWorld()
  await createJob(world, { name: 'witness' })
  filesBefore = await files()
})

afterAll(() => world.stop())

/** Everything on disk but the database. */
async function files(): Promise<string[]> {
  const all = await readdir(world.service.dataFolder, { recursive: true })
  return all.filter((name) => !/\.sqlite|\.db/.test(name)).sort()
}

const CREATE = '/v1.0/{p}/streaming/flink-jobs'
const create = (body: unknown) => world.send('POST', CREATE, body)

/** field, values, code, and whether the same holds of an update */
const FIELDS: readonly [field: string, values: readonly unknown[], code: string][] = [
  ['name', [5, true, {}, []], 'DLI.0001'],
  ['name', ['../../etc/passwd', 'a/b', 'a b', 'a\nb', '作业😀', '<script>', "a';--", '.'], 'DLI.11015'],
  ['name', ['x'.repeat(58), '作'.repeat(58), 'x'.repeat(10_000)], 'DLI.11006'],
  ['desc', [5, {}], 'DLI.0001'],
  ['desc', ['x'.repeat(513), '作'.repeat(10_000)], 'DLI.11014'],
  ['queue_name', [5, [], 'x'.repeat(10_000)], 'DLI.0001'],
  ['cu_number', ['2', 2.5, true, [], {}, 1, 0, -1, -5, 401, 2 ** 31, 1e300], 'DLI.11012'],
  ['manager_cu_number', ['1', 1.5, false, 0, -1, 2, 2 ** 40], 'DLI.11025'],
  ['parallel_number', ['1', 0.5, 0, -1, 2001, 1e15], 'DLI.11013'],
  ['parallel_number', [5], 'DLI.11022'],
  ['tm_cus', ['1', 1.5, 0, -1, 2, 2 ** 53], 'DLI.0001'],
  ['tm_slot_num', ['1', 0.5, -1, 1e9], 'DLI.0001'],
  ['checkpoint_interval', ['30', 1.5, -1, 1e9], 'DLI.11008'],
  ['checkpoint_mode', [0, 3, 1.5, 'sometimes', true, {}], 'DLI.11009'],
  ['checkpoint_enabled', ['true', 1, []], 'DLI.0001'],
  ['log_enabled', ['true', 0], 'DLI.0001'],
  ['log_enabled', [true], 'DLI.11002'],
  ['obs_bucket', [5, {}, '../up', 'a/b', 'bad name', '桶', 'x'.repeat(10_000)], 'DLI.11011'],
  ['smn_topic', [5, 'a b', '../x', 'x'.repeat(10_000)], 'DLI.0001'],
  ['main_class', [5, 'a-b', '../x'], 'DLI.0001'],
  ['main_class', ['a b', 'a\tb'], 'DLI.11020'],
  ['main_class', ['x'.repeat(513), 'x'.repeat(10_000)], 'DLI.11018'],
  ['entrypoint_args', [5, ['a'], 'a "b', 'a\u0007b'], 'DLI.0001'],
  ['entrypoint_args', ['x'.repeat(1025), '参'.repeat(342), 'x'.repeat(10_000)], 'DLI.11019'],
  ['restart_when_exception', ['true', 1], 'DLI.0001'],
  ['entrypoint', [5, {}, [], 'x'.repeat(10_000)], 'DLI.0001'],
  ['dependency_jars', ['a.jar', [5], [null], {}], 'DLI.0001'],
  ['dependency_files', ['a.csv', [true], ['x'.repeat(10_000)], Array(1001).fill('a.csv')], 'DLI.0001'],
  ['feature', [5, 'fancy', 'BASIC'], 'DLI.0001'],
  ['flink_version', [1.2, {}], 'DLI.0001'],
  ['image', [5, [], 'x'.repeat(10_000)], 'DLI.0001'],
  ['resume_checkpoint', ['true', 1], 'DLI.0001'],
  ['resume_max_num', ['1', 0, -2, 1.5, 2 ** 60], 'DLI.0001'],
  ['checkpoint_path', [5, '../up', 'b/../up', 'obs://', '/etc', 'b/a\u0001b', `b/${'x'.repeat(10_000)}`], 'DLI.0001'],
  ['runtime_config', [5, {}, '[1]', '{"a":', 'no pair', 'k=v\n'.repeat(20_000)], 'DLI.0001'],
  ['flink_log_config', [5, '{', '{"root_logger_level":"LOUD"}'], 'DLI.0001'],
  ['execution_agency_urn', [5, {}], 'DLI.0001'],
  ['resource_config_version', ['v3', 1], 'DLI.0001'],
  [
    'resource_config',
    [
      '4G',
      [],
      { max_slot: '1' },
      { jobmanager_resource_spec: { cpu: '1' } },
      { taskmanager_resource_spec: { memory: 4 } },
      { taskmanager_resource_spec: { memory: 'x'.repeat(10_000) } },
    ],
    'DLI.0001',
  ],
  ['tags', ['k=v', [5], [{}], [{ key: 'k' }], [{ key: 5, value: 'v' }], { key: 'k', value: 'v' }], 'DLI.0001'],
]

const CASES = FIELDS.flatMap(([field, values, code]) => values.map((value) => ({ field, value, code })))
const short = (value: unknown) => JSON.stringify(value).slice(0, 40)

describe('a field that is wrong', () => {
  it.each(CASES.map((each) => ({ ...each, shown: short(each.value) })))(
    '$field $shown is refused with $code on creation',
    async ({ field, value, code }) => {
      const reply = await create({ name: 'bad', [field]: value })
      expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(field)])
      expect(messageOf(reply).length).toBeLessThan(1000)
    },
  )

  it('is refused by an update as well, and changes nothing', async () => {
    const id = await createJob(world, { name: 'steady' })
    const before = await readJob(world, id)
    for (const { field, value, code } of CASES.filter((each) => each.field !== 'tags')) {
      const reply = await world.send('PUT', `${CREATE}/${id}`, { [field]: value })
      expect([field, short(value), codeOf(reply)]).toEqual([field, short(value), code])
    }
    expect(await readJob(world, id)).toEqual(before)
  })

  it('is named in Chinese too', async () => {
    const reply = await world.send('POST', CREATE, { name: 'bad', cu_number: '2' }, { 'x-language': 'zh-cn' })
    expect(messageOf(reply)).toMatch(/cu_number.*[\u4e00-\u9fff]/)
  })
})

describe('a job sized by resource_config', () => {
  const spec = { cpu: 1, memory: '4G' }
  it.each([
    [{ jobmanager_resource_spec: { ...spec, cpu: 0.49 } }, 'DLI.0001', '0.5 to 1000'],
    [{ jobmanager_resource_spec: { ...spec, cpu: 1001 } }, 'DLI.0001', '0.5 to 1000'],
    [{ taskmanager_resource_spec: { ...spec, memory: '2047M' } }, 'DLI.0001', '2 to 4096 GB'],
    [{ taskmanager_resource_spec: { ...spec, memory: '4097' } }, 'DLI.0001', '2 to 4096 GB'],
    [{ taskmanager_resource_spec: { ...spec, memory: `${'9'.repeat(30)}G` } }, 'DLI.0001', '2 to 4096 GB'],
    [{ max_slot: 0 }, 'DLI.0001', 'max_slot'],
    [{ parallel_number: 2001 }, 'DLI.11013', 'parallel_number'],
  ])('is refused when it is %j', async (resource_config, code, words) => {
    const reply = await create({ name: 'bad', resource_config_version: 'v2', resource_config })
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(words)])
  })

  it.each([
    ['cu_number', -5, 'DLI.11012'],
    ['cu_number', 401, 'DLI.11012'],
    ['manager_cu_number', 0, 'DLI.11025'],
    ['parallel_number', 2001, 'DLI.11013'],
    ['tm_cus', 0, 'DLI.0001'],
    ['tm_slot_num', -1, 'DLI.0001'],
  ])('is refused for %s %j as well, though it sizes nothing', async (field, value, code) => {
    const reply = await create({ name: 'bad', resource_config_version: 'v2', [field]: value })
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(field)])
  })

  it('shows real_cu_number as an integer of 32 bits at the limits', async () => {
    const largest = { cpu: 1000, memory: '4096G' }
    const resource_config = {
      ...{ max_slot: 1, parallel_number: 2000 },
      ...{ jobmanager_resource_spec: largest, taskmanager_resource_spec: largest },
    }
    const id = await createJob(world, { name: 'largest', resource_config_version: 'v2', resource_config })
    expect((await readJob(world, id)).job_config.real_cu_number).toBe(2001 * 1024)
  })
})

describe('the words of a refusal', () => {
  it.each([
    [{ checkpoint_mode: 3 }, 'it must be one of 1, 2, exactly_once, at_least_once.'],
    [{ resource_config_version: 'v3' }, 'it must be v1 or v2.'],
    [{ obs_bucket: 'obs://b1' }, 'Give the name alone'],
  ])('for %j say what to give', async (fields, words) => {
    expect(messageOf(await create({ name: 'bad', ...fields }))).toContain(words)
  })

  it('name each choice once where a boolean may be a text', async () => {
    const reply = await world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [1], resume_savepoint: 1 })
    expect(messageOf(reply)).toBe('resume_savepoint is not valid: it must be true or false, also as text.')
  })
})

describe('tags that break a rule', () => {
  it.each([
    ['_sys_x', 'v'],
    ['', 'v'],
    [' k', 'v'],
    ['k<', 'v'],
    ['k'.repeat(129), 'v'],
    ['k', 'v|'],
    ['k', 'v'.repeat(256)],
  ])('%j = %j is refused', async (key, value) => {
    expect(codeOf(await create({ name: 'tagged', tags: [{ key, value }] }))).toBe('DLI.0001')
  })
})

describe('a name', () => {
  it.each([[{}], [{ name: '' }], [{ name: null }]])('is mandatory: %j', async (body) => {
    const reply = await create(body)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.11007', expect.stringContaining('name')])
  })
})

describe('null and unknown fields', () => {
  it('count as absent, and are ignored', async () => {
    const names = [...new Set(FIELDS.map(([field]) => field))].filter((field) => field !== 'name')
    const body = {
      ...Object.fromEntries(names.map((field) => [field, null])),
      name: 'nulls',
      unknown: { deep: [1, 2] },
      constructor: 1,
    }
    const id = await createJob(world, body)
    const { job_id, name, create_time, update_time, ...rest } = await readJob(world, id)
    const plain = await readJob(world, await createJob(world, { name: 'plain' }))
    expect(rest).toEqual(expect.objectContaining({ job_config: plain.job_config, queue_name: null, desc: '' }))
  })

  it('named __proto__ change nothing for anybody', async () => {
    const reply = await create('{"name":"proto","__proto__":{"cu_number":400},"job_config":{"__proto__":{"x":1}}}')
    checkWire('createFlinkJarJob', reply.body)
    const { job } = reply.body as { job: { job_id: number } }
    expect((await readJob(world, job.job_id)).job_config.cu_number).toBe(2)
  })
})

describe('a body', () => {
  const BODIES: readonly [what: string, body: string][] = [
    ['empty', ''],
    ['no JSON', 'name=x'],
    ['cut off', '{"name":"x"'],
    ['with something behind it', '{"name":"x"}}'],
    ['an array', '[{"name":"x"}]'],
    ['a text', '"x"'],
    ['a number', '5'],
    ['null', 'null'],
    ['with single quotes', "{'name':'x'}"],
    ['nested without end', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['XML', '<name>x</name>'],
  ]

  it.each(BODIES)('that is %s is refused with DLI.10004', async (_what, body) => {
    for (const [method, path] of [
      ['POST', CREATE],
      ['PUT', `${CREATE}/1`],
      ['POST', '/v1.0/{p}/streaming/jobs/run'],
    ] as const) {
      expect(codeOf(await world.send(method, path, body))).toBe('DLI.10004')
    }
  })

  it('with half characters or U+0000 is refused, and the message names the field', async () => {
    for (const text of ['"\\ud83d"', '"x\\u0000y"']) {
      const reply = await create(`{"name":"x","desc":${text}}`)
      expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining('desc')])
    }
  })

  it('with numbers beyond all measure is refused', async () => {
    expect(codeOf(await create('{"name":"x","cu_number":1e999}'))).toBe('DLI.11012')
    expect(codeOf(await create(`{"name":"x","cu_number":${'9'.repeat(400)}}`))).toBe('DLI.11012')
  })
})

describe('after all that', () => {
  it('nothing lies on disk that was not there before', async () => {
    expect(await files()).toEqual(filesBefore)
  })
})
