/**
 * The set-up script in a small project of its own: real npm and real processes, a stand-in for the packages (so that
 * nothing is downloaded) and for Headgate's command.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJdk, findMissing, findPostgres, installCommand } from '../../tools/machine.mjs'

const LIMIT_MS = 60_000
const TOOLS = join(import.meta.dirname, '../../tools')

let root: string
let template: string
let projects = 0

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'headgate-setup-')))
  template = join(root, 'template')
  await writeFiles(template, {
    'package.json': JSON.stringify({
      name: 'small',
      version: '1.0.0',
      type: 'module',
      dependencies: { 'own-node': 'file:own-node' },
    }),
    'own-node/package.json': JSON.stringify({ name: 'own-node', version: '1.0.0', bin: { node: 'node.sh' } }),
    'own-node/node.sh': `#!/bin/sh\nexec '${process.execPath}' "$@"\n`,
    'src/flink/lock/1.20.0.json': '{}',
    'src/flink/lock/2.3.0.json': '{}',
    'demo/job/A.java': 'class A {}',
    'tools/build-java.ts': BUILDER,
    'src/main.ts': COMMAND,
    'tools/python-packages.mjs': PYTHON,
  })
  await chmod(join(template, 'own-node/node.sh'), 0o755)
  for (const name of ['setup.mjs', 'machine.mjs']) await cp(join(TOOLS, name), join(template, 'tools', name))
  const lock = run(template, ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'])
  expect((await lock.ended).code).toBe(0)
}, LIMIT_MS)

afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))

/** Stands in for `src/main.ts`. */
const COMMAND = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
const [command, ...args] = process.argv.slice(2)
appendFileSync('commands.txt', process.argv.slice(2).join(' ') + '\\n')
if (command === 'flink') {
  mkdirSync('data/flink/' + args[1], { recursive: true })
  writeFileSync('data/flink/' + args[1] + '/manifest.json', '{}')
} else if (command === 'exit') {
  process.exitCode = Number(args[0])
} else if (command === 'stay') {
  process.on('SIGTERM', () => process.exit(7))
  console.log('staying, java home ' + process.env.JAVA_HOME)
  setInterval(() => {}, 1000)
}
`

/** Stands in for `tools/python-packages.mjs`: one set of packages, that an empty command installs. */
const PYTHON = `
import { existsSync, mkdirSync } from 'node:fs'
const set = { title: 'the set', command: ['true'], prepare: () => mkdirSync('set.unfinished'), finish: () => mkdirSync('set') }
export const missingPython = () => (existsSync('set') ? [] : [set])
`

/** Stands in for `tools/build-java.ts`. */
const JAVA_DEMO = 'java demo demo-test demo-test1'
const BUILDER = `
import { appendFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
appendFileSync('commands.txt', 'java ' + process.argv.slice(2).join(' ') + '\\n')
writeFileSync('built.jar', '')
console.log(resolve('built.jar'))
`

test('the first time everything is installed, the second time nothing but the command is started', {
  timeout: LIMIT_MS,
}, async () => {
  const project = await newProject()
  const first = setup(project, ['--for=tests', '--', 'src/main.ts', 'exit', '5'])
  expect(await first.ended).toEqual({ code: 5 })
  expect(await commandsOf(project)).toEqual([
    'flink install 1.20.0',
    'flink install 2.3.0',
    'java test-jobs test-jobs-helper demo demo-test demo-test1',
    'exit 5',
  ])
  expect(first.output()).toContain('Installing packages and Node 24 (npm ci): done in')
  expect(first.output()).toContain('Installing the set: done in')

  const nothingToFind = join(root, 'nothing')
  await mkdir(nothingToFind, { recursive: true })
  const second = setup(project, ['--for=tests', '--', 'src/main.ts', 'exit', '6'], {
    PATH: await folderWith('npm', 'chromium'),
    HOME: nothingToFind,
  })
  expect(await second.ended).toEqual({ code: 6 })
  expect(second.output()).toBe('')
  expect((await commandsOf(project)).slice(4)).toEqual(['exit 6'])
})

test('the Java part is built again when a source changed or a jar is gone', { timeout: LIMIT_MS }, async () => {
  const project = await newProject()
  const runs = [
    async () => undefined,
    () => writeFile(join(project, 'demo/job/A.java'), 'class A { int changed; }'),
    () => rm(join(project, 'built.jar')),
    async () => undefined,
  ]
  for (const change of runs) {
    await change()
    expect((await setup(project, ['--for=demo']).ended).code).toBe(0)
  }
  expect(await commandsOf(project)).toEqual(['flink install 1.20.0', JAVA_DEMO, JAVA_DEMO, JAVA_DEMO])
})

test('packages are installed again when the lock file changed', { timeout: LIMIT_MS }, async () => {
  const project = await newProject()
  expect((await setup(project, ['--for=demo']).ended).code).toBe(0)
  await writeFile(join(project, 'package-lock.json'), `${await readFile(join(project, 'package-lock.json'), 'utf8')}\n`)
  const again = setup(project, ['--for=demo'])
  expect((await again.ended).code).toBe(0)
  expect(again.output()).toContain('npm ci')
  expect(await commandsOf(project)).toEqual(['flink install 1.20.0', JAVA_DEMO])
})

test('of two set-ups at once in one clone one works and the other waits; both commands run', {
  timeout: LIMIT_MS,
}, async () => {
  const project = await newProject()
  const both = ['a', 'b'].map(() => setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0']))
  expect(await Promise.all(both.map((each) => each.ended))).toEqual([{ code: 0 }, { code: 0 }])
  const output = both.map((each) => each.output()).join('')
  expect(output.match(/npm ci\): done/g)).toHaveLength(1)
  expect(output.match(/Another setup is at work/g)).toHaveLength(1)
  expect(await commandsOf(project)).toEqual(['flink install 1.20.0', JAVA_DEMO, 'exit 0', 'exit 0'])
})

test('killed during npm ci, the next waits for the npm that still runs and then begins again', {
  timeout: LIMIT_MS,
}, async () => {
  const project = await newProject()
  const slow = join(root, 'slow-npm')
  await writeFiles(slow, { npm: '#!/bin/sh\nmkdir -p node_modules/half; while [ ! -e go-on ]; do sleep 0.05; done\n' })
  await chmod(join(slow, 'npm'), 0o755)
  const victim = setup(project, ['--for=demo'], { PATH: `${slow}${delimiter}${process.env.PATH}` })
  await until('npm at work', async () => (await readdir(project)).includes('node_modules'))
  victim.process.kill('SIGKILL')
  await until('the end of the victim', async () => victim.process.signalCode !== null)

  const next = setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0'])
  await until('a word about npm', async () => next.output().includes('npm is at work in this folder (process '))
  await writeFile(join(project, 'go-on'), '')
  expect(await next.ended).toEqual({ code: 0 })
  expect(await readdir(join(project, 'node_modules'))).not.toContain('half')
})

test('a package installation that fails is told with what npm said and leaves no mark', {
  timeout: LIMIT_MS,
}, async () => {
  const project = await newProject()
  const lock = await readFile(join(project, 'package-lock.json'), 'utf8')
  await writeFile(join(project, 'package-lock.json'), lock.replaceAll('own-node', 'other-node'))
  const failing = setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0'])
  expect(await failing.ended).toEqual({ code: 1 })
  expect(failing.output()).toMatch(/\(npm ci\) failed \(exit code 1\)\.\nnpm error/)
  await writeFile(join(project, 'package-lock.json'), lock)
  expect(await setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0']).ended).toEqual({ code: 0 })
})

test.each(['this Node', "the machine's Node"])(
  'a signal reaches the command and its exit code comes back, on %s',
  { timeout: LIMIT_MS },
  async (which) => {
    const project = await newProject()
    const node = which === 'this Node' ? process.execPath : await machineNode()
    const running = setup(project, ['--for=demo', '--', 'src/main.ts', 'stay'], {}, node)
    await until('the command', async () => running.output().includes('staying'))
    expect(running.output()).toMatch(/staying, java home \/.+/)
    running.process.kill('SIGTERM')
    expect(await running.ended).toEqual({ code: 7 })
  },
)

test('without Maven it says so in one sentence with the command, before anything else happens', {
  timeout: LIMIT_MS,
}, async () => {
  const project = await newProject()
  const machine = await folderWith('npm')
  await writeFiles(machine, { 'apt-get': '#!/bin/sh\n' })
  await chmod(join(machine, 'apt-get'), 0o755)
  const poor = setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0'], {
    PATH: machine,
    CI: '',
    HEADGATE_SETUP: '',
  })
  expect(await poor.ended).toEqual({ code: 1 })
  expect(poor.output()).toMatch(/^Maven \(mvn\) was not found; .* Install it: (sudo )?apt-get install maven\n$/)
  expect(await readdir(project)).not.toContain('node_modules')
})

test('a person whose terminal speaks Chinese reads it below the English', { timeout: LIMIT_MS }, async () => {
  const poor = setup(await newProject(), ['--for=demo'], {
    PATH: await folderWith('npm'),
    CI: '',
    LC_ALL: 'zh_CN.UTF-8',
  })
  expect(await poor.ended).toEqual({ code: 1 })
  expect(poor.output()).toMatch(/^Maven \(mvn\) was not found; .*\n未找到Maven（mvn）；.*\n$/u)
})

test('with HEADGATE_SETUP=auto as root it runs apt-get itself', {
  timeout: LIMIT_MS,
  skip: process.getuid?.() !== 0,
}, async () => {
  const project = await newProject()
  const machine = await folderWith('npm', 'node', 'sh')
  await writeFiles(machine, {
    'apt-get': `#!/bin/sh\necho "$@" >> ${project}/apt.txt\n[ "$1" = update ] || { echo '#!/bin/sh' > ${machine}/mvn; /bin/chmod +x ${machine}/mvn; }\n`,
  })
  await chmod(join(machine, 'apt-get'), 0o755)
  const rich = setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0'], {
    PATH: machine,
    HEADGATE_SETUP: 'auto',
  })
  expect({ end: await rich.ended, output: rich.output() }).toMatchObject({ end: { code: 0 } })
  expect(await readFile(join(project, 'apt.txt'), 'utf8')).toBe(
    'update -qq\ninstall -y -qq --no-install-recommends maven\n',
  )
})

test('of several JDKs the first that Flink can run on is taken, and the others are named with the reason', async () => {
  const jvms = join(root, 'jvms')
  await putJdk(jvms, 'a-25', '25.0.3')
  await putJdk(jvms, 'b-11', '11.0.2')
  await putJdk(jvms, 'c-17-jre', '17.0.1', { compiler: false })
  const environment = { JAVA_HOME: '', PATH: '' }
  const none = findJdk(jvms, environment)
  expect(none.home).toBeNull()
  expect(findMissing({ needsMaven: false, needsJava: false, jdk: none })).toEqual([])
  const missing = findMissing({ needsMaven: false, jdk: none })
  expect(missing).toHaveLength(1)
  expect(missing[0]?.what.en).toContain('a-25 is version 25.0.3, and from 24 on Java has no SecurityManager')
  expect(missing[0]?.what.en).toContain('b-11 is version 11.0.2, too old')
  expect(missing[0]?.what.en).toContain('c-17-jre is version 17.0.1 without a compiler (javac)')
  expect(installCommand(missing, 'apt-get')?.join(' ')).toMatch(/^apt-get install openjdk-(17|21)-jdk-headless$/)
  expect(installCommand(missing, 'dnf')).toEqual(['dnf', 'install', 'java-21-openjdk-devel'])
  expect(installCommand(missing, null)).toBeNull()

  await putJdk(jvms, 'd-21', '21.0.1')
  expect(findJdk(jvms, environment).home).toBe(join(jvms, 'd-21'))
  await putJdk(jvms, 'own', '17.0.9')
  expect(findJdk(jvms, { ...environment, JAVA_HOME: join(jvms, 'own') }).home).toBe(join(jvms, 'own'))
  expect(findJdk(jvms, { ...environment, JAVA_HOME: join(jvms, 'a-25') }).home).toBe(join(jvms, 'd-21'))
  expect(findJdk(jvms, { ...environment, JAVA_HOME: jvms }).others[0]).toMatchObject({
    home: jvms,
    why: { en: 'holds no JDK' },
  })
})

test('PostgreSQL is found in its newest version, else on the PATH, and only the tests need it', async () => {
  const folder = join(root, 'postgresql')
  for (const version of ['9', '15', '17', '18']) {
    for (const name of version === '18' ? ['initdb'] : ['initdb', 'postgres']) {
      await writeFiles(join(folder, version, 'bin'), { [name]: '' })
      await chmod(join(folder, version, 'bin', name), 0o755)
    }
  }
  expect(findPostgres(folder, '')).toBe(join(folder, '17', 'bin'))
  expect(findPostgres(join(root, 'none'), join(folder, '15', 'bin'))).toBe(join(folder, '15', 'bin'))
  expect(findPostgres(join(root, 'none'), '')).toBeNull()

  const postgresql = {
    what: { en: 'PostgreSQL was not found.', zh: '未找到PostgreSQL。' },
    packages: { 'apt-get': 'postgresql', dnf: 'postgresql-server' },
  }
  expect(installCommand([postgresql], 'apt-get')).toEqual(['apt-get', 'install', 'postgresql'])
  const project = await newProject()
  const demo = setup(project, ['--for=demo', '--', 'src/main.ts', 'exit', '0'], {
    PATH: await folderWith('npm', 'node', 'sh', 'mvn'),
  })
  expect(await demo.ended).toEqual({ code: 0 })
})

async function newProject(): Promise<string> {
  projects += 1
  const project = join(root, `project-${projects}`)
  await cp(template, project, { recursive: true })
  return project
}

type Running = { process: ChildProcess; output: () => string; ended: Promise<{ code: number | string | null }> }

function setup(
  project: string,
  args: string[],
  environment: Record<string, string> = {},
  node = process.execPath,
): Running {
  return run(project, [node, join(project, 'tools/setup.mjs'), ...args], environment)
}

function run(cwd: string, [program = '', ...args]: string[], environment: Record<string, string> = {}): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()))
  const ended = new Promise<{ code: number | string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: signal ?? code }))
  })
  return { process: child, output: () => output, ended }
}

async function commandsOf(project: string): Promise<string[]> {
  return (await readFile(join(project, 'commands.txt'), 'utf8')).trim().split('\n')
}

/** A folder for PATH that has these programs of the machine and no other. */
async function folderWith(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(root, 'path-'))
  for (const name of names) await symlink(await onPath(name), join(folder, name))
  return folder
}

async function onPath(name: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter((each) => !each.includes('node_modules'))) {
    const found = await realpath(join(folder, name)).catch(() => null)
    if (found !== null) return join(folder, name)
  }
  throw new Error(`${name} is not on the PATH`)
}

function machineNode(): Promise<string> {
  return onPath('node')
}

async function putJdk(jvms: string, name: string, version: string, { compiler = true } = {}): Promise<void> {
  await writeFiles(join(jvms, name), {
    release: `JAVA_VERSION="${version}"\n`,
    'bin/java': '',
    ...(compiler && { 'bin/javac': '' }),
  })
  if (compiler) await chmod(join(jvms, name, 'bin/javac'), 0o755)
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** Looks again and again until the condition holds; fails after half a minute. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`)
    await delay(10)
  }
}
