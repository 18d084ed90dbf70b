/** Flink's jars from Maven: one throw-away pom, one run; the user's settings and local repository apply. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runProgram } from '../run-program.ts'
import { pomFor } from './maven-pom.ts'
import { type FetchContext, type FlinkSource, oneLine, paced, SourceFailed } from './source.ts'

const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

export const maven: FlinkSource = {
  name: 'maven',
  async fetch(context) {
    const pom = join(context.scratch, 'pom.xml')
    await mkdir(context.scratch, { recursive: true })
    await writeFile(pom, pomFor(context.version, relative(context.scratch, context.target)))
    const output: string[] = []
    const followed = progressOf(context)
    const result = await runProgram(
      'mvn',
      [
        '--batch-mode',
        '--update-snapshots', // also asks again for what was missing yesterday
        '-Dstyle.color=never',
        '--file',
        pom,
        `${DEPENDENCY_PLUGIN}:copy-dependencies@modules`,
        `${DEPENDENCY_PLUGIN}:copy@jars`,
      ],
      {
        cwd: context.scratch,
        signal: context.signal,
        onLine: (line) => {
          if (line.includes('[ERROR]')) output.push(line)
          followed(line)
        },
      },
    )
    if (result.is === 'notFound') throw new SourceFailed('mvn is not on the PATH')
    if (result.is === 'stalled') throw new SourceFailed('Maven printed nothing for 20 minutes and was ended')
    if (result.exitCode !== 0) throw new SourceFailed(mavenReason(output))
  },
}

/** The one line of Maven's complaint that names what is missing. */
export function mavenReason(errorLines: readonly string[]): string {
  const text = errorLines.map((line) => line.replaceAll('[ERROR]', '').trim())
  const telling = text.find((line) => /could not (find|transfer) artifact|cannot access/i.test(line)) ?? text[0]
  if (telling === undefined) return 'Maven failed without saying why'
  const missing = /could not find artifact (\S+)/i.exec(telling)?.[1]
  if (missing !== undefined) return `could not find ${missing}`
  const cut = /could not transfer artifact.*/i.exec(telling)?.[0] ?? telling
  return oneLine(cut.replace(/ -> \[Help \d+\]$/, ''))
}

function progressOf(context: FetchContext): (line: string) => void {
  const tell = paced(context.onProgress)
  const what = context.expectedJars === null ? 'resolving the jars' : `resolving ${context.expectedJars} jars`
  // Maven's own plugins are among the files it downloads.
  let [files, kilobytes, copied] = [0, 0, 0]
  return (line) => {
    const [, size, unit] = /Downloaded from .*\((\d+(?:\.\d+)?) ([kM]?)B at/.exec(line) ?? []
    if (size !== undefined) {
      files++
      kilobytes += Number(size) * (unit === 'M' ? 1000 : unit === 'k' ? 1 : 0)
    }
    if (/Copying (artifact|\S+\.jar)/.test(line)) copied++
    const downloaded = files === 0 ? '' : ` … ${files} files, ${Math.round(kilobytes / 1000)} MB downloaded`
    const progress = copied > 0 ? `${what} … ${copied} copied` : `${what}${downloaded}`
    tell(() => `Flink ${context.version} from Maven: ${progress}`)
  }
}
