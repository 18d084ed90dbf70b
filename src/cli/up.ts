import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import type { FirstCredentials } from '../access/index.ts'
import { type App, startApp } from '../app.ts'
import type { Config, Secrets } from '../config/config.ts'
import { createLogger } from '../lib/logger.ts'

const STOP_MS = 15_000

/** `headgate up`: runs the service until it is told to stop. Jobs run on and are found again by the next start. */
export function upCommand(context: { config: Config; secrets: Secrets; print: (line: string) => void }): Command {
  return new Command('up').description('run the service').action(async () => {
    const { config, secrets, print } = context
    keepHeapSmall()
    const logger = createLogger(config.logLevel)
    const app = await startApp(config, secrets, logger)
    if (app.firstCredentials) for (const line of describe(app.firstCredentials)) print(line)
    if (app.replacedKey) for (const line of describeReplaced(app.replacedKey)) print(line)
    print(`Headgate listens on ${app.url}`)
    // Thrown outside of any request, it ends the process as an error does: gracefully and with exit code 1.
    void app.mustStop.then((error) => {
      throw error
    })
    closeWithGrace({ delay: STOP_MS }, async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'stopping after an error')
      else logger.info({ signal }, 'stopping; jobs run on')
      await app.stop()
    })
  })
}

/**
 * V8 lets new objects take 128 MB, and the others grow to four times what lives, before it looks for garbage: fast, and
 * several times the memory that the service needs. From here on new objects keep the room that the start gave them, and
 * the others grow by a third. V8 reads both whenever it collects, so that they may be set in a running process.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=30')
}

/** Shown once: the passwords and keys themselves are stored nowhere. */
function describe(first: FirstCredentials): string[] {
  return [
    'Headgate was set up. This is shown once; keep it:',
    `  account (domain)  ${first.domainName}`,
    `  user              ${first.userName}`,
    `  password          ${first.password}`,
    `  project           ${first.projectName}  ${first.projectId}`,
    `  access key        ${first.ak}`,
    `  secret key        ${first.sk}`,
  ]
}

function describeReplaced({ userName, ak, sk }: NonNullable<App['replacedKey']>): string[] {
  return [
    'The sealing key was lost: the access keys that were sealed with it are disabled. This is shown once; keep it:',
    `  user              ${userName}`,
    `  access key        ${ak}`,
    `  secret key        ${sk}`,
  ]
}
