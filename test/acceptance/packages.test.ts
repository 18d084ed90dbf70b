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

  it('of a group are replaced, all of them, by the older calls, and added to by the newer one', async () => {
    const upload = (call: string, key: string) =>
      world.send('POST', RESOURCES + call, { paths: [`obs://bkt/${key}`], kind: 'jar', group: 'renewed' })
    const tagged = '/v3/{p}/dli_package_resource/renewed%23dep.jar/tags'
    const members = async () => {
      const { groups } = await world.call<{ groups: { group_name: string; resources: string[] }[] }>(
        'listJobResources',
        'GET',
        RESOURCES,
      )
      return groups.find(({ group_name }) => group_name === 'renewed')?.resources
    }
    await upload('/jars', 'app.jar')
    await upload('', 'dir/dep.jar')
    expect(await members()).toEqual(['app.jar', 'dep.jar'])
    await world.send('POST', `${tagged}/create`, { tags: [{ key: 'k', value: 'v' }] })
    expect((await upload('/jars', 'app.jar')).body).toMatchObject({ resources: ['app.jar'] })
    expect(await members()).toEqual(['app.jar'])
    await upload('', 'dir/dep.jar')
    expect((await world.send('GET', tagged)).body).toMatchObject({ tags: [] })
  })

  it('of several kinds in a group are no module, whatever kind is asked for', async () => {
    const paths = ['obs://bkt/app.jar', 'obs://bkt/x.py']
    await world.send('POST', RESOURCES, { paths: paths.slice(0, 1), kind: 'jar', group: 'mixed' })
    await world.send('POST', RESOURCES, { paths: paths.slice(1), kind: 'pyFile', group: 'mixed' })
    const list = await world.call<{ modules: { module_name: string }[]; groups: object[] }>(
      'listJobResources',
      'GET',
      `${RESOURCES}?kind=jar`,
    )
    expect(list.groups).toContainEqual(expect.objectContaining({ group_name: 'mixed', resources: ['app.jar'] }))
    expect(list.modules.map(({ module_name }) => module_name)).not.toContain('mixed')
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

describe('the owner of packages', () => {
  const change = (body: object) => world.send('PUT', `${RESOURCES}/owner`, body)

  it('is set as Terraform does with every update, the same one too', async () => {
    const upload = { paths: ['obs://bkt/app.jar', 'obs://bkt/dir/dep.jar'], kind: 'jar', group: 'owned' }
    await world.send('POST', RESOURCES, upload)
    await world.send('POST', RESOURCES, { paths: ['obs://bkt/x.py'], kind: 'modelFile' })
    const new_owner = world.service.userName
    for (const names of [
      { group_name: 'owned' },
      { group_name: 'owned', resource_name: 'dep.jar' },
      { resource_name: 'x.py' },
    ]) {
      await world.call('updateJobResourceOwner', 'PUT', `${RESOURCES}/owner`, { new_owner, ...names })
    }
    expect(await world.call('showJobResource', 'GET', `${RESOURCES}/x.py`)).toMatchObject({ owner: new_owner })
  })

  it.each([
    [{ new_owner: 'nobody_here', group_name: 'owned' }, 400, 'DLI.0002', '"nobody_here" in this project'],
    [{ new_owner: 'admin', group_name: 'no_group' }, 404, 'DLI.0023', 'no_group'],
    [{ new_owner: 'admin', group_name: 'owned', resource_name: 'no.jar' }, 404, 'DLI.0023', 'no.jar'],
    [{ new_owner: 'admin', resource_name: 'dep.jar' }, 404, 'DLI.0023', 'dep.jar'],
    [{ new_owner: 'admin' }, 400, 'DLI.0001', 'group_name'],
    [{ new_owner: 'admin', group_name: '' }, 400, 'DLI.0001', 'group_name'],
    [{ group_name: 'owned' }, 400, 'DLI.0001', 'new_owner'],
    [{ new_owner: 5, group_name: 'owned' }, 400, 'DLI.0001', 'new_owner'],
  ])('is not changed by %j', async (body, status, code, word) => {
    const reply = await change(body)
    expect([codeOf(reply, status), messageOf(reply)]).toEqual([code, expect.stringContaining(word)])
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
