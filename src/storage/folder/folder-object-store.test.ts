import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asOrdinaryUser } from '../../../test/support/ordinary-user.ts'
import { temporaryFolder } from '../../access/test-world.ts'
import type { ObjectRef, ObjectStore } from '../object-store.ts'
import { openFolderObjectStore } from './folder-object-store.ts'

const PROJECT = 'a'.repeat(32)
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code })
const ref = (key: string, bucket = 'bucketName'): ObjectRef => ({ projectId: PROJECT, bucket, key })
const bucket = { projectId: PROJECT, bucket: 'bucketName' }

async function setup() {
  const outside = await temporaryFolder()
  const folder = join(outside, 'objects')
  const store = await openFolderObjectStore({ folder })
  const inBucket = (...parts: string[]) => join(folder, PROJECT, 'bucketName', ...parts)
  return { outside, folder, store, inBucket }
}

const put = (store: ObjectStore, key: string, content = 'x') => store.put(ref(key), Readable.from([content]))
const read = async (store: ObjectStore, key: string, range?: { startByte: number; endByte?: number }) =>
  text((await store.get(ref(key), range)).content)
const keys = async (store: ObjectStore, query: { prefix?: string; after?: string; limit?: number } = {}) =>
  (await store.list(bucket, query)).objects.map((object) => object.key)
/** Every file below the folder, temporaries too. */
const files = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((item) => !item.isDirectory()).length

test('an object is put, read, looked at, replaced and deleted', async () => {
  const { store, inBucket, folder } = await setup()
  const written = await put(store, '目录/文件 1.csv', 'hello')
  expect(written).toEqual({ key: '目录/文件 1.csv', sizeBytes: 5, modifiedAt: expect.any(Date) })
  expect(await store.stat(ref('目录/文件 1.csv'))).toEqual(written)
  expect(await readFile(inBucket('目录', '文件 1.csv'), 'utf8')).toBe('hello')
  const got = await store.get(ref('目录/文件 1.csv'))
  expect(got.stat).toEqual(written)
  got.content.destroy()

  await put(store, '目录/文件 1.csv', 'other')
  expect(await read(store, '目录/文件 1.csv')).toBe('other')
  await store.delete(ref('目录/文件 1.csv'))
  await store.delete(ref('目录/文件 1.csv'))
  expect(await store.stat(ref('目录/文件 1.csv'))).toBeNull()
  await expect(store.get(ref('目录/文件 1.csv'))).rejects.toEqual(refusal('object.notFound'))
  expect(await readdir(inBucket()), 'folders left empty').toEqual([])
  expect(await files(folder)).toBe(0)
})

test('a range is the part of it that the object has', async () => {
  const { store } = await setup()
  await put(store, 'k', '0123456789')
  expect(await read(store, 'k', { startByte: 2, endByte: 5 })).toBe('234')
  expect(await read(store, 'k', { startByte: 8 })).toBe('89')
  expect(await read(store, 'k', { startByte: 8, endByte: 99 })).toBe('89')
  expect(await read(store, 'k', { startByte: 10 })).toBe('')
  expect(await read(store, 'k', { startByte: 5, endByte: 5 })).toBe('')
})

test('a reader keeps the content that it began with', async () => {
  const { store } = await setup()
  await put(store, 'k', 'old')
  const { content } = await store.get(ref('k'))
  await put(store, 'k', 'new one')
  expect(await text(content)).toBe('old')
  expect(await read(store, 'k')).toBe('new one')
})

test('an upload that breaks off leaves nothing, and an old object as it was', async () => {
  const { store, folder } = await setup()
  await put(store, 'old', 'content')
  for (const key of ['old', 'dir/new']) {
    const aborted = new Readable({ read() {} })
    aborted.push('half')
    const stored = store.put(ref(key), aborted)
    setImmediate(() => aborted.destroy())
    await expect(stored).rejects.toThrow()
  }
  const gone = new Readable({ read() {} })
  gone.destroy()
  await expect(store.put(ref('gone'), gone)).rejects.toThrow()
  expect(await keys(store)).toEqual(['old'])
  expect(await read(store, 'old')).toBe('content')
  expect(await files(folder)).toBe(1)
})

test('a full disk is said so and leaves nothing', async () => {
  const { store, folder } = await setup()
  const full = Readable.from(
    (function* () {
      yield 'half'
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    })(),
  )
  await expect(store.put(ref('k'), full)).rejects.toEqual(refusal('object.storeFull'))
  expect(full.destroyed).toBe(true)
  expect(await files(folder)).toBe(0)
})

test('a name cannot be an object and a folder of objects', async () => {
  const { store, folder } = await setup()
  await put(store, 'a')
  await put(store, 'd/e')
  for (const key of ['a/b', 'a/b/c', 'd']) {
    await expect(put(store, key)).rejects.toEqual(refusal('object.conflict'))
    expect(await store.stat(ref(key))).toBeNull()
    await expect(store.get(ref(key))).rejects.toEqual(refusal('object.notFound'))
    await store.delete(ref(key))
  }
  expect(await keys(store)).toEqual(['a', 'd/e'])
  expect(await files(folder)).toBe(2)
})

test('bad names are refused by every operation', async () => {
  const { store, outside } = await setup()
  const bad = [
    ref('../x'),
    ref('a/../../x'),
    ref('/x'),
    ref(''),
    ref('a\u0000'),
    ref('k', '..'),
    ref('k', '.headgate-tmp'),
  ]
  for (const name of bad) {
    for (const act of [
      () => store.put(name, Readable.from(['x'])),
      () => store.get(name),
      () => store.stat(name),
      () => store.delete(name),
    ]) {
      await expect(async () => act(), JSON.stringify(name)).rejects.toEqual(refusal('object.badName'))
    }
  }
  await expect(async () => store.list({ ...bucket, bucket: '../..' }, {})).rejects.toEqual(refusal('object.badName'))
  await expect(async () => store.ensureBucket({ ...bucket, bucket: 'a/b' })).rejects.toEqual(refusal('object.badName'))
  expect(await readdir(outside)).toEqual(['objects'])
})

describe('what a job plants in the tree', () => {
  test('links to files and folders outside are never followed', async () => {
    const { store, outside, inBucket } = await setup()
    await mkdir(join(outside, 'secret'))
    await writeFile(join(outside, 'secret', 'f'), 'secret')
    await put(store, 'sub/ok')
    await symlink(join(outside, 'secret'), inBucket('folderlink'))
    await symlink(join(outside, 'secret', 'f'), inBucket('filelink'))
    await symlink(join(outside, 'secret'), inBucket('sub', 'deep'))

    for (const key of ['folderlink/f', 'filelink', 'sub/deep/f']) {
      await expect(store.get(ref(key))).rejects.toEqual(refusal('object.notFound'))
      expect(await store.stat(ref(key))).toBeNull()
      await store.delete(ref(key))
    }
    expect(await keys(store)).toEqual(['sub/ok'])
    expect(await keys(store, { prefix: 'folderlink/' })).toEqual([])
    await expect(put(store, 'folderlink/new')).rejects.toEqual(refusal('object.conflict'))
    await expect(put(store, 'sub/deep/f')).rejects.toEqual(refusal('object.conflict'))
    await put(store, 'filelink', 'mine') // takes the place of the link, not of what it names
    expect(await readFile(join(outside, 'secret', 'f'), 'utf8')).toBe('secret')
    expect(await readdir(join(outside, 'secret'))).toEqual(['f'])
  })

  test('a link in the place of the temporary folder, the bucket or the project is not followed', async () => {
    const { outside, folder } = await setup()
    await mkdir(join(outside, 'secret'))
    await writeFile(join(outside, 'secret', 'old'), 'x')
    await utimes(join(outside, 'secret', 'old'), 1, 1)
    await mkdir(join(folder, PROJECT))
    await symlink(join(outside, 'secret'), join(folder, PROJECT, '.headgate-tmp'))
    await symlink(join(outside, 'secret'), join(folder, PROJECT, 'linked'))
    const store = await openFolderObjectStore({ folder })
    await expect(put(store, 'k')).rejects.toEqual(refusal('object.conflict'))
    await expect(store.ensureBucket({ ...bucket, bucket: 'linked' })).rejects.toEqual(refusal('object.conflict'))
    expect((await store.list({ ...bucket, bucket: 'linked' }, {})).objects).toEqual([])
    expect(await store.listBuckets(PROJECT)).toEqual([])
    expect(await readdir(join(outside, 'secret'))).toEqual(['old'])
  })

  test('a pipe is no object and nobody waits for it', async () => {
    const { store, inBucket } = await setup()
    await store.ensureBucket(bucket)
    execFileSync('mkfifo', [inBucket('pipe')])
    await expect(store.get(ref('pipe'))).rejects.toEqual(refusal('object.notFound'))
    expect(await keys(store)).toEqual([])
  })

  test('names that are no keys are not listed', async () => {
    const { store, inBucket } = await setup()
    await put(store, 'ok')
    await writeFile(inBucket('a\\b'), 'x')
    await writeFile(inBucket('a\nb'), 'x')
    expect(await keys(store)).toEqual(['ok'])
  })

  test('a folder swapped for a link while objects are written below it lets nothing out', async () => {
    const { store, outside, inBucket } = await setup()
    await mkdir(join(outside, 'secret'))
    await store.ensureBucket(bucket)
    const script = `cd "$1"; for i in $(seq 100); do mkdir d 2>/dev/null; mv -T d e 2>/dev/null; ln -sT "$2" d 2>/dev/null; rm d 2>/dev/null; rm -rf e; done`
    const swapping = spawn('sh', ['-c', script, 'sh', inBucket(), join(outside, 'secret')], { stdio: 'ignore' })
    const isOver = once(swapping, 'exit')
    for (let count = 0; swapping.exitCode === null; count++) {
      await put(store, `d/k${count}`).catch(() => undefined)
      await keys(store, { prefix: 'd/' })
    }
    await isOver
    expect(await readdir(join(outside, 'secret'))).toEqual([])
  })
})

describe('the list', () => {
  test('is in key order, where a folder counts with its slash', async () => {
    const { store } = await setup()
    for (const key of ['a/z', 'a-b', 'a0', 'a.txt', 'b', 'a/y/1', 'B', '\u{ffee}', '\u{1f642}', '作'])
      await put(store, key)
    expect(await keys(store)).toEqual(['B', 'a-b', 'a.txt', 'a/y/1', 'a/z', 'a0', 'b', '作', '\u{ffee}', '\u{1f642}'])
    expect(await keys(store, { prefix: 'a' })).toEqual(['a-b', 'a.txt', 'a/y/1', 'a/z', 'a0'])
    expect(await keys(store, { prefix: 'a/' })).toEqual(['a/y/1', 'a/z'])
    expect(await keys(store, { prefix: 'a/y/' })).toEqual(['a/y/1'])
    expect(await keys(store, { after: 'a/y' })).toEqual(['a/y/1', 'a/z', 'a0', 'b', '作', '\u{ffee}', '\u{1f642}'])
    expect(await keys(store, { after: 'a/y/1', prefix: 'a' })).toEqual(['a/z', 'a0'])
    for (const prefix of ['/', 'c', 'a//', '../', 'b/', 'a/y/1/']) expect(await keys(store, { prefix })).toEqual([])
  })

  test('of a bucket that is not there is empty', async () => {
    const { store } = await setup()
    expect(await store.list(bucket, {})).toEqual({ objects: [], nextAfter: null })
    expect(await store.listBuckets(PROJECT)).toEqual([])
    await store.ensureBucket(bucket)
    await store.ensureBucket(bucket)
    expect(await store.listBuckets(PROJECT)).toEqual(['bucketName'])
  })

  test('gives the same by any paging as at once', async () => {
    const { store } = await setup()
    const segment = fc.constantFrom('a', 'a-', 'a.b', 'b', '~', '键', '\u{1f642}')
    const tree = fc.uniqueArray(
      fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 4 }), async (wanted, limit) => {
        for (const key of await keys(store)) await store.delete(ref(key))
        const stored: string[] = []
        for (const key of wanted)
          if (
            await put(store, key).then(
              () => true,
              () => false,
            )
          )
            stored.push(key)
        const paged: string[] = []
        for (let after: string | null = ''; after !== null; ) {
          const page: Awaited<ReturnType<ObjectStore['list']>> = await store.list(bucket, { after, limit })
          paged.push(...page.objects.map((object) => object.key))
          after = page.nextAfter
        }
        expect(paged).toEqual(stored.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
      { numRuns: 15, seed: 5 },
    )
  })

  test('of more names than fit into a batch is complete', async () => {
    const { store, inBucket } = await setup()
    await mkdir(inBucket('d'), { recursive: true })
    const names = Array.from({ length: 4321 }, (_, index) => `f${String(index).padStart(5, '0')}`)
    await Promise.all(names.map((name) => writeFile(inBucket('d', name), '')))
    expect((await store.list(bucket, { limit: 10_000 })).objects.map((object) => object.key)).toEqual(
      names.map((name) => `d/${name}`),
    )
  })
})

test('no put is lost to deletes of its neighbours that empty their folder', async () => {
  const { store } = await setup()
  const comeAndGo = async (key: string) => {
    for (let round = 0; round < 15; round++) {
      await put(store, key, String(round))
      expect(await read(store, key)).toBe(String(round))
      await store.delete(ref(key))
    }
  }
  await Promise.all(Array.from({ length: 12 }, (_, index) => comeAndGo(`d/e/k${index}`)))
  expect(await keys(store)).toEqual([])
})

test('what a crash left behind goes at the next start and in every sweep, and nothing younger', async () => {
  const { folder, store } = await setup()
  await put(store, 'k')
  const temporaries = join(folder, PROJECT, '.headgate-tmp')
  await writeFile(join(temporaries, 'old'), 'half')
  await writeFile(join(temporaries, 'young'), 'half')
  await utimes(join(temporaries, 'old'), 1, 1)
  const again = await openFolderObjectStore({ folder })
  expect(await readdir(temporaries)).toEqual(['young'])
  expect(await keys(again)).toEqual(['k'])
  await utimes(join(temporaries, 'young'), 1, 1)
  await again.sweep()
  expect(await readdir(temporaries)).toEqual([])
})

test('places of Flink are named by file URLs, and only those inside the project are read back', async () => {
  const { store, folder } = await setup()
  const place = ref('检查点/dir 1')
  const url = store.flinkUrl(place)
  expect(url).toBe(`file://${folder}/${PROJECT}/bucketName/检查点/dir 1`)
  expect(existsSync(url.slice('file://'.length))).toBe(false)
  for (const written of [url, `${url}/`, url.replace('file://', 'file:'), url.replace('/dir', '//dir')]) {
    expect(store.fromFlinkUrl(PROJECT, written)).toEqual(place)
  }
  expect(store.fromFlinkUrl(PROJECT, store.flinkUrl(ref('')))).toEqual(ref(''))
  for (const other of [
    url.replace(PROJECT, 'b'.repeat(32)),
    `file://${folder}/${PROJECT}`,
    `file://${folder}/${PROJECT}/.headgate-tmp/x`,
    `file://${folder}/${PROJECT}/bucketName/../../x`,
    'file:///etc/passwd',
    'file://host/x',
    's3://bucketName/x',
  ]) {
    expect(store.fromFlinkUrl(PROJECT, other)).toBeNull()
  }
})

test('a large upload streams: what was read of it is on the disk, but for a little', async () => {
  const { store, folder } = await setup()
  await put(store, 'first')
  const temporaries = join(folder, PROJECT, '.headgate-tmp')
  const writtenBytes = () =>
    readdirSync(temporaries).reduce((sum, name) => sum + statSync(join(temporaries, name)).size, 0)
  const chunk = Buffer.alloc(256 * 1024, 1)
  const chunks = 64 * 4
  let aheadBytes = 0
  const content = Readable.from(
    (function* () {
      for (let count = 0; count < chunks; count++) {
        aheadBytes = Math.max(aheadBytes, count * chunk.length - writtenBytes())
        yield chunk
      }
    })(),
  )
  const { sizeBytes } = await store.put(ref('large'), content)
  expect(sizeBytes).toBe(64 * 1024 * 1024)
  expect(aheadBytes).toBeLessThan(16 * 1024 * 1024)
  const start = await buffer((await store.get(ref('large'), { startByte: 1024, endByte: 2048 })).content)
  expect(start).toEqual(chunk.subarray(0, 1024))
})

test('what a program has closed is left out of lists and refused when it is named, and the store opens beside it', async () => {
  const { outside, folder, inBucket } = await setup()
  await chmod(outside, 0o777)
  await rm(folder, { recursive: true })
  await asOrdinaryUser(async () => {
    const store = await openFolderObjectStore({ folder })
    for (const key of ['a', 'shut/b', 'unread/c', 'z']) await put(store, key)
    await chmod(inBucket('shut'), 0)
    await chmod(inBucket('unread'), 0o600)
    expect(await keys(store)).toEqual(['a', 'z'])
    const closed = refusal('object.closed')
    for (const key of ['shut/b', 'unread/c']) {
      await expect(store.get(ref(key)), key).rejects.toEqual(closed)
      await expect(store.stat(ref(key)), key).rejects.toEqual(closed)
      await expect(store.delete(ref(key)), key).rejects.toEqual(closed)
      await expect(put(store, key), key).rejects.toEqual(closed)
    }
    await expect(keys(store, { prefix: 'shut/' })).rejects.toEqual(closed)
    await chmod(join(folder, PROJECT), 0)
    const again = await openFolderObjectStore({ folder })
    await expect(again.listBuckets(PROJECT)).rejects.toEqual(closed)
    await expect(again.ensureBucket(bucket)).rejects.toEqual(closed)
    await chmod(join(folder, PROJECT), 0o700)
    for (const name of ['shut', 'unread']) await chmod(inBucket(name), 0o700)
    expect(await keys(again)).toEqual(['a', 'shut/b', 'unread/c', 'z'])
  })
})
