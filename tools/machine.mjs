/**
 * What Headgate needs from the machine, found without starting any program. Runs on Node 20 and without packages.
 * @typedef {{ what: string, packages: Record<string, string> | null }} Missing  one sentence; its packages by manager
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** From 24 on Java has no SecurityManager; Flink uses it to keep user code from ending its process. */
const FIRST_JDK_TOO_NEW = 24
const FIRST_JDK = 17

/** The path of a program, or null. */
export function findProgram(name, path = process.env.PATH ?? '') {
  return (
    path
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => join(folder, name))
      .find(isExecutable) ?? null
  )
}

/** The JDK to use, and those that were seen and are of no use: `{ home: string | null, others: [{home, why}] }`. */
export function findJdk(jvmFolder = '/usr/lib/jvm', environment = process.env) {
  const others = []
  for (const home of jdkCandidates(jvmFolder, environment)) {
    const why = whyNotUsable(home)
    if (why === null) return { home, others }
    others.push({ home, why })
  }
  return { home: null, others }
}

/** The folder of PostgreSQL's programs, the newest of those installed; null when there is none. Only the tests need it. */
export function findPostgres(folder = '/usr/lib/postgresql', path = process.env.PATH ?? '') {
  const versions = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : []
  const onPath = findProgram('initdb', path)
  const candidates = [...versions.map((version) => join(folder, version, 'bin')), onPath && dirname(realPath(onPath))]
  return (
    candidates.find((each) => each && ['initdb', 'postgres'].every((name) => isExecutable(join(each, name)))) ?? null
  )
}

/** What is missing, in the order to tell it; empty when all is well. Without what is optional the rest works. */
export function findMissing({ needsMaven, needsPostgres = false, jdk }) {
  const missing = []
  const platform = platformProblem()
  if (platform !== null) return [{ what: platform, packages: null }]
  if (Number(process.versions.node.split('.')[0]) < 20) {
    missing.push({ what: `Node 20 or newer is needed; this is ${process.version}.`, packages: null })
  }
  if (findProgram('npm') === null) missing.push({ what: 'npm was not found.', packages: everywhere('npm') })
  if (jdk.home === null) missing.push({ what: jdkSentence(jdk.others), packages: JDK_PACKAGES })
  if (needsMaven && findProgram('mvn') === null) {
    missing.push({ what: 'Maven (mvn) was not found; Flink comes through it.', packages: everywhere('maven') })
  }
  if (needsPostgres && findPostgres() === null) {
    const what = 'PostgreSQL was not found; the tests on it are skipped.'
    missing.push({ what, packages: POSTGRES_PACKAGES, isOptional: true })
  }
  return missing
}

/** `apt-get`, `dnf`, …: the first package manager found here, or null. */
export function packageManager() {
  return ['apt-get', 'dnf', 'yum', 'zypper', 'pacman'].find((name) => findProgram(name) !== null) ?? null
}

/** The command that installs packages; null when this machine's manager is not known. */
export function installCommand(missing, manager = packageManager()) {
  const packages = missing.map((each) => manager && each.packages?.[manager]).filter(Boolean)
  if (manager === null || packages.length === 0) return null
  const verb = manager === 'pacman' ? '-S' : 'install'
  return [manager, verb, ...packages]
}

const everywhere = (name) => ({ 'apt-get': name, dnf: name, yum: name, zypper: name, pacman: name })

const POSTGRES_PACKAGES = {
  'apt-get': 'postgresql',
  dnf: 'postgresql-server',
  yum: 'postgresql-server',
  zypper: 'postgresql-server',
  pacman: 'postgresql',
}

const JDK_PACKAGES = {
  'apt-get': isDebianWithout17() ? 'openjdk-21-jdk-headless' : 'openjdk-17-jdk-headless',
  dnf: 'java-21-openjdk-devel',
  yum: 'java-17-openjdk-devel',
  zypper: 'java-21-openjdk-devel',
  pacman: 'jdk21-openjdk',
}

function jdkCandidates(jvmFolder, environment) {
  const onPath = findProgram('javac', environment.PATH)
  const installed = existsSync(jvmFolder)
    ? readdirSync(jvmFolder)
        .sort()
        .map((name) => join(jvmFolder, name))
    : []
  const named = [environment.HEADGATE_JAVA_HOME, environment.JAVA_HOME]
  const candidates = [...named, onPath && dirname(dirname(realpathSync(onPath))), ...installed]
  return [...new Set(candidates.filter(Boolean).map(realPath))].filter((home) => existsSync(join(home, 'release')))
}

function whyNotUsable(home) {
  const version = javaVersion(home)
  const major = Number(/^(?:1\.)?(\d+)/.exec(version ?? '')?.[1])
  if (!Number.isInteger(major)) return 'its version cannot be read'
  if (major < FIRST_JDK) return `is version ${version}, too old`
  if (major >= FIRST_JDK_TOO_NEW) {
    return `is version ${version}, and from 24 on Java has no SecurityManager, which guards Flink against System.exit in user code`
  }
  return isExecutable(join(home, 'bin', 'javac')) ? null : `is version ${version} without a compiler (javac)`
}

function javaVersion(home) {
  return /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? null
}

function jdkSentence(others) {
  const seen = others.map(({ home, why }) => `${home} ${why}`).join('; ')
  return `A JDK 17 or 21 was not found (looked at JAVA_HOME, PATH and /usr/lib/jvm)${seen === '' ? '' : `: ${seen}`}.`
}

function platformProblem() {
  const { platform, arch } = process
  const isMusl = existsSync('/etc/alpine-release')
  if (platform === 'linux' && ['x64', 'arm64'].includes(arch) && !isMusl) return null
  const here = isMusl ? 'Alpine Linux (no glibc)' : `${platform} ${arch}`
  return `Headgate runs on Linux with glibc, x64 or arm64, and this is ${here}: use a Linux machine, a virtual machine or a Debian container.`
}

/** Debian 13 dropped OpenJDK 17. */
function isDebianWithout17() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  return /^ID=debian$/m.test(release) && Number(/^VERSION_ID="?(\d+)/m.exec(release)?.[1] ?? 13) >= 13
}

function realPath(path) {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
