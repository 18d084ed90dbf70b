import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asOrdinaryUser } from '../../test/support/ordinary-user.ts'
import { openRegular, removeTree } from './open-folder.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-tree-'))
  await mkdir(join(folder, 'kept'))
  await writeFile(join(folder, 'kept', 'file'), 'kept')
})

afterEach(() => rm(folder, { recursive: true }))

const kept = () => readFile(join(folder, 'kept', 'file'), 'utf8')

describe('removing a tree', () => {
  it('leaves what its links point to', async () => {
    await mkdir(join(folder, 'tree', 'a', 'b'), { recursive: true })
    await symlink(join(folder, 'kept'), join(folder, 'tree', 'a', 'b', 'folder'))
    await symlink(join(folder, 'kept', 'file'), join(folder, 'tree', 'file'))
    await removeTree(join(folder, 'tree'))
    expect(await readdir(folder)).toEqual(['kept'])
    expect(await kept()).toBe('kept')
  })

  it('takes a link, a file or nothing in its place', async () => {
    await symlink(join(folder, 'kept'), join(folder, 'link'))
    await writeFile(join(folder, 'file'), '')
    for (const name of ['link', 'file', 'nothing']) await removeTree(join(folder, name))
    expect(await readdir(folder)).toEqual(['kept'])
    expect(await kept()).toBe('kept')
  })

  it('opens folders that were closed to their owner', async () => {
    await chmod(folder, 0o777)
    await asOrdinaryUser(async () => {
      const tree = join(folder, 'tree')
      await mkdir(join(tree, 'a', 'b', 'c'), { recursive: true })
      for (const place of ['', 'a', 'a/b', 'a/b/c']) await writeFile(join(tree, place, 'file'), '')
      for (const place of ['a/b/c', 'a/b', 'a']) await chmod(join(tree, place), 0)
      await chmod(tree, 0o500)
      await removeTree(tree)
    })
    expect(await readdir(folder)).toEqual(['kept'])
  })

  it('goes deeper than any path can name', async () => {
    // Each step makes a new root above the last: 600 folders deep, 6,600 characters.
    await mkdir(join(folder, 'tree'))
    for (let depth = 0; depth < 600; depth++) {
      await mkdir(join(folder, 'above'))
      await rename(join(folder, 'tree'), join(folder, 'above', 'a_folder_1'))
      await rename(join(folder, 'above'), join(folder, 'tree'))
    }
    await removeTree(join(folder, 'tree'))
    expect(await readdir(folder)).toEqual(['kept'])
  })
})

describe('opening a regular file', () => {
  it('takes no link, no pipe and no folder', async () => {
    await symlink(join(folder, 'kept', 'file'), join(folder, 'link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const name of ['link', 'pipe', 'kept', 'nothing']) expect(await openRegular(join(folder, name))).toBeNull()
    const opened = await openRegular(join(folder, 'kept', 'file'))
    expect(opened?.stats.size).toBe(4)
    await opened?.file.close()
  })
})
