import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { describeOnEachDatabase } from '../../test/support/databases.ts'
import { openWorld } from '../access/test-world.ts'
import { randomIds } from '../lib/ids.ts'
import { createLogger } from '../lib/logger.ts'
import { type ObjectStore, openFolderObjectStore } from '../storage/index.ts'
import { DOCUMENTED_TAG_RULES } from '../tags/index.ts'
import { groupPackages } from './package-names.ts'
import { createArtifacts } from './package-service.ts'

const HOUR_MS = 3_600_000
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** An object store whose reads wait until they are let go. */
function held(objects: ObjectStore) {
  const gate = Promise.withResolvers<void>()
  const store: ObjectStore = {
    ...objects,
    get: async (ref, range) => {
      await gate.promise
      return objects.get(ref, range)
    },
  }
  return { store, letGo: gate.resolve }
}

describeOnEachDatabase((open) => {
  async function setup() {
    const world = await openWorld(open)
    const objects = await openFolderObjectStore({ folder: join(world.folder, 'objects') })
    const folder = join(world.folder, 'artifacts')
    const { database, clock, caller } = world
    const build = (store: ObjectStore = objects) =>
      createArtifacts({
        database,
        objects: store,
        folder,
        clock,
        ids: randomIds,
        logger: createLogger('silent'),
        tagRules: DOCUMENTED_TAG_RULES,
        packagesMax: 100,
      })
    const putObject = (key: string, content: string, projectId = caller.projectId) =>
      objects.put({ projectId, bucket: 'bucketName', key }, Readable.from([content]))
    const storedFiles = async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((item) => item.isFile())
        .map(({ name }) => name)
    return { ...world, objects, folder, artifacts: build(), build, putObject, storedFiles, projectId: caller.projectId }
  }

  test('the group of the documents is uploaded, queried and used by its references', async () => {
    const { artifacts, caller, putObject, projectId, folder } = await setup()
    await putObject('dir/test.jar', 'main')
    await putObject('test1.jar', 'dependency')
    const uploaded = await artifacts.upload(caller, {
      paths: ['obs://bucketName/dir/test.jar', 'https://bucketName.obs.cn-north-4.example.test/test1.jar'],
      kind: 'jar',
      group: 'myGroup',
      tags: [{ key: 'k', value: 'v' }],
    })
    expect(uploaded.group).toBe('myGroup')
    expect(uploaded.packages).toMatchObject([
      {
        name: 'test.jar',
        group: 'myGroup',
        status: 'READY',
        source: 'obs://bucketName/dir/test.jar',
        sha256: sha256('main'),
        sizeBytes: 4,
        ownerName: 'admin',
        failure: null,
        tags: [{ key: 'k', value: 'v' }],
      },
      { name: 'test1.jar', status: 'READY' },
    ])
    expect(uploaded.packages[0]?.underlyingName).toMatch(/^[0-9a-f-]{36}_test\.jar$/)
    expect(await artifacts.get(projectId, 'test.jar', 'myGroup')).toEqual(uploaded.packages[0])
    expect(await artifacts.list(projectId)).toEqual(uploaded.packages)

    expect(await artifacts.resolve(projectId, 'myGroup/test.jar')).toMatchObject({ name: 'test.jar', exists: true })
    const file = await artifacts.materialise(projectId, 'myGroup/test.jar')
    expect(file).toEqual({
      name: 'test.jar',
      path: join(folder, sha256('main').slice(0, 2), sha256('main')),
      sha256: sha256('main'),
      sizeBytes: 4,
    })
    expect(await readFile(file.path, 'utf8')).toBe('main')
  })

  test('a package keeps its content when the object changes; an object is taken as it is now', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    await putObject('作业/a.jar', 'one')
    await artifacts.upload(caller, { paths: ['obs://bucketName/作业/a.jar'], kind: 'jar' })
    await putObject('作业/a.jar', 'two')
    expect((await artifacts.materialise(projectId, 'a.jar')).sha256).toBe(sha256('one'))
    const object = await artifacts.materialise(projectId, 'obs://bucketName/作业/a.jar')
    expect(object).toMatchObject({ name: 'a.jar', sha256: sha256('two') })
  })

  test('the same name uploaded again is replaced; its tags stay unless new ones come', async () => {
    const { artifacts, caller, putObject, projectId, clock } = await setup()
    await putObject('a.jar', 'one')
    const upload = { paths: ['obs://bucketName/a.jar'], kind: 'jar', group: 'g' } as const
    const [first] = (await artifacts.upload(caller, { ...upload, tags: [{ key: 'k', value: 'v' }] })).packages
    clock.advance(1000)
    await putObject('a.jar', 'two')
    const [second] = (await artifacts.upload(caller, upload)).packages
    expect(second).toMatchObject({
      id: first?.id,
      sha256: sha256('two'),
      createdAt: first?.createdAt,
      tags: first?.tags,
    })
    expect(second?.updatedAt).toEqual(clock.now())
    expect(await artifacts.list(projectId)).toEqual([second])
  })

  test('without group a package is found that has none, else the one of the only group', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    await putObject('a.jar', 'x')
    const paths = ['obs://bucketName/a.jar']
    await artifacts.upload(caller, { paths, kind: 'jar', group: 'g1' })
    expect((await artifacts.get(projectId, 'a.jar', null)).group).toBe('g1')
    await artifacts.upload(caller, { paths, kind: 'jar', group: 'g2' })
    await expect(artifacts.get(projectId, 'a.jar', null)).rejects.toEqual(refusal('package.notFound'))
    await expect(artifacts.resolve(projectId, 'a.jar')).rejects.toEqual(refusal('artifact.notFound'))
    await artifacts.upload(caller, { paths, kind: 'jar' })
    expect((await artifacts.get(projectId, 'a.jar', null)).group).toBeNull()

    await artifacts.remove(projectId, 'a.jar', null)
    await expect(artifacts.remove(projectId, 'a.jar', null)).rejects.toEqual(refusal('package.notFound'))
    await artifacts.remove(projectId, 'a.jar', 'g1')
    expect((await artifacts.list(projectId)).map(({ group }) => group)).toEqual(['g2'])
  })

  test('a missing object is named, and nothing of the upload is kept', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    await putObject('a.jar', 'x')
    for (const isAsync of [false, true]) {
      const paths = ['obs://bucketName/a.jar', 'obs://bucketName/b.jar']
      const uploading = artifacts.upload(caller, { paths, kind: 'jar', isAsync })
      await expect(uploading).rejects.toMatchObject({
        code: 'package.objectMissing',
        message: expect.stringContaining('obs://bucketName/b.jar'),
      })
    }
    expect(await artifacts.list(projectId)).toEqual([])
    for (const reference of ['b.jar', 'g/b.jar', 'obs://bucketName/b.jar']) {
      await expect(artifacts.resolve(projectId, reference)).rejects.toEqual(refusal('artifact.notFound'))
      await expect(artifacts.materialise(projectId, reference)).rejects.toEqual(refusal('artifact.notFound'))
    }
  })

  test('bad names, groups, kinds and references are refused', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    for (const key of ['.hidden', 'a b.jar', '包.jar']) await putObject(key, 'x')
    await putObject('a.jar', 'x')
    const upload = { paths: ['obs://bucketName/a.jar'], kind: 'jar' as const }
    for (const [change, code] of [
      [{ paths: ['obs://bucketName/.hidden'] }, 'package.badName'],
      [{ paths: ['obs://bucketName/a b.jar'] }, 'package.badName'],
      [{ paths: ['obs://bucketName/包.jar'] }, 'package.badName'],
      [{ paths: [`obs://bucketName/${'x'.repeat(129)}`] }, 'package.badName'],
      [{ paths: [] }, 'package.badPathCount'],
      [{ paths: Array.from({ length: 101 }, () => 'obs://bucketName/a.jar') }, 'package.badPathCount'],
      [{ paths: ['obs://bucketName/a.jar', 'obs://bucketName/x/a.jar'] }, 'package.twice'],
      [{ paths: ['../a.jar'] }, 'object.badName'],
      [{ paths: ['obs://bucketName/../a.jar'] }, 'object.badName'],
      [{ group: '' }, 'package.badGroup'],
      [{ group: 'a/b' }, 'package.badGroup'],
      [{ group: 'x'.repeat(65) }, 'package.badGroup'],
      [{ tags: [{ key: '', value: '' }] }, 'tag.badKey'],
    ] as const) {
      await expect(artifacts.upload(caller, { ...upload, ...change }), code).rejects.toEqual(refusal(code))
    }
    for (const reference of ['', '/', 'a//b', 'a/b/c.jar', '/a.jar']) {
      await expect(artifacts.resolve(projectId, reference)).rejects.toEqual(refusal('artifact.badReference'))
    }
    await expect(artifacts.resolve(projectId, 'obs://bucketName/../x')).rejects.toEqual(refusal('object.badName'))
  })

  test('projects share the file of equal content and nothing else', async () => {
    const { artifacts, caller, stranger, putObject, projectId, storedFiles } = await setup()
    const other = await stranger()
    for (const each of [projectId, other.projectId]) await putObject('a.jar', 'same', each)
    const paths = ['obs://bucketName/a.jar']
    await Promise.all([
      artifacts.upload(caller, { paths, kind: 'jar', group: 'g' }),
      artifacts.upload(other, { paths, kind: 'jar' }),
    ])
    expect(await storedFiles()).toEqual([sha256('same')])
    expect((await artifacts.list(projectId)).map(({ group }) => group)).toEqual(['g'])
    await artifacts.remove(other.projectId, 'a.jar', null)
    await expect(artifacts.resolve(other.projectId, 'g/a.jar')).rejects.toEqual(refusal('artifact.notFound'))
    await expect(artifacts.upload(other, { paths: ['obs://other/a.jar'], kind: 'jar' })).rejects.toEqual(
      refusal('package.objectMissing'),
    )
    expect((await artifacts.materialise(projectId, 'g/a.jar')).sizeBytes).toBe(4)
  })

  test('an upload in the background is UPLOADING until its copy is there', async () => {
    const { build, objects, caller, putObject, projectId } = await setup()
    const { store, letGo } = held(objects)
    const artifacts = build(store)
    await putObject('a.jar', 'x')
    const { packages } = await artifacts.upload(caller, {
      paths: ['obs://bucketName/a.jar'],
      kind: 'jar',
      isAsync: true,
    })
    expect(packages).toMatchObject([{ status: 'UPLOADING', isAsync: true, sha256: null }])
    expect((await artifacts.resolve(projectId, 'a.jar')).exists).toBe(true)
    await expect(artifacts.materialise(projectId, 'a.jar')).rejects.toEqual(refusal('artifact.notReady'))
    letGo()
    await artifacts.settle()
    expect(await artifacts.get(projectId, 'a.jar', null)).toMatchObject({ status: 'READY', sizeBytes: 1 })
  })

  test('an upload in the background that fails says why', async () => {
    const { build, objects, caller, putObject, projectId } = await setup()
    const { store, letGo } = held(objects)
    const artifacts = build(store)
    await putObject('a.jar', 'x')
    const uploading = { paths: ['obs://bucketName/a.jar'], kind: 'jar', isAsync: true } as const
    await artifacts.upload(caller, uploading)
    await objects.delete({ projectId, bucket: 'bucketName', key: 'a.jar' })
    letGo()
    await artifacts.settle()
    const failed = await artifacts.get(projectId, 'a.jar', null)
    expect(failed.status).toBe('FAILED')
    expect(failed.failure?.en).toContain('obs://bucketName/a.jar')
    expect(failed.failure?.zh).toContain('不存在')
    await expect(artifacts.resolve(projectId, 'a.jar')).rejects.toEqual(refusal('artifact.failed'))
    await putObject('a.jar', 'y')
    await artifacts.upload(caller, { ...uploading, isAsync: false })
    expect((await artifacts.get(projectId, 'a.jar', null)).failure).toBeNull()
  })

  test('an upload that was replaced or removed meanwhile ends without a trace', async () => {
    const { build, artifacts, objects, caller, putObject, projectId } = await setup()
    const { store, letGo } = held(objects)
    const slow = build(store)
    for (const key of ['old/a.jar', 'new/a.jar', 'b.jar']) await putObject(key, key)
    await slow.upload(caller, {
      paths: ['obs://bucketName/old/a.jar', 'obs://bucketName/b.jar'],
      kind: 'jar',
      isAsync: true,
    })
    await artifacts.upload(caller, { paths: ['obs://bucketName/new/a.jar'], kind: 'jar' })
    await artifacts.remove(projectId, 'b.jar', null)
    letGo()
    await slow.settle()
    expect(await artifacts.list(projectId)).toMatchObject([{ name: 'a.jar', sha256: sha256('new/a.jar') }])
  })

  test('what a stop interrupted is finished by the next start', async () => {
    const { build, artifacts, objects, caller, putObject, projectId } = await setup()
    const { store, letGo } = held(objects)
    const stopped = build(store)
    for (const name of ['a', 'b', 'c']) await putObject(`${name}.jar`, name)
    const paths = ['a', 'b', 'c'].map((name) => `obs://bucketName/${name}.jar`)
    await stopped.upload(caller, { paths, kind: 'jar', isAsync: true })
    const closing = stopped.close()
    letGo()
    await closing
    expect((await artifacts.list(projectId)).map(({ status }) => status)).toEqual([
      'UPLOADING',
      'UPLOADING',
      'UPLOADING',
    ])
    await objects.delete({ projectId, bucket: 'bucketName', key: 'b.jar' })
    await artifacts.resume()
    await artifacts.settle()
    expect((await artifacts.list(projectId)).map(({ status }) => status)).toEqual(['READY', 'FAILED', 'READY'])
  })

  test('content goes an hour after its last use, when nothing needs it', async () => {
    const { artifacts, caller, putObject, projectId, clock, storedFiles } = await setup()
    await putObject('kept.jar', 'kept')
    await putObject('removed.jar', 'removed')
    await artifacts.upload(caller, {
      paths: ['obs://bucketName/kept.jar', 'obs://bucketName/removed.jar'],
      kind: 'jar',
    })
    await artifacts.remove(projectId, 'removed.jar', null)
    const attempt = await artifacts.materialise(projectId, 'obs://bucketName/removed.jar')

    clock.advance(HOUR_MS)
    expect(await artifacts.sweep(clock.now())).toEqual({ removed: 0 })
    clock.advance(1)
    expect(await artifacts.sweep(clock.now(), new Set([attempt.sha256]))).toEqual({ removed: 0 })
    await artifacts.materialise(projectId, 'obs://bucketName/removed.jar')
    expect(await artifacts.sweep(clock.now())).toEqual({ removed: 0 })
    clock.advance(HOUR_MS + 1)
    expect(await artifacts.sweep(clock.now())).toEqual({ removed: 1 })
    expect(await storedFiles()).toEqual([sha256('kept')])
  })

  test('a lost or damaged file is said so and mended by another upload', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    await putObject('a.jar', 'content')
    const upload = { paths: ['obs://bucketName/a.jar'], kind: 'jar' } as const
    await artifacts.upload(caller, upload)
    const { path } = await artifacts.materialise(projectId, 'a.jar')
    await rm(path)
    await expect(artifacts.materialise(projectId, 'a.jar')).rejects.toEqual(refusal('artifact.lost'))
    await writeFile(path, 'cut')
    await artifacts.upload(caller, upload)
    expect(await readFile(path, 'utf8')).toBe('content')
  })

  test('the list is filtered by kind and tags, and grouped', async () => {
    const { artifacts, caller, putObject, projectId } = await setup()
    for (const key of ['a.jar', 'b.csv', 'c.py']) await putObject(key, key)
    const tags = [{ key: 'k', value: 'v' }]
    await artifacts.upload(caller, { paths: ['obs://bucketName/a.jar'], kind: 'jar', group: 'g', tags })
    await artifacts.upload(caller, { paths: ['obs://bucketName/b.csv'], kind: 'file', group: 'g' })
    await artifacts.upload(caller, { paths: ['obs://bucketName/c.py'], kind: 'pyFile' })
    const names = async (query: Parameters<typeof artifacts.list>[1]) =>
      (await artifacts.list(projectId, query)).map(({ name }) => name)
    expect(await names({ kind: 'file' })).toEqual(['b.csv'])
    expect(await names({ tags: ['k=v'] })).toEqual(['a.jar'])
    expect(await names({ kind: 'pyFile', tags: ['k=v'] })).toEqual([])
    const groups = groupPackages(await artifacts.list(projectId))
    expect(groups).toMatchObject([{ name: 'g', status: 'READY', ownerName: 'admin', isAsync: false }])
    expect(groups[0]?.packages.map(({ name }) => name)).toEqual(['a.jar', 'b.csv'])
  })

  test('packages get another owner, who must be a member of the project', async () => {
    const { artifacts, access, caller, stranger, putObject, projectId } = await setup()
    for (const key of ['a.jar', 'b.jar']) await putObject(key, key)
    const paths = ['obs://bucketName/a.jar', 'obs://bucketName/b.jar']
    await artifacts.upload(caller, { paths, kind: 'jar', group: 'g' })
    await artifacts.upload(caller, { paths, kind: 'jar' })
    const other = await stranger()
    const give = (group: string | null, name: string | null) =>
      artifacts.changeOwner(projectId, { group, name, newOwner: other.userName })
    await expect(give('g', null)).rejects.toEqual(refusal('grant.userMissing'))

    await access.addMember({ userId: other.userId, projectId })
    await give(null, 'a.jar')
    const owners = async () =>
      (await artifacts.list(projectId)).map(({ group, name, ownerName }) => `${group}/${name} ${ownerName}`)
    expect(await owners()).toEqual(['g/a.jar admin', 'g/b.jar admin', 'null/a.jar stranger', 'null/b.jar admin'])
    await give('g', 'b.jar')
    await give('g', null)
    expect((await owners()).slice(0, 2)).toEqual(['g/a.jar stranger', 'g/b.jar stranger'])
    const foreign = { group: 'g', name: null, newOwner: other.userName }
    await expect(artifacts.changeOwner(other.projectId, foreign)).rejects.toEqual(refusal('package.groupNotFound'))
  })
})
