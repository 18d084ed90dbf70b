import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { flinkHome } from './installation.ts'
import { classPathOf, recordJars, writeManifest } from './manifest.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headgate-flink-'))
})

afterEach(() => rm(home, { recursive: true }))

test('the class path is every jar of lib by name with flink-dist last, and nothing else', () => {
  const files = [
    'opt/a.jar',
    'lib/z.jar',
    'lib/flink-dist-1.0.0.jar',
    'lib/Z.jar',
    'plugins/p/p.jar',
    'lib/a.jar',
    'lib/a.txt',
  ]
  expect(classPathOf(files)).toEqual(['lib/Z.jar', 'lib/a.jar', 'lib/z.jar', 'lib/flink-dist-1.0.0.jar'])
})

test('lists what is installed with absolute paths, oldest version first, and finds it by version and by line', async () => {
  for (const version of ['2.3.0', '1.20.0', '1.9.10']) await put(version)
  const found = await flinkHome(home).list()
  expect(found.map((each) => each.version)).toEqual(['1.9.10', '1.20.0', '2.3.0'])
  expect(found[1]).toMatchObject({
    line: '1.20',
    folder: join(home, '1.20.0'),
    classPath: [join(home, '1.20.0/lib/a.jar'), join(home, '1.20.0/lib/b.jar')],
    pluginsFolder: join(home, '1.20.0/plugins'),
    optFolder: join(home, '1.20.0/opt'),
    jars: 3,
    sizeBytes: 9,
  })
  expect((await flinkHome(home).find('1.20'))?.version).toBe('1.20.0')
  expect((await flinkHome(home).find('2.3.0'))?.version).toBe('2.3.0')
  expect(await flinkHome(home).find('1.15')).toBeNull()
  expect(await flinkHome(home).find('2.3.1')).toBeNull()
})

test('a home that does not exist, staging folders, and a folder without a manifest hold nothing', async () => {
  expect(await flinkHome(join(home, 'absent')).list()).toEqual([])
  await mkdir(join(home, '1.20.0', 'lib'), { recursive: true })
  await mkdir(join(home, '.staging-2.3.0-00', 'tree'), { recursive: true })
  expect(await flinkHome(home).list()).toEqual([])
  expect(await flinkHome(home).find('1.20')).toBeNull()
})

test.each([
  ['shorter', (jar: string) => truncate(jar, 1), 'lib/b.jar has 1 bytes instead of 3'],
  ['gone', (jar: string) => rm(jar), 'lib/b.jar is missing'],
])(
  'an installation with a jar that is %s is not listed, and asking for it says how to repair it',
  async (_, damage, problem) => {
    await put('1.20.0')
    await damage(join(home, '1.20.0/lib/b.jar'))
    expect(await flinkHome(home).survey()).toEqual({ sound: [], damaged: [{ version: '1.20.0', problem }] })
    await expect(flinkHome(home).find('1.20')).rejects.toMatchObject({
      code: 'flink.damaged',
      message: `The installation of Flink 1.20.0 is damaged: ${problem}. Repair it with: headgate flink install 1.20.0`,
    })
  },
)

async function put(version: string): Promise<void> {
  const folder = join(home, version)
  for (const path of ['lib/b.jar', 'lib/a.jar', 'opt/c.jar']) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), 'jar')
  }
  const files = await recordJars(folder)
  await writeManifest(folder, {
    format: 1,
    version,
    source: 'maven',
    lockVerified: true,
    installedAt: '2026-01-01T00:00:00.000Z',
    classPath: classPathOf(Object.keys(files)),
    files,
  })
}
