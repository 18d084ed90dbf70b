import { Command } from 'commander'
import { type InstallResult, installFlink } from '../flink/install.ts'
import { type FlinkInstallation, flinkHome, type InstalledFlink } from '../flink/installation.ts'
import { versionInFolder } from '../flink/sources/folder.ts'
import { DEFAULT_VERSIONS } from '../flink/versions.ts'
import { messageOf, Refusal } from '../lib/errors.ts'
import { table } from './table.ts'

export type FlinkCommandContext = Readonly<{
  /** Folder that holds the installed versions. */
  flinkHome: string
  /** Make what jobs on this version need beside Flink itself. */
  preparePlugins: (installation: FlinkInstallation) => Promise<unknown>
  prepareLauncher: (installation: FlinkInstallation) => Promise<unknown>
  print: (line: string) => void
}>

/** `headgate flink install` and `headgate flink list`. Actions reject with a Refusal when they cannot do it. */
export function flinkCommand(context: FlinkCommandContext): Command {
  const flink = new Command('flink').description('install and list the Flink versions that jobs run on')
  flink
    .command('install')
    .description('install Flink, whole and checked; does nothing when it is there')
    .argument('[version]', 'a line (1.20, 2.3) or an exact version (1.17.2); absent: the default of every line')
    .option('--from <source>', 'maven, pypi, or the folder of an unpacked Flink (default: maven, then pypi)')
    .option('--verify', 'read every byte of what is installed, and install it again when it is damaged')
    .action((version: string | undefined, options: { from?: string; verify?: boolean }) =>
      install(context, { version, from: options.from, verify: options.verify ?? false }),
    )
  flink
    .command('list')
    .description('list the installed versions; * marks what a job gets that names only the line')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => list(context, options.json ?? false))
  return flink
}

async function install(
  context: FlinkCommandContext,
  asked: { version: string | undefined; from: string | undefined; verify: boolean },
): Promise<void> {
  const interruption = new AbortController()
  const interrupt = (): void =>
    interruption.abort(
      new Refusal('flink.interrupted', {
        en: 'The installation was interrupted; nothing of it is left. Run the command again to install.',
        zh: '安装已中断，未留下任何文件。重新运行该命令即可安装。',
      }),
    )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  try {
    for (const version of await versionsFor(asked)) {
      const startedAt = performance.now()
      const result = await installFlink({
        home: context.flinkHome,
        version,
        from: asked.from,
        verify: asked.verify,
        onProgress: context.print,
        signal: interruption.signal,
      })
      await prepareFor(result.installation, context)
      context.print(outcome(result, { verified: asked.verify, seconds: (performance.now() - startedAt) / 1000 }))
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
}

/** Whatever fails here is tried again when a job starts, so it is only said. */
async function prepareFor(installation: FlinkInstallation, context: FlinkCommandContext): Promise<void> {
  const { version } = installation
  const parts = [
    [context.preparePlugins, `Programs on Flink ${version} cannot open obs:// paths themselves yet`],
    [context.prepareLauncher, `Jobs on Flink ${version} have no launcher yet and start slowly`],
  ] as const
  for (const [prepare, problem] of parts) {
    await prepare(installation).catch((error) => context.print(`${problem}: ${messageOf(error)}`))
  }
}

async function versionsFor(asked: { version: string | undefined; from: string | undefined }): Promise<string[]> {
  if (asked.version !== undefined) return [asked.version]
  if (asked.from === undefined || asked.from === 'maven' || asked.from === 'pypi')
    return Object.values(DEFAULT_VERSIONS)
  return [await versionInFolder(asked.from)]
}

function outcome(
  { installation, did }: InstallResult,
  { verified, seconds }: { verified: boolean; seconds: number },
): string {
  const { version, folder } = installation
  if (did === 'nothing') return `Flink ${version} is installed${verified ? ' and every byte is right' : ''} (${folder})`
  const size = `${installation.jars} jars, ${megabytes(installation)}, from ${installation.source}`
  return `Flink ${version} ${did}: ${size}, in ${seconds.toFixed(1)} s`
}

async function list(context: FlinkCommandContext, asJson: boolean): Promise<void> {
  const { sound, damaged } = await flinkHome(context.flinkHome).survey()
  if (asJson) {
    const rows = sound.map(({ classPath: _, pluginsFolder: __, optFolder: ___, ...rest }) => ({
      ...rest,
      default: isDefault(rest.version),
    }))
    context.print(JSON.stringify({ installed: rows, damaged }, null, 2))
    return
  }
  if (sound.length + damaged.length === 0) {
    context.print('No Flink is installed; to install the default versions: headgate flink install')
    return
  }
  const rows = sound.map((each) => [
    `${isDefault(each.version) ? '*' : ' '} ${each.version}`,
    each.line,
    each.source,
    String(each.jars),
    megabytes(each),
    each.lockVerified ? 'against the lock file' : 'own checksums only',
  ])
  for (const line of table([['  VERSION', 'LINE', 'SOURCE', 'JARS', 'SIZE', 'VERIFIED'], ...rows])) context.print(line)
  for (const { version, problem } of damaged) {
    context.print(`! ${version} is damaged: ${problem}; repair it with: headgate flink install ${version}`)
  }
}

function isDefault(version: string): boolean {
  return Object.values(DEFAULT_VERSIONS).includes(version)
}

function megabytes({ sizeBytes }: InstalledFlink): string {
  return `${Math.round(sizeBytes / 1e6)} MB`
}
