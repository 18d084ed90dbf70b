/**
 * What Headgate needs from the machine, found without starting any program. Runs on Node 20 and without packages.
 * @typedef {{ en: string, zh: string }} Texts
 * @typedef {{ what: Texts, packages: Record<string, string> | null }} Missing  one sentence; its packages by manager
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

/** The JDK to use, and those that stand before it and are of no use, with the reason: `{ home, version, others }`. */
export function findJdk(jvmFolder = '/usr/lib/jvm', environment = process.env) {
  const others = []
  for (const home of jdkCandidates(jvmFolder, environment)) {
    const why = whyNotUsable(home)
    if (why === null) return { home, version: javaVersion(home), others }
    others.push({ home, why })
  }
  return { home: null, version: null, others }
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

/** The browser that the API Explorer is tried in, or null. Only the tests need it. */
export function findChromium(path = process.env.PATH ?? '') {
  return ['chromium', 'chromium-browser', 'google-chrome'].map((name) => findProgram(name, path)).find(Boolean) ?? null
}

/** pip of Python 3, as a program on the path; null when there is none. Only the tests with the vendor's Python SDK need it. */
export function findPip(path = process.env.PATH ?? '') {
  return findProgram('python3', path) && (findProgram('pip3', path) ?? findProgram('pip', path))
}

/** What is missing, in the order to tell it; empty when all is well. Without what is optional the rest works. */
export function findMissing({
  needsMaven,
  needsPostgres = false,
  needsChromium = false,
  needsJava = true,
  needsPip = false,
  jdk,
}) {
  const missing = []
  const platform = platformProblem()
  if (platform !== null) return [{ what: platform, packages: null }]
  if (Number(process.versions.node.split('.')[0]) < 20) {
    const what = {
      en: `Node 20 or newer is needed; this is ${process.version}.`,
      zh: `需要Node 20或更高版本；当前为 ${process.version}。`,
    }
    missing.push({ what, packages: null })
  }
  if (findProgram('npm') === null) missing.push(MISSING_NPM)
  if (needsJava && jdk.home === null) missing.push(missingJdk(jdk.others))
  if (needsMaven && findProgram('mvn') === null) missing.push(MISSING_MAVEN)
  if (needsPostgres && findPostgres() === null) missing.push(MISSING_POSTGRES)
  if (needsChromium && findChromium() === null) missing.push(MISSING_CHROMIUM)
  if (needsPip && findPip() === null) missing.push(MISSING_PIP)
  return missing
}

/** What to say when no JDK can be used; `others` as `findJdk` gives them. */
export function missingJdk(others) {
  const seen = (language) => others.map(({ home, why }) => `${home} ${why[language]}`)
  const after = (mark, list) => (list.length === 0 ? '' : `${mark}${list.join('; ')}`)
  const what = {
    en: `A JDK 17 or 21 was not found (looked at JAVA_HOME, PATH and /usr/lib/jvm)${after(': ', seen('en'))}.`,
    zh: `未找到JDK 17或21（已查找 JAVA_HOME、PATH 和 /usr/lib/jvm）${after('：', seen('zh'))}。`,
  }
  return { what, packages: JDK_PACKAGES }
}

/** One sentence for a missing thing, with the command that installs it, in English and Chinese. */
export function adviceFor(missing) {
  const { what, packages } = missing
  if (packages === null) return what
  const command = commandToType(missing)
  if (command === null)
    return { en: `${what.en} Install it with your package manager.`, zh: `${what.zh}请使用系统的包管理器安装。` }
  return { en: `${what.en} Install it: ${command}`, zh: `${what.zh}安装命令：${command}` }
}

/** As a terminal says it (POSIX: LC_ALL before LC_MESSAGES before LANG): the language of its person. */
export function languageOf(environment) {
  const { LC_ALL, LC_MESSAGES, LANG } = environment
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('zh') ? 'zh' : 'en'
}

/** English, and below it Chinese for who reads that, unless the two are the same: the lines to print. */
export function linesOf(texts, language) {
  return language === 'zh' ? [...new Set([texts.en, texts.zh])] : [texts.en]
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

function commandToType(missing) {
  const command = installCommand([missing])
  return command && [...(process.getuid() === 0 ? [] : ['sudo']), ...command].join(' ')
}

const everywhere = (name) => ({ 'apt-get': name, dnf: name, yum: name, zypper: name, pacman: name })

const MISSING_NPM = { what: { en: 'npm was not found.', zh: '未找到npm。' }, packages: everywhere('npm') }

export const MISSING_MAVEN = {
  what: {
    en: 'Maven (mvn) was not found; Flink comes through it.',
    zh: '未找到Maven（mvn）；Flink通过它安装。',
  },
  packages: everywhere('maven'),
}

const MISSING_POSTGRES = {
  what: {
    en: 'PostgreSQL was not found; the tests on it are skipped.',
    zh: '未找到PostgreSQL；将跳过依赖它的测试。',
  },
  packages: {
    'apt-get': 'postgresql',
    dnf: 'postgresql-server',
    yum: 'postgresql-server',
    zypper: 'postgresql-server',
    pacman: 'postgresql',
  },
  isOptional: true,
}

const MISSING_CHROMIUM = {
  what: {
    en: 'Chromium was not found; the tests in a browser are skipped.',
    zh: '未找到Chromium；将跳过浏览器测试。',
  },
  packages: everywhere('chromium'),
  isOptional: true,
}

export const MISSING_PIP = {
  what: {
    en: "Python 3 with pip was not found; the tests with the vendor's Python SDK and the fuzzing are skipped.",
    zh: '未找到带pip的Python 3；将跳过使用华为云Python SDK的测试和模糊测试。',
  },
  packages: {
    'apt-get': 'python3-pip',
    dnf: 'python3-pip',
    yum: 'python3-pip',
    zypper: 'python3-pip',
    pacman: 'python-pip',
  },
  isOptional: true,
}

const JDK_PACKAGES = {
  'apt-get': isDebianWithout17() ? 'openjdk-21-jdk-headless' : 'openjdk-17-jdk-headless',
  dnf: 'java-21-openjdk-devel',
  yum: 'java-17-openjdk-devel',
  zypper: 'java-21-openjdk-devel',
  pacman: 'jdk21-openjdk',
}

/** Those that are named come first and are judged whatever they are; of the rest only what looks like a JDK counts. */
function jdkCandidates(jvmFolder, environment) {
  const onPath = findProgram('javac', environment.PATH)
  const installed = existsSync(jvmFolder)
    ? readdirSync(jvmFolder)
        .sort()
        .map((name) => join(jvmFolder, name))
    : []
  const named = [environment.HEADGATE_JAVA_HOME, environment.JAVA_HOME].filter(Boolean)
  const found = [onPath && dirname(dirname(realpathSync(onPath))), ...installed].filter(Boolean).filter(hasRelease)
  return [...new Set([...named, ...found].map(realPath))]
}

/** @returns {Texts | null} */
function whyNotUsable(home) {
  if (!hasRelease(home)) return { en: 'holds no JDK', zh: '不是JDK目录' }
  const version = javaVersion(home)
  const major = Number(/^(?:1\.)?(\d+)/.exec(version ?? '')?.[1])
  if (!Number.isInteger(major)) return { en: 'has a version that cannot be read', zh: '的版本无法识别' }
  if (major < FIRST_JDK) return { en: `is version ${version}, too old`, zh: `的版本为 ${version}，过低` }
  if (major >= FIRST_JDK_TOO_NEW) {
    return {
      en: `is version ${version}, and from 24 on Java has no SecurityManager, which guards Flink against System.exit in user code`,
      zh: `的版本为 ${version}，而Java自24起不再提供SecurityManager，无法防止用户代码中的System.exit终止Flink`,
    }
  }
  if (isExecutable(join(home, 'bin', 'javac'))) return null
  return { en: `is version ${version} without a compiler (javac)`, zh: `的版本为 ${version}，但没有编译器（javac）` }
}

function hasRelease(home) {
  return existsSync(join(home, 'release'))
}

function javaVersion(home) {
  return /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? null
}

function platformProblem() {
  const { platform, arch } = process
  const isMusl = existsSync('/etc/alpine-release')
  if (platform === 'linux' && ['x64', 'arm64'].includes(arch) && !isMusl) return null
  const here = isMusl ? 'Alpine Linux (no glibc)' : `${platform} ${arch}`
  return {
    en: `Headgate runs on Linux with glibc, x64 or arm64, and this is ${here}: use a Linux machine, a virtual machine or a Debian container.`,
    zh: `Headgate仅支持使用glibc的Linux（x64或arm64），当前为 ${here}：请使用Linux主机、虚拟机或Debian容器。`,
  }
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
