import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../lib/errors.ts'

export type JavaHome = Readonly<{ home: string; majorVersion: number }>

/** 24 and later have no SecurityManager, which keeps `System.exit` in user code from ending the JobManager. */
const SUPPORTED = [17, 21]

/**
 * The JDK that jobs run on: the preferred one when it is given and fits, else 17 before 21 of those under /usr/lib/jvm.
 * Reads the `release` file of each; starts nothing.
 * @throws Refusal `java.missing`
 */
export async function findJava(preferred: string | null): Promise<JavaHome> {
  const candidates = [...(preferred === null ? [] : [preferred]), ...(await installed())]
  const found = (await Promise.all(candidates.map(read))).filter((java) => java !== null)
  const first = found[0]
  if (preferred !== null && first?.home === preferred) return first
  const best = SUPPORTED.flatMap((version) => found.filter((java) => java.majorVersion === version))[0]
  if (best) return best
  throw new Refusal('java.missing', {
    en: 'No JDK 17 or 21 was found. Install one (Debian: apt-get install openjdk-17-jdk-headless) or set HEADGATE_JAVA_HOME to it.',
    zh: '未找到JDK 17或21。请安装（Debian：apt-get install openjdk-17-jdk-headless），或将 HEADGATE_JAVA_HOME 指向已安装的JDK。',
  })
}

async function read(home: string): Promise<JavaHome | null> {
  const release = await readFile(join(home, 'release'), 'utf8').catch(() => '')
  const majorVersion = Number(/^JAVA_VERSION="(\d+)/mu.exec(release)?.[1])
  return SUPPORTED.includes(majorVersion) ? { home, majorVersion } : null
}

async function installed(): Promise<string[]> {
  const folder = '/usr/lib/jvm'
  const names = await readdir(folder).catch(() => [])
  return names.sort().map((name) => join(folder, name))
}
