/** The service of `npm run dev`: a reload goes on with what is there, everything else begins anew. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type App, startApp } from '../../src/app.ts'
import { readEnvironment, toConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { SimulatorClient } from '../../src/runtimes/simulated/simulator-client.ts'
import { signedIn } from '../../test/support/client.ts'
import { seed } from './seed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** `markFile`: there once the jobs of this run are. */
export async function serve(options: { markFile: string; onStarted: (app: App) => void }): Promise<void> {
  const { config, secrets } = toConfig(readEnvironment(process.env), ROOT)
  const isReload = existsSync(options.markFile)
  if (!isReload) {
    await new SimulatorClient(config.folders.simulator).end()
    await rm(config.folders.data, { recursive: true, force: true })
    await mkdir(config.folders.data, { recursive: true, mode: 0o700 })
  }
  const app = await startApp(config, secrets, createLogger(config.logLevel))
  options.onStarted(app)
  const password = secrets.adminPassword ?? ''
  const projectId = config.first.projectId ?? ''
  const person = { userName: 'admin', password, domainName: 'headgate', projectId }
  if (!isReload) await seed(await signedIn(app.url, person))
  await writeFile(options.markFile, '')
  console.log(`
  ${app.url}: jobs are only pretended (docs/guides/simulator.md)
  user admin, password ${password}, account headgate, project ${projectId}
  Ctrl-C ends it and all pretended jobs; the next start begins anew.
`)
}
