/**
 * Installing Flink for real: Maven, pip, processes that are killed. Each test has a home of its own; what is
 * downloaded goes through Maven's local repository, so only the first run on a machine is slow.
 */
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type InstallOptions, installFlink } from '../../src/flink/install.ts'
import { flinkHome } from '../../src/flink/installation.ts'
import { LOCK_FOLDER, readLock } from '../../src/flink/lock-file.ts'
import { isSystemError, Refusal } from '../../src/lib/errors.ts'

const VERSION = '1.20.0'
const LIMIT_MS = 120_000

let root: string
/** A home with Flink from Maven, made once; tests that change it copy it. */
let installed: string
let homes = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'headgate-flink-e2e-'))
  installed = newHome()
  await installFlink({ home: installed, version: VERSION })
}, 10 * 60_000)

afterAll(async () => {
  for (const pid of await processesAbout(root)) killIfThere(Number(pid))
  await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

test('the installation from Maven is exactly what the lock file says', async () => {
  const found = await flinkHome(installed).find('1.20')
  expect(found).toMatchObject({ version: VERSION, source: 'maven', lockVerified: true })
  expect(found?.classPath).toContain(join(installed, VERSION, 'lib/flink-container-1.20.0.jar'))
  expect(await readdir(join(found?.optFolder ?? '')).catch(() => [])).toEqual(['flink-sql-gateway-1.20.0.jar'])
  expect(await readdir(join(found?.pluginsFolder ?? ''))).toEqual(['metrics-prometheus'])
  expect((await readdir(installed)).sort()).toEqual(['.install.lock', VERSION])
})

test('what is there is not installed again: no Maven, no pip, no home directory, in well under a second', async () => {
  const emptyFolder = join(root, 'empty')
  await mkdir(emptyFolder)
  const again = startInstaller({ home: installed, version: VERSION }, { PATH: emptyFolder, HOME: emptyFolder })
  expect(await again.ended).toEqual({ code: 0, did: 'nothing' })

  const startedAt = performance.now()
  await installFlink({ home: installed, version: VERSION })
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

test('killed while jars are being copied, it leaves nothing that is used, and the next run completes', {
  timeout: LIMIT_MS,
}, async () => {
  const home = newHome()
  const victim = startInstaller({ home, version: VERSION })
  const staging = await until('five jars in staging', async () => {
    const name = (await readdir(home).catch(() => [])).find((each) => each.startsWith('.staging-'))
    const jars = name === undefined ? [] : await readdir(join(home, name, 'tree/lib')).catch(() => [])
    return jars.length >= 5 ? join(home, name ?? '') : null
  })
  victim.kill('SIGKILL')
  expect((await victim.ended).code).toBe('SIGKILL')
  expect(await exists(staging)).toBe(true)
  expect(await flinkHome(home).find('1.20')).toBeNull()

  const next = await installFlink({ home, version: VERSION })
  expect(next.did).toBe('installed')
  expect(next.installation.lockVerified).toBe(true)
  expect((await readdir(home)).sort()).toEqual(['.install.lock', VERSION])
  expect(await processesAbout(staging)).toEqual([])
})

test('a Maven that a killed installer left running is ended by the next installer', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  const victim = startInstaller({ home, version: VERSION }, { PATH: await pathWithEndlessMaven() })
  const maven = await until('the endless Maven', async () => {
    const found = await processesAbout(join(home, '.staging-'))
    return found.length > 0 ? found : null
  })
  victim.kill('SIGKILL')
  await victim.ended
  expect(await processesAbout(join(home, '.staging-'))).toEqual(maven)

  await installFlink({ home, version: VERSION, from: join(installed, VERSION) })
  await until('its end', async () => ((await processesAbout(join(home, '.staging-'))).length === 0 ? true : null))
})

test('of two at once in two processes one installs, the other waits and finds it there', {
  timeout: LIMIT_MS,
}, async () => {
  const home = newHome()
  const installers = [startInstaller({ home, version: VERSION }), startInstaller({ home, version: VERSION })]
  const ends = await Promise.all(installers.map((each) => each.ended))
  expect(ends.map((end) => end.code)).toEqual([0, 0])
  expect(ends.map((end) => end.did).sort()).toEqual(['installed', 'nothing'])
  expect(
    installers.flatMap((each) => each.lines).filter((line) => line.includes('is under way; waiting')),
  ).toHaveLength(1)
  expect((await readdir(home)).sort()).toEqual(['.install.lock', VERSION])
})

test('an abort ends Maven at once and leaves nothing behind', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  const installer = startInstaller({ home, version: VERSION }, { PATH: await pathWithEndlessMaven() })
  const isAtWork = async (): Promise<true | null> =>
    (await processesAbout(join(home, '.staging-'))).length > 0 ? true : null
  await until('the endless Maven', isAtWork)
  installer.kill('SIGTERM')
  expect((await installer.ended).code).toBe(1)
  expect(installer.lines).toContain('stop')
  expect(await isAtWork()).toBeNull()
  expect(await readdir(home)).toEqual(['.install.lock'])
})

test('a jar that is not what the lock file says is named and nothing is installed', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  const lockFolder = join(root, 'tampered-lock')
  const lock = await readLock(LOCK_FOLDER, VERSION)
  const jar = 'lib/flink-core-1.20.0.jar'
  const files = { ...lock?.files, [jar]: { sha256: '0'.repeat(64), size: 1 } }
  await mkdir(lockFolder)
  await writeFile(join(lockFolder, `${VERSION}.json`), JSON.stringify({ ...lock, files }))

  const refusal = await refusalOf({ home, version: VERSION, lockFolder })
  expect(refusal.code).toBe('flink.lockMismatch')
  expect(refusal.texts.en).toContain(jar)
  expect(await readdir(home)).toEqual(['.install.lock'])
})

test('a jar changed without changing its size is found by verify and repaired', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  await cp(installed, home, { recursive: true })
  const jar = join(home, VERSION, 'lib/flink-core-1.20.0.jar')
  const original = await readFile(jar)
  const file = await open(jar, 'r+')
  await file.write(Buffer.from('damage'), 0, 6, 1000)
  await file.close()

  expect((await installFlink({ home, version: VERSION })).did).toBe('nothing')
  const lines: string[] = []
  const verified = await installFlink({ home, version: VERSION, verify: true, onProgress: (line) => lines.push(line) })
  expect(verified.did).toBe('repaired')
  expect(lines.join('\n')).toContain('damaged (lib/flink-core-1.20.0.jar is corrupted')
  expect((await readFile(jar)).equals(original)).toBe(true)
  expect((await installFlink({ home, version: VERSION, verify: true })).did).toBe('nothing')
})

test('a truncated jar is noticed without verify, and installing again repairs it', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  await cp(installed, home, { recursive: true })
  await truncate(join(home, VERSION, 'lib/flink-core-1.20.0.jar'), 10)
  await expect(flinkHome(home).find('1.20')).rejects.toMatchObject({ code: 'flink.damaged' })
  expect((await installFlink({ home, version: VERSION })).did).toBe('repaired')
  expect((await flinkHome(home).find('1.20'))?.version).toBe(VERSION)
})

test('a version no source has is refused with every source and what it said', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  const refusal = await refusalOf({ home, version: '9.9.9' })
  expect(refusal.code).toBe('flink.notResolved')
  expect(refusal.texts.en).toContain('maven: could not find org.apache.flink:flink-parent:pom:9.9.9')
  expect(refusal.texts.en).toContain('pypi: could not find apache-flink-libraries 9.9.9')
  expect(refusal.texts.en).toContain('--from <folder>')
  expect(refusal.texts.en).not.toMatch(/https?:/)
  expect(await readdir(home)).toEqual(['.install.lock'])
})

test('without Maven and Python the refusal says that they are not there', async () => {
  const home = newHome()
  const installer = startInstaller({ home, version: '1.17.2' }, { PATH: root })
  expect((await installer.ended).code).toBe(1)
  expect(installer.lines.join('\n')).toContain('maven: mvn is not on the PATH')
  expect(installer.lines.join('\n')).toContain('pypi: python3 is not on the PATH')
})

test('an unpacked distribution is copied, and only as the version it is', { timeout: LIMIT_MS }, async () => {
  const home = newHome()
  const distribution = join(installed, VERSION)
  const { installation, did } = await installFlink({ home, version: VERSION, from: distribution })
  expect(did).toBe('installed')
  expect(installation).toMatchObject({ source: 'folder', lockVerified: false })
  const original = await flinkHome(installed).find(VERSION)
  expect(installation.jars).toBe(original?.jars)
  expect(installation.sizeBytes).toBe(original?.sizeBytes)

  const otherVersion = await refusalOf({ home, version: '1.19.3', from: distribution })
  expect(otherVersion.texts.en).toContain('holds Flink 1.20.0, not 1.19.3')
  const noFlink = await refusalOf({ home, version: '1.19.3', from: root })
  expect(noFlink.code).toBe('flink.noDistribution')
})

test.each(['sdist', 'wheel'] as const)(
  'the Python package is unpacked from a %s',
  { timeout: LIMIT_MS },
  async (kind) => {
    const home = newHome()
    const packages = join(root, `python-${kind}`)
    const version = kind === 'sdist' ? '1.98.0' : '1.99.0'
    await runPython(kind === 'sdist' ? SDIST : WHEEL, [packages, version])
    const installer = startInstaller({ home, version, from: 'pypi' }, { PIP_FIND_LINKS: packages })
    expect({ end: await installer.ended, lines: installer.lines }).toMatchObject({ end: { code: 0, did: 'installed' } })
    const found = await flinkHome(home).find(version)
    expect(found?.classPath).toEqual([
      join(home, version, 'lib/log4j-api-2.0.jar'),
      join(home, version, `lib/flink-dist-${version}.jar`),
    ])
    expect(found?.jars).toBe(4)
    expect(await readFile(join(home, version, 'plugins/metrics-jmx/metrics.jar'), 'utf8')).toBe('jar')
  },
)

const FILES = `
FILES = ['lib/flink-dist-%s.jar' % version, 'lib/log4j-api-2.0.jar', 'opt/sql.jar', 'plugins/metrics-jmx/metrics.jar', 'bin/scripts.jar']
`
const SDIST = `
import io, os, sys, tarfile
folder, version = sys.argv[1:]
${FILES}
os.makedirs(folder)
setup = "from setuptools import setup; setup(name='apache-flink-libraries', version='%s', packages=[])" % version
content = {'setup.py': setup, 'PKG-INFO': 'Metadata-Version: 2.1\\nName: apache-flink-libraries\\nVersion: %s\\n' % version}
content.update({'deps/' + name: 'jar' for name in FILES})
with tarfile.open('%s/apache-flink-libraries-%s.tar.gz' % (folder, version), 'w:gz') as archive:
    for name, text in content.items():
        member = tarfile.TarInfo('apache-flink-libraries-%s/%s' % (version, name))
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text.encode()))
`
const WHEEL = `
import os, sys, zipfile
folder, version = sys.argv[1:]
${FILES}
os.makedirs(folder)
info = 'apache_flink_libraries-%s.dist-info/' % version
content = {
    info + 'METADATA': 'Metadata-Version: 2.1\\nName: apache-flink-libraries\\nVersion: %s\\n' % version,
    info + 'WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py2-none-any\\nTag: py3-none-any\\n',
    info + 'RECORD': '',
}
content.update({'pyflink/' + name: 'jar' for name in FILES})
with zipfile.ZipFile('%s/apache_flink_libraries-%s-py2.py3-none-any.whl' % (folder, version), 'w') as archive:
    for name, text in content.items():
        archive.writestr(name, text)
`

function newHome(): string {
  homes += 1
  return join(root, `home-${homes}`)
}

async function refusalOf(options: InstallOptions): Promise<Refusal> {
  const error = await installFlink(options).catch((cause: unknown) => cause)
  if (error instanceof Refusal) return error
  throw new Error(`Expected a refusal, got ${String(error)}`)
}

type Installer = {
  lines: string[]
  kill: (signal: NodeJS.Signals) => void
  ended: Promise<{ code: number | string | null; did: string | null }>
}

/** An installer in a process of its own. */
function startInstaller(options: InstallOptions, environment: Record<string, string> = {}): Installer {
  const module = pathToFileURL(join(import.meta.dirname, '../../src/flink/install.ts')).href
  const program = `
    const { installFlink } = await import(${JSON.stringify(module)})
    const options = JSON.parse(process.argv[1])
    try {
      const abort = new AbortController()
      process.on('SIGTERM', () => abort.abort(new Error('stop')))
      const { did } = await installFlink({ ...options, signal: abort.signal, onProgress: (line) => console.log(line) })
      console.log('did ' + did)
    } catch (error) {
      console.log(error.message)
      process.exitCode = 1
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, JSON.stringify(options)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const ended = new Promise<{ code: number | string | null; did: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      const did = lines.find((line) => line.startsWith('did '))?.slice(4) ?? null
      resolve({ code: signal ?? code, did })
    })
  })
  return { lines, ended, kill: (signal) => child.kill(signal) }
}

/** A PATH on which `mvn` starts and never ends. */
async function pathWithEndlessMaven(): Promise<string> {
  const folder = join(root, 'endless')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'mvn'), '#!/bin/sh\nexec tail -f /dev/null "$5"\n', { mode: 0o755 })
  return `${folder}:${process.env.PATH}`
}

async function runPython(program: string, args: string[]): Promise<void> {
  const child = spawn('python3', ['-c', program, ...args], { stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code).toBe(0)
}

/** Ids of processes whose arguments name the text. */
async function processesAbout(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => commands[index]?.includes(text))
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Looks again and again until `look` finds something; fails after a minute. */
async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== null) return found
    await delay(2)
  }
  throw new Error(`Waited in vain for ${what}`)
}
