import { Refusal, type Texts } from '../lib/errors.ts'

/** The two lines Headgate offers, each with the version that is installed when only the line is named. */
export const DEFAULT_VERSIONS: Readonly<Record<string, string>> = { '1.20': '1.20.0', '2.3': '2.3.0' }

/** The line of a job that names no version. */
export const DEFAULT_LINE = '1.20'

/** Newest release of every line that can be installed although it is no default; for advice and for `install 1.17`. */
const NEWEST_OF_LINE: Readonly<Record<string, string>> = {
  '1.13': '1.13.6',
  '1.14': '1.14.6',
  '1.15': '1.15.4',
  '1.16': '1.16.3',
  '1.17': '1.17.2',
  '1.18': '1.18.1',
  '1.19': '1.19.3',
  '2.0': '2.0.2',
  '2.1': '2.1.3',
  '2.2': '2.2.1',
}

const LABEL = /^(1|2)\.(0|[1-9]\d?)(?:\.(0|[1-9]\d?))?$/
const EXACT = /^(?:0|[1-9]\d?)\.(?:0|[1-9]\d?)\.(?:0|[1-9]\d?)$/

/** True for `1.20.0`, false for a line such as `1.20`. */
export function isExactVersion(text: string): boolean {
  return EXACT.test(text)
}

/** `1.20` of `1.20.0`. */
export function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

/** Oldest first, number by number. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The installed version that serves a line: its default when installed, else its newest. */
export function installedOfLine(line: string, installed: readonly string[]): string | null {
  const ofLine = installed.filter((version) => lineOf(version) === line).sort(compareVersions)
  const preferred = DEFAULT_VERSIONS[line]
  if (preferred !== undefined && ofLine.includes(preferred)) return preferred
  return ofLine.at(-1) ?? null
}

/**
 * The exact version to install for what a person typed: an exact version stays, a line becomes its version.
 * @throws Refusal `flink.versionUnknown`
 */
export function versionToInstall(text: string): string {
  if (isExactVersion(text)) return text
  const version = DEFAULT_VERSIONS[text] ?? NEWEST_OF_LINE[text]
  if (version !== undefined) return version
  const lines = Object.keys(DEFAULT_VERSIONS).join(', ')
  throw new Refusal('flink.versionUnknown', {
    en: `"${shown(text)}" is no Flink version that can be installed; name one of the lines ${lines} or an exact version such as 1.17.2.`,
    zh: `“${shown(text)}”不是可安装的Flink版本；请指定 ${lines} 之一，或完整版本号，例如 1.17.2。`,
  })
}

/** The version a job runs on, and in words why it is not the one that was asked for (null when it is). */
export type ResolvedLabel = Readonly<{ version: string; note: Texts | null }>

/**
 * Turns the Flink label of a job (`1.15`, `2.3`, `1.17.2`, or null) into the version it runs on: what was asked for
 * when it is installed, else a release of the same line, else Headgate's own line (1.20 for 1.x, 2.3 for 2.x) with a
 * note. The version of a default line is answered also when it is not installed yet.
 * @throws Refusal `flink.versionUnknown` for a label that names no Flink this service could run
 */
export function resolveLabel(label: string | null, installed: readonly string[]): ResolvedLabel {
  const asked = label === null || label === '' ? DEFAULT_LINE : label
  const [matched, major, minor, patch] = LABEL.exec(asked) ?? []
  if (matched === undefined) throw unknownLabel(asked)
  if (installed.includes(asked)) return { version: asked, note: null }
  const line = `${major}.${Number(minor)}`
  const sameLine = installedOfLine(line, installed) ?? DEFAULT_VERSIONS[line]
  if (sameLine !== undefined) {
    return { version: sameLine, note: patch === undefined || sameLine === asked ? null : noteFor(asked, sameLine) }
  }
  const servingLine = major === '1' ? '1.20' : '2.3'
  if (Number(minor) > Number(servingLine.split('.')[1])) throw unknownLabel(asked)
  const version = installedOfLine(servingLine, installed) ?? DEFAULT_VERSIONS[servingLine] ?? servingLine
  return { version, note: noteFor(asked, version) }
}

function noteFor(asked: string, used: string): Texts {
  const installable = isExactVersion(asked) ? asked : NEWEST_OF_LINE[asked]
  const command = installable === undefined ? null : `headgate flink install ${installable} --from pypi`
  return {
    en: `Flink ${asked} was asked for; it runs on ${used} because ${asked} is not installed${command === null ? '.' : `; to have it: ${command}`}`,
    zh: `请求的是Flink ${asked}；由于未安装 ${asked}，作业在 ${used} 上运行${command === null ? '。' : `；如需安装：${command}`}`,
  }
}

function unknownLabel(asked: string): Refusal {
  return new Refusal('flink.versionUnknown', {
    en: `Flink "${shown(asked)}" is not known here; ask for a 1.x version up to 1.20, a 2.x version up to 2.3, or leave it out to run on ${DEFAULT_LINE}.`,
    zh: `未知的Flink版本“${shown(asked)}”；请使用不高于1.20的1.x版本或不高于2.3的2.x版本，或不填写（默认 ${DEFAULT_LINE}）。`,
  })
}

/** What a person typed, short and on one line. */
function shown(text: string): string {
  return [...text]
    .map((char) => (char < ' ' ? ' ' : char))
    .slice(0, 40)
    .join('')
}
