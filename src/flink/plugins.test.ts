import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { preparePlugins } from './plugins.ts'

/** With scripts in the place of the JDK's programs; what the real ones make of it is seen in test/e2e/obs.test.ts. */
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'headgate plugins 插件-'))
  await mkdir(join(root, '1.20.0/plugins/metrics'), { recursive: true })
  await writeFile(join(root, '1.20.0/plugins/metrics/metrics.jar'), 'metrics')
  await mkdir(join(root, 'jdk/bin'), { recursive: true })
  await program('javac', `echo compiled >> '${root}/calls'`)
  await program('jar', 'printf jar > "$3"')
})

afterEach(() => rm(root, { recursive: true }))

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(root, 'jdk/bin', name), `#!/bin/sh\n${script}\n`)
  await chmod(join(root, 'jdk/bin', name), 0o755)
}

const prepare = () => {
  const folder = join(root, '1.20.0')
  const places = { folder, classPath: [], pluginsFolder: join(folder, 'plugins'), optFolder: join(folder, 'opt') }
  return preparePlugins({ version: '1.20.0', line: '1.20', ...places }, join(root, 'jdk'))
}
const aMonthOld = (path: string) => utimes(path, new Date(), new Date(Date.now() - 31 * 24 * 3_600_000))
const compilations = async () => (await readFile(join(root, 'calls'), 'utf8')).split('\n').length - 1

test('the folder holds the plugins of the installation and ours, lies beside it, and is made once', async () => {
  const folder = await prepare()
  expect((await readdir(folder)).sort()).toEqual(['headgate-obs', 'metrics'])
  expect(await readFile(join(folder, 'metrics/metrics.jar'), 'utf8')).toBe('metrics')
  expect(await readdir(join(folder, 'headgate-obs'))).toEqual(['obs-fs.jar'])
  expect(await prepare()).toBe(folder)
  expect(await compilations()).toBe(1)
  expect(await readdir(join(root, '1.20.0'))).toEqual(['plugins'])
})

test('of many at the same moment all get the same whole folder, made once, and nothing else stays', async () => {
  const folders = await Promise.all(Array.from({ length: 5 }, prepare))
  expect(new Set(folders).size).toBe(1)
  expect(await readdir(join(root, 'plugins'))).toHaveLength(1)
  expect(await compilations()).toBe(1)
})

test('of two processes at the same moment both get the folder that was first in its place', async () => {
  const place = `"${root}/plugins/$(basename "$each" | sed 's/^[.]//; s/[.][^.]*[.]tmp$//')"`
  await program('javac', `for each in "${root}"/plugins/.*.tmp; do mkdir -p ${place}/theirs; done`)
  expect(await readdir(await prepare())).toEqual(['theirs'])
  expect(await readdir(join(root, 'plugins'))).toHaveLength(1)
})

test('another plugin of the installation makes another folder; that of running jobs stays for a month', async () => {
  const before = await prepare()
  await mkdir(join(root, '1.20.0/plugins/s3'))
  const after = await prepare()
  expect((await readdir(after)).sort()).toEqual(['headgate-obs', 'metrics', 's3'])
  expect((await readdir(before)).sort()).toEqual(['headgate-obs', 'metrics'])

  await mkdir(join(root, 'plugins/1.20.1-0123456789abcdef'))
  const halfMade = join(root, 'plugins/.1.20.0-0123456789abcdef.0123456789ab.tmp')
  await mkdir(join(halfMade, 'headgate-obs'), { recursive: true })
  for (const name of await readdir(join(root, 'plugins'))) await aMonthOld(join(root, 'plugins', name))
  await mkdir(join(root, '1.20.0/plugins/gs'))
  const newest = await prepare()
  expect((await readdir(join(root, 'plugins'))).sort()).toEqual([basename(newest), '1.20.1-0123456789abcdef'].sort())
})

test('a compiler that does not get along is quoted, and leaves nothing behind', async () => {
  await program(
    'javac',
    `echo compiled >> '${root}/calls'; echo "ObsFileSystem.java:31: cannot find symbol" >&2; exit 1`,
  )
  await expect(prepare()).rejects.toThrow('ObsFileSystem.java:31: cannot find symbol')
  expect(await readdir(join(root, 'plugins'))).toEqual([])
  await expect(prepare()).rejects.toThrow('ObsFileSystem.java:31: cannot find symbol')
  expect(await compilations()).toBe(1)
})
