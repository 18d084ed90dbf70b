#!/usr/bin/env node
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { languageOf, linesOf } from '../tools/machine.mjs'
import { keyCommand, projectCommand, userCommand } from './cli/access.ts'
import { chooseAdministration } from './cli/administration.ts'
import { debugCommand } from './cli/debug.ts'
import { doctorCommand } from './cli/doctor.ts'
import { flinkCommand } from './cli/flink.ts'
import { upCommand } from './cli/up.ts'
import { readEnvironment, toConfig } from './config/config.ts'
import { withLauncher } from './flink/launcher.ts'
import { preparePlugins } from './flink/plugins.ts'
import { messageOf, Refusal } from './lib/errors.ts'
import { findJava } from './runtimes/java-home.ts'
import { version } from './version.ts'

const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))
const language = languageOf(process.env)
const print = (line: string) => void process.stdout.write(`${line}\n`)

try {
  const { config, secrets } = toConfig(readEnvironment(process.env), projectFolder)
  const access = { open: () => chooseAdministration(config, secrets, language), print }
  await new Command('headgate')
    .description("DLI's Flink-job API on real Apache Flink")
    .version(version)
    .addCommand(upCommand({ config, secrets, print }))
    .addCommand(
      flinkCommand({
        flinkHome: config.folders.flink,
        preparePlugins: async (installation) => preparePlugins(installation, (await findJava(config.javaHome)).home),
        prepareLauncher: async (installation) => withLauncher(installation, (await findJava(config.javaHome)).home),
        print,
      }),
    )
    .addCommand(debugCommand({ client: { url: config.serviceUrl, key: secrets.accessKey }, print }))
    .addCommand(userCommand(access))
    .addCommand(projectCommand(access))
    .addCommand(keyCommand(access))
    .addCommand(doctorCommand({ config, secrets, language, print }))
    .parseAsync()
} catch (error) {
  const lines = error instanceof Refusal ? linesOf(error.texts, language) : [messageOf(error)]
  process.stderr.write(`headgate: ${lines.join('\n')}\n`)
  if (!(error instanceof Refusal) && process.env.HEADGATE_LOG_LEVEL === 'debug') console.error(error)
  process.exitCode = 1
}
