/** `headgate doctor` as a person runs it: a process of its own, on machines that are well and not well. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { Environment } from '../../src/config/config.ts'
import { recordJars, writeManifest } from '../../src/flink/manifest.ts'
import { version } from '../../src/version.ts'
import { startService } from '../support/service.ts'
import { ROOT } from '../support/source-files.ts'

type Row = { check: string; mark: 'ok' | 'warning' | 'problem'; en: string; zh: string }

/** A machine with a JDK and Flink (as far as the doctor looks) and an empty data folder. */
async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-doctor-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = (...names: string[]) => join(folder, ...names)
  await mkdir(path('jdk', 'bin'), { recursive: true })
  await writeFile(path('jdk', 'release'), 'JAVA_VERSION="21.0.1"\n')
  for (const each of ['java', 'javac']) await writeFile(path('jdk', 'bin', each), '', { mode: 0o755 })
  for (const each of ['1.20.0', '2.3.0']) await installPretended(path('flink', each), each)
  await mkdir(path('data'))
  const environment: Environment = {
    HEADGATE_DATA: path('data'),
    HEADGATE_FLINK_DIR: path('flink'),
    HEADGATE_JAVA_HOME: path('jdk'),
    HEADGATE_CU_MEMORY: '1G',
    HEADGATE_HOST_MEMORY: '2G',
    HEADGATE_PORT: String(await freePort()),
  }
  return { path, environment }
}

async function installPretended(folder: string, flinkVersion: string): Promise<void> {
  await mkdir(join(folder, 'lib'), { recursive: true })
  await writeFile(join(folder, 'lib', 'flink-dist.jar'), 'jar')
  const [files, classPath] = [await recordJars(folder), ['lib/flink-dist.jar']]
  const made = { source: 'folder', lockVerified: false, installedAt: '2026-11-01T00:00:00Z' } as const
  await writeManifest(folder, { format: 1, version: flinkVersion, ...made, classPath, files })
}

async function listen() {
  const server = createServer((socket) => socket.end('no HTTP here\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

async function freePort(): Promise<number> {
  const { port, close } = await listen()
  close()
  return port
}

async function run(environment: Record<string, string | undefined>, ...options: string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), 'doctor', ...options], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { output, code: code as number }
}

async function examine(environment: Environment) {
  const { output, code } = await run(environment, '--json')
  const { findings, ...rest } = JSON.parse(output) as { version: string; canRunJobs: boolean; findings: Row[] }
  const marks = Object.fromEntries(findings.map(({ check, mark }) => [check, mark]))
  const say = (check: string) => findings.flatMap((row) => (row.check === check ? [row.en] : [])).join('\n')
  return { ...rest, code, marks, say }
}

test('on a machine with all that is needed jobs can run, before the first start too, and nothing is left behind', async () => {
  const { path, environment } = await setup()
  const { code, canRunJobs, marks } = await examine(environment)
  expect([code, canRunJobs]).toEqual([0, true])
  const ours = { java: 'ok', flink: 'ok', 'http-port': 'ok', objects: 'ok', 'sealing-key': 'ok', database: 'ok' }
  expect(marks).toMatchObject(ours)
  expect(await readdir(path('data'))).toEqual([])
})

test('all that is wrong is told at once, English first and then in the language of the terminal', async () => {
  const { path, environment } = await setup()
  const other = await listen()
  onTestFinished(other.close)
  await rm(path('jdk', 'bin', 'javac'))
  await writeFile(path('flink', '1.20.0', 'lib', 'flink-dist.jar'), '')
  await writeFile(path('data', 'database.id'), 'another\n')
  await writeFile(path('data', 'sealing.key'), 'k'.repeat(32))
  await chmod(path('data', 'sealing.key'), 0o644)
  await writeFile(path('data', 'objects'), 'no folder')
  await utimes(path('data', 'objects'), new Date(), new Date(Date.now() + 86_400_000))
  const { code, output } = await run({
    ...environment,
    ...{ HEADGATE_PORT: String(other.port), HEADGATE_HOST_MEMORY: '1G', LC_ALL: 'zh_CN.UTF-8' },
  })
  expect(code).toBe(1)
  for (const line of [
    /^[!✗] java .*without a compiler \(javac\)/mu,
    /^✗ flink .*lib\/flink-dist\.jar has 0 bytes instead of 3\. Repair it: npx headgate flink install 1\.20\.0\n.*已损坏/mu,
    /^✗ memory .*takes 2\.0 GiB/mu,
    /^! clock .*objects was changed at .* in the future/mu,
    new RegExp(`^✗ http-port .*127\\.0\\.0\\.1:${other.port} is taken by another program.*\\n.*占用`, 'mu'),
    /^✗ objects .*cannot be written: ENOTDIR/mu,
    /^! sealing-key .*Close it: chmod 600 /mu,
    /^✗ database .*belongs to another database \(id another\)/mu,
    /^Jobs cannot run here until what ✗ marks is mended\.\n修复/mu,
  ])
    expect(output).toMatch(line)
})

test('a data folder that cannot be is told with the reason, and the other checks are made', async () => {
  const { path, environment } = await setup()
  await writeFile(path('file'), '')
  const { code, marks, say } = await examine({ ...environment, HEADGATE_DATA: path('file', 'data') })
  expect([code, marks['data-folder'], marks.flink]).toEqual([1, 'problem', 'ok'])
  expect(say('data-folder')).toMatch(/cannot be written: ENOTDIR.*Set HEADGATE_DATA/u)
})

test('beside the running service it is asked, and its database is left alone', async () => {
  const { environment } = await setup()
  const service = await startService()
  onTestFinished(service.stop)
  const same: Environment = {
    ...environment,
    HEADGATE_DATA: service.dataFolder,
    ...(service.databaseUrl && { HEADGATE_DATABASE_URL: service.databaseUrl }),
  }
  const { code, marks, say } = await examine({ ...same, HEADGATE_PORT: new URL(service.baseUrl).port })
  expect([code, marks.database, marks['sealing-key']]).toEqual([0, 'ok', 'ok'])
  expect(say('http-port')).toBe(`Headgate ${version} answers at ${service.baseUrl}`)
  expect(say('database')).toMatch(/held by the running service \(.*process \d+\)/u)

  const elsewhere = await examine(same)
  expect([elsewhere.code, elsewhere.marks.database, elsewhere.marks['http-port']]).toEqual([1, 'problem', 'ok'])
  expect(elsewhere.say('database')).toMatch(/process \d+, and no Headgate answers at/u)
})

test.skipIf(process.getuid?.() !== 0)(
  'root is told whether the jobs of each project can have a user id of their own, as the start would find it',
  async () => {
    const { path, environment } = await setup()
    const closed = await examine(environment)
    expect([closed.code, closed.marks.user]).toEqual([0, 'warning'])
    expect(closed.say('user')).toMatch(new RegExp(`: chmod o\\+x ${path()} .*every job runs as root`, 'u'))
    expect((await examine({ ...environment, HEADGATE_JOB_USERS: '50000-50010' })).marks.user).toBe('problem')
    await chmod(path(), 0o711)
    await chmod(path('data'), 0o700)
    expect((await examine(environment)).say('user')).toContain('50000-59999')
  },
)

test('a file that never answers is told after a while, and does not hold the command', async () => {
  const { path, environment } = await setup()
  execFileSync('mkfifo', [path('data', 'database.id')])
  const { code, say } = await examine(environment)
  expect(code).toBe(1)
  expect(say('database')).toMatch(/could not be checked: it took longer than 5 s/u)
})
