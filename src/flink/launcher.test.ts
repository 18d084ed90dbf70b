import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { zip } from '../lib/zip.ts'
import { withLauncher } from './launcher.ts'

/** With scripts in the place of the JDK's programs; what the real ones make of it is seen in test/e2e/warm-jvms.test.ts. */
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'headgate launcher 启动-'))
  for (const folder of ['1.20.0/lib', 'jdk/bin']) await mkdir(join(root, folder), { recursive: true })
  await program('javac', `echo compiled >> '${root}/calls'`)
  await program('jar', 'printf jar > "$3"')
})

afterEach(() => rm(root, { recursive: true }))

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(root, 'jdk/bin', name), `#!/bin/sh\n${script}\n`)
  await chmod(join(root, 'jdk/bin', name), 0o755)
}

async function prepare(jar: string, entry: string) {
  const folder = join(root, '1.20.0')
  const path = join(folder, 'lib', jar)
  await writeFile(path, zip([{ name: entry, content: Buffer.from('the RPC system') }]))
  const places = { folder, classPath: ['/lib/a.jar', path], pluginsFolder: join(folder, 'plugins'), optFolder: '' }
  return withLauncher({ version: '1.20.0', line: '1.20', ...places }, join(root, 'jdk'))
}

test.each(['flink-rpc-akka-loader-1.20.0.jar', 'flink-dist-1.20.0.jar'])(
  'the class path ends with the launcher, made once, beside the RPC system out of %s',
  async (jar) => {
    const { classPath, hasLauncher } = await prepare(jar, 'flink-rpc-akka.jar')
    const launcher = classPath.at(-1) ?? ''
    expect([classPath[0], hasLauncher]).toEqual(['/lib/a.jar', true])
    expect(launcher).toMatch(/launchers\/1\.20\.0-[0-9a-f]{16}\/launcher\.jar$/)
    expect(await readFile(join(dirname(launcher), 'flink-rpc.jar'), 'utf8')).toBe('the RPC system')
    expect((await prepare(jar, 'flink-rpc-akka.jar')).classPath.at(-1)).toBe(launcher)
    expect(await readFile(join(root, 'calls'), 'utf8')).toBe('compiled\n')
  },
)

test('a Flink whose RPC system is not where we know it has no launcher, and nothing stays behind', async () => {
  await expect(prepare('flink-dist-1.20.0.jar', 'elsewhere.jar')).rejects.toThrow('holds no flink-rpc-akka.jar')
  await expect(prepare('flink-core-1.20.0.jar', 'flink-rpc-akka.jar')).rejects.toThrow('no jar with an RPC system')
  expect(await readdir(join(root, 'launchers'))).toEqual([])
})
