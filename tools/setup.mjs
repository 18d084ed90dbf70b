/**
 * From a fresh clone to a running command: `node tools/setup.mjs --for=check|demo|dev|service|tests [-- <program> <arguments>]`.
 *
 * Runs on the machine's own Node (20 or newer), before any package is there; what it starts runs on the project's
 * Node 24. Every step leaves a mark only when it is done and is repeated when its mark is absent, so it may be killed
 * at any moment. When all marks are there it starts nothing but the command itself.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adviceFor, findJdk, findMissing, findPip, installCommand, languageOf, linesOf } from './machine.mjs'
import { missingPython } from './python-packages.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const PURPOSES = {
  check: { flinkLines: [], java: [] },
  demo: { flinkLines: ['1.20'], java: ['demo', 'demo-test', 'demo-test1'] },
  dev: { flinkLines: [], java: [], needsJava: false },
  service: { flinkLines: ['1.20'], java: [] },
  tests: {
    flinkLines: ['1.20', '2.3'],
    java: ['test-jobs', 'test-jobs-helper', 'demo', 'demo-test', 'demo-test1'],
    needsPostgres: true,
    needsChromium: true,
    needsPython: true,
  },
}

async function main(argv) {
  const { purpose, command } = readArguments(argv)
  const plan = PURPOSES[purpose]
  const { needsPostgres, needsChromium, needsJava, needsPython } = plan
  const needsPip = needsPython && missingPython().length > 0
  const needsMaven = missingFlink(plan).length > 0
  const jdk = await readyMachine({ needsMaven, needsPostgres, needsChromium, needsJava, needsPip })
  if (jdk.home !== null) process.env.JAVA_HOME = jdk.home
  if (!isReady(plan)) {
    const release = await takeTurn()
    await installPackages()
    await installFlink(plan)
    await buildJava(plan)
    await installPython(plan)
    release()
  }
  if (command.length > 0) await become([NODE, join(ROOT, command[0]), ...command.slice(1)])
}

function readArguments(argv) {
  const split = argv.indexOf('--')
  const own = split === -1 ? argv : argv.slice(0, split)
  const purpose = /^--for=(.*)$/.exec(own[0] ?? '')?.[1]
  if (own.length !== 1 || !Object.hasOwn(PURPOSES, purpose ?? '')) {
    fail(`Usage: node tools/setup.mjs --for=${Object.keys(PURPOSES).join('|')} [-- <program> <arguments>]`)
  }
  return { purpose, command: split === -1 ? [] : argv.slice(split + 1) }
}

function isReady(plan) {
  return havePackages() && missingFlink(plan).length === 0 && haveJava(plan) && pythonToInstall(plan).length === 0
}

// ---- the machine ----------------------------------------------------------------------------------------------------

async function readyMachine(needs) {
  let jdk = findJdk()
  let missing = findMissing({ ...needs, jdk })
  if (missing.length > 0 && mayInstallPackages()) {
    await installMachinePackages(missing)
    jdk = findJdk()
    missing = findMissing({ ...needs, jdk })
  }
  const needed = missing.filter(({ isOptional }) => !isOptional)
  const advice = missing.flatMap((each) => linesOf(adviceFor(each), languageOf(process.env))).join('\n')
  if (needed.length > 0) fail(advice)
  if (advice !== '') say(advice)
  return jdk
}

function mayInstallPackages() {
  const isAllowed = process.env.HEADGATE_SETUP === 'auto' || process.env.CI === 'true'
  return isAllowed && process.getuid() === 0
}

async function installMachinePackages(missing) {
  const command = installCommand(missing)
  if (command?.[0] !== 'apt-get') return
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await step('Refreshing the package lists (apt-get update)', ['apt-get', 'update', '-qq'], {
    environment,
    quiet: true,
  })
  const [program, verb, ...packages] = command
  await step(
    `Installing ${packages.join(', ')} (apt-get install)`,
    [program, verb, '-y', '-qq', '--no-install-recommends', ...packages],
    {
      environment,
      quiet: true,
    },
  )
}

// ---- packages -------------------------------------------------------------------------------------------------------

function packagesMark() {
  return join(ROOT, 'node_modules', '.headgate-packages')
}

function packagesFingerprint() {
  return sha256(readFileSync(join(ROOT, 'package-lock.json')))
}

function havePackages() {
  return readOrNull(packagesMark()) === packagesFingerprint()
}

async function installPackages() {
  if (havePackages()) return
  await otherNpm()
  rmSync(packagesMark(), { force: true })
  const fingerprint = packagesFingerprint()
  await step(
    'Installing packages and Node 24 (npm ci)',
    ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    // npm ci removes the Node in node_modules, so it must not run on it.
    { environment: { PATH: pathWithout(join(ROOT, 'node_modules', '.bin')) }, quiet: true },
  )
  writeAtomically(packagesMark(), fingerprint)
}

/** Waits until no `npm ci` works in this folder: one whose setup was killed may still be running. */
async function otherNpm() {
  for (let told = false; npmProcesses().length > 0; told = true) {
    if (!told) say(`npm is at work in this folder (process ${npmProcesses().join(', ')}); waiting for it to end.`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function npmProcesses() {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return (
        readlinkSync(`/proc/${pid}/cwd`) === ROOT &&
        /\bnpm(-cli\.js)?[\0 ](ci|install)\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      )
    } catch {
      return false // ended meanwhile, or not ours
    }
  })
}

// ---- Flink ----------------------------------------------------------------------------------------------------------

function flinkFolder() {
  const { HEADGATE_DATA, HEADGATE_FLINK_DIR } = process.env
  return HEADGATE_FLINK_DIR || join(HEADGATE_DATA || join(ROOT, 'data'), 'flink')
}

/** The default versions of the plan's lines that are not installed. The lock files are the list of default versions. */
function missingFlink(plan) {
  const home = flinkFolder()
  const versions = readdirSync(join(ROOT, 'src', 'flink', 'lock')).map((name) => name.replace(/\.json$/, ''))
  const wanted = versions.filter((version) => plan.flinkLines.some((line) => version.startsWith(`${line}.`)))
  return wanted.filter((version) => !existsSync(join(home, version, 'manifest.json')))
}

async function installFlink(plan) {
  for (const version of missingFlink(plan)) {
    await step(`Installing Flink ${version}`, [NODE, join(ROOT, 'src', 'main.ts'), 'flink', 'install', version])
  }
}

// ---- Java -----------------------------------------------------------------------------------------------------------

const JAVA_BUILDER = join(ROOT, 'tools', 'build-java.ts')

const JAVA_SOURCES = ['java', 'demo/job', 'test/jobs'].map((folder) => join(ROOT, folder))

function javaMark(plan) {
  return join(ROOT, 'build', `java-${sha256(plan.java.join()).slice(0, 8)}.json`)
}

/** Changes when a Java source, the builder or the JDK does. */
function javaFingerprint() {
  const stats = [...JAVA_SOURCES.flatMap(filesBelow), JAVA_BUILDER].map((path) => {
    const { mtimeMs, size } = statSync(path)
    return `${path} ${mtimeMs} ${size}`
  })
  return sha256([process.env.JAVA_HOME, ...stats].join('\n'))
}

function haveJava(plan) {
  if (plan.java.length === 0 || !existsSync(JAVA_BUILDER)) return true
  const mark = readOrNull(javaMark(plan))
  if (mark === null) return false
  const { fingerprint, jars } = JSON.parse(mark)
  return fingerprint === javaFingerprint() && jars.every((jar) => existsSync(jar))
}

/** The builder prints the path of each jar it made or found up to date. */
async function buildJava(plan) {
  if (haveJava(plan)) return
  const fingerprint = javaFingerprint()
  const environment = { HEADGATE_FLINK_DIR: flinkFolder() }
  const output = await step('Building the Java part', [NODE, JAVA_BUILDER, ...plan.java], { environment, quiet: true })
  const jars = output.split('\n').filter((line) => line.endsWith('.jar'))
  mkdirSync(dirname(javaMark(plan)), { recursive: true })
  writeAtomically(javaMark(plan), JSON.stringify({ fingerprint, jars }))
}

// ---- Python packages ------------------------------------------------------------------------------------------------

function pythonToInstall({ needsPython }) {
  return needsPython && findPip() !== null ? missingPython() : []
}

async function installPython(plan) {
  for (const { title, command, prepare, finish } of pythonToInstall(plan)) {
    prepare()
    await step(`Installing ${title}`, command, { quiet: true })
    finish()
  }
}

// ---- one setup at a time --------------------------------------------------------------------------------------------

/**
 * Waits until no other setup works in this clone and keeps the others out; returns the function that lets them in.
 * The lock is a Linux abstract socket: the kernel takes it away with the process, so it is never stale.
 */
async function takeTurn() {
  const address = `\0headgate-setup-${sha256(ROOT).slice(0, 32)}`
  for (let told = false; ; told = true) {
    const server = await listen(address)
    if (server !== null) return () => server.stop()
    if (!told) say('Another setup is at work in this folder; waiting for it.')
    await untilClosed(address)
  }
}

function listen(address) {
  const visitors = new Set()
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => visitors.add(socket.on('error', () => undefined)))
    server.on('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.stop = () => {
      server.close()
      for (const socket of visitors) socket.destroy()
    }
    server.listen(address, () => resolve(server))
  })
}

function untilClosed(address) {
  return new Promise((resolve) => {
    const socket = connect(address).resume()
    socket.on('error', () => undefined)
    socket.on('close', resolve)
  })
}

// ---- programs -------------------------------------------------------------------------------------------------------

/**
 * Runs one long step with a line before and after it; ends the setup when it fails. `quiet` keeps what the program
 * prints (shown when it fails, returned when it does not) and says every ten seconds that it is still at work.
 */
async function step(title, command, { environment = {}, quiet = false } = {}) {
  say(`${title} …`)
  const startedAt = Date.now()
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1)
  const ticker = setInterval(() => quiet && say(`${title} … ${Math.round(seconds())} s`), 10_000)
  const end = await run(command, { environment, quiet })
  clearInterval(ticker)
  if (end.interruptedBy !== null || end.signal !== null) leave({ code: 1, signal: end.interruptedBy ?? end.signal })
  if (end.code !== 0) fail(`${title} failed (exit code ${end.code}).${shortened(end.output)}`)
  say(`${title}: done in ${seconds()} s`)
  return end.output
}

/** Runs a program to its end, passing on the signals we get. Quiet: its output is kept for the case it fails. */
function run([program, ...args], { environment = {}, quiet = false, cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...environment },
    })
    let output = ''
    for (const stream of quiet ? [child.stdout, child.stderr] : []) stream.on('data', (part) => (output += part))
    let interruptedBy = null
    const forward = (signal) => {
      interruptedBy = signal
      // On a terminal Ctrl-C reaches the child without us, and twice would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const end = (result) => {
      for (const signal of signals) process.off(signal, forward)
      resolve({ code: null, signal: null, output, interruptedBy, ...result })
    }
    child.once('error', (error) => end({ code: 127, output: error.message }))
    child.once('close', (code, signal) => end({ code, signal }))
  })
}

/** Turns this process into the command where Node can do that, else waits for it and ends as it ended. */
async function become(command) {
  process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'build', 'compile-cache') // faster starts, 20 MB less memory
  if (typeof process.execve === 'function') process.execve(command[0], command, process.env)
  leave(await run(command, { cwd: process.cwd() }))
}

function leave({ code, signal }) {
  if (signal !== null) process.kill(process.pid, signal)
  process.exit(code ?? 1)
}

// ---- small things ---------------------------------------------------------------------------------------------------

function say(line) {
  process.stderr.write(`${line}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}

/** The first and the last lines of what a failed program said, below a line break. */
function shortened(output) {
  const lines = output.trimEnd().split('\n')
  const kept = lines.length > 40 ? [...lines.slice(0, 20), '…', ...lines.slice(-20)] : lines
  return output === '' ? '' : `\n${kept.join('\n')}`
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex')
}

function readOrNull(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function writeAtomically(path, content) {
  writeFileSync(`${path}.${process.pid}`, content)
  renameSync(`${path}.${process.pid}`, path)
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

function pathWithout(folder) {
  return (process.env.PATH ?? '')
    .split(':')
    .filter((each) => each !== folder)
    .join(':')
}

await main(process.argv.slice(2))
