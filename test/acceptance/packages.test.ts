import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkWire } from '../support/wire-types.ts'
import { codeOf, messageOf, putObject, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  for (const key of ['app.jar', 'dir/dep.jar', 'data.csv', 'x.py', 'a!b c.jar'])
    await putObject(world, `bkt/${encodeURIComponent(key)}`, `content of ${key}`)
})

afterAll(() => world.stop())

const RESOURCES = '/v2.0/{p}/resources'

describe('packages', () => {
  it('are uploaded into a group with 201 and are READY at once', async () => {
    const reply = await world.send('POST', RESOURCES, {
      paths: ['obs://bkt/app.jar', 'https://bkt.obs.region-1.example.test/data.csv'],
      kind: 'file',
      group: 'g1',
    })
    expect(reply.status).toBe(201)
    checkWire('uploadJobResources', reply.body)
    expect(reply.body).toMatchObject({
      group_name: 'g1',
      status: 'READY',
      resources: ['app.jar', 'data.csv'],
      is_async: false,
    })
    const shown = await world.call('showJobResource', 'GET', `${RESOURCES}/app.jar?group=g1`)
    expect(shown).toMatchObject({ resource_name: 'app.jar', status: 'READY', owner: world.service.userName })
    expect(shown.underlying_name).toMatch(/^[0-9a-f-]{36}_app\.jar$/)
  })

  it('without a group answer resource_names as well', async () => {
    const path = RESOURCES
    const answer = await world.call('uploadJobResources without group', 'POST', path, {
      paths: ['obs://bkt/app.jar'],
      kind: 'jar',
      is_async: 'false',
      tags: null,
    })
    expect(answer).toMatchObject({ resource_names: ['app.jar'], status: 'READY' })
    expect((await world.send('GET', `${RESOURCES}/app.jar`)).status).toBe(200)
  })

  it.each([
    ['jars', 'uploadJarJobResources', 'jar', 'dir/dep.jar'],
    ['pyfiles', 'uploadPythonFileJobResources', 'pyFile', 'x.py'],
    ['files', 'uploadFileJobResources', 'file', 'data.csv'],
  ] as const)('of one kind are uploaded by the older call %s', async (path, operation, kind, key) => {
    const group = `of_${path}`
    const answer = await world.call(operation, 'POST', `${RESOURCES}/${path}`, { paths: [`obs://bkt/${key}`], group })
    expect(answer).toMatchObject({ group_name: group, module_name: group, module_type: kind })
    const list = await world.call('listJobResources', 'GET', `${RESOURCES}?kind=${kind}`)
    expect(list.modules).toContainEqual(expect.objectContaining({ module_name: group, module_type: kind }))
    expect(list.groups).toContainEqual(expect.objectContaining({ group_name: group }))
    expect(list.total).toBe((list.resources as unknown[]).length)
  })

  it('that are missing are 404, in the asked language, and 404 after a delete with an empty body', async () => {
    const missing = await world.send('GET', `${RESOURCES}/no.jar?group=g1`, undefined, { 'x-language': 'zh-cn' })
    expect([codeOf(missing, 404), messageOf(missing)]).toEqual(['DLI.0023', expect.stringContaining('不存在')])
    const deleted = await world.send('DELETE', `${RESOURCES}/app.jar?group=g1`)
    expect([deleted.status, deleted.text]).toEqual([200, ''])
    expect(codeOf(await world.send('DELETE', `${RESOURCES}/app.jar?group=g1`), 404)).toBe('DLI.0023')
    expect((await world.send('GET', `${RESOURCES}/app.jar`)).status).toBe(200) // the one without group is another
  })

  it.each([
    [{ kind: 'jar' }, 'paths'],
    [{ paths: [], kind: 'jar' }, 'paths'],
    [{ paths: 'obs://bkt/app.jar', kind: 'jar' }, 'paths'],
    [{ paths: [1], kind: 'jar' }, 'paths'],
    [{ paths: ['obs://bkt/app.jar'] }, 'kind'],
    [{ paths: ['obs://bkt/app.jar'], kind: 'exe' }, 'kind'],
    [{ paths: ['obs://bkt/app.jar'], kind: 'jar', group: 7 }, 'group'],
    [{ paths: ['obs://bkt/app.jar'], kind: 'jar', is_async: 'maybe' }, 'is_async'],
    [{ paths: ['obs://bkt/../../etc/passwd'], kind: 'file' }, 'passwd'],
    [{ paths: ['file:///etc/passwd'], kind: 'file' }, 'passwd'],
    [{ paths: ['obs://bkt/app.jar'], kind: 'jar', group: '../../x' }, 'group'],
  ])('are refused for %j, and the message says which', async (body, word) => {
    const reply = await world.send('POST', RESOURCES, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining(word)])
  })

  it('whose object does not exist are refused', async () => {
    const reply = await world.send('POST', RESOURCES, { paths: ['obs://bkt/nothing.jar'], kind: 'jar' })
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0002', expect.stringContaining('nothing.jar')])
  })
})

describe('authorising buckets', () => {
  const authorize = (obs_buckets: unknown) => world.send('POST', '/v1.0/{p}/dli/obs-authorize', { obs_buckets })

  it('succeeds, again and again, and names the bucket', async () => {
    for (const _time of [1, 2]) {
      const reply = await authorize(['own-bucket'])
      checkWire('registerBucket', reply.body)
      expect(reply.body).toMatchObject({ is_success: 'true', message: expect.stringContaining('own-bucket') })
    }
  })

  it.each([[undefined], [[]], ['b'], [[7]], [['../up']], [['']]])('refuses %j with HTTP 400', async (buckets) => {
    expect(codeOf(await authorize(buckets))).toMatch(/^DLI\.(0001|190\d\d)$/)
  })

  it('calls bad JSON DLI.19001', async () => {
    expect(codeOf(await world.send('POST', '/v1.0/{p}/dli/obs-authorize', '{"obs_buckets":'))).toBe('DLI.19001')
  })
})
