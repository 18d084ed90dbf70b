import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

/** Log files as log4j writes them for Flink's processes, and their empty standard output. */
export class ProcessLog {
  readonly #folder: string
  readonly #name: string

  constructor(logsFolder: string, processName: string) {
    this.#folder = logsFolder
    this.#name = processName
    this.#append('out', '')
  }

  info(text: string): void {
    this.#append('log', `${lineHead('INFO ')} ${text}\n`)
  }

  error(text: string, trace: string): void {
    this.#append('log', `${lineHead('ERROR')} ${text}\n${trace}\n`)
  }

  /** The folder may be gone before its processes are. */
  #append(ending: 'log' | 'out', text: string): void {
    if (existsSync(this.#folder)) appendFileSync(join(this.#folder, `${this.#name}.${ending}`), text, { mode: 0o600 })
  }
}

function lineHead(level: string): string {
  const now = new Date().toISOString().replace('T', ' ').replace('.', ',').replace('Z', '')
  return `${now} ${level} headgate.simulator.Pretended [] -`
}
