import { chown, link, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../access/test-world.ts'
import { openFolderObjectStore } from './folder-object-store.ts'

const PROJECT = 'a'.repeat(32)
const OWNER = 50_001

/** Changing owners needs root. */
describe.skipIf(process.getuid?.() !== 0)('the objects of a project', () => {
  async function setup() {
    const outside = await temporaryFolder()
    const folder = join(outside, 'objects')
    const known: { owner: number | null } = { owner: null }
    const open = () => openFolderObjectStore({ folder, ownerOf: () => known.owner })
    const put = async (key: string) =>
      (await open()).put({ projectId: PROJECT, bucket: 'b', key }, Readable.from(['content']))
    return { outside, folder, known, open, put, inBucket: (...names: string[]) => join(folder, PROJECT, 'b', ...names) }
  }

  /** Everything in a folder, and itself, that is not the owner's. */
  async function strange(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const paths = [folder, ...entries.filter((e) => !e.isSymbolicLink()).map((e) => join(e.parentPath, e.name))]
    const found = await Promise.all(paths.map(async (path) => ((await stat(path)).uid === OWNER ? [] : [path])))
    return found.flat()
  }

  test('belong to its user from the moment they are stored, folders too', async () => {
    const { folder, known, put } = await setup()
    known.owner = OWNER
    await put('jobs/a/1')
    expect(await strange(join(folder, PROJECT))).toEqual([])
    expect((await stat(join(folder, PROJECT))).mode & 0o777).toBe(0o700)
  })

  test('of before are handed over, the top last, and nothing that is only linked', async () => {
    const { outside, folder, known, open, put, inBucket } = await setup()
    await put('jobs/a/1')
    const secret = join(outside, 'secret')
    await writeFile(secret, 'secret')
    await mkdir(join(outside, 'folder'))
    await symlink(secret, inBucket('link'))
    await symlink(join(outside, 'folder'), inBucket('folder'))
    await link(secret, inBucket('second-name'))
    known.owner = OWNER
    await (await open()).handOver(PROJECT)
    expect(await strange(join(folder, PROJECT))).toEqual([inBucket('second-name')])
    expect((await stat(secret)).uid).toBe(0)
    expect((await stat(join(outside, 'folder'))).uid).toBe(0)
  })

  test('that a crash left half handed over are handed over by the next try', async () => {
    const { folder, known, open, put, inBucket } = await setup()
    await put('a/1')
    await put('b/1')
    await chown(inBucket('a', '1'), OWNER, OWNER)
    known.owner = OWNER
    await (await open()).handOver(PROJECT)
    expect(await strange(join(folder, PROJECT))).toEqual([])
  })

  test('stored while the service kept no users are handed over when it does again', async () => {
    const { folder, known, open, put } = await setup()
    known.owner = OWNER
    await put('a/1')
    const alone = await openFolderObjectStore({ folder })
    await alone.put({ projectId: PROJECT, bucket: 'b', key: 'a/2' }, Readable.from(['content']))
    await (await open()).handOver(PROJECT)
    expect(await strange(join(folder, PROJECT))).toEqual([])
  })
})
