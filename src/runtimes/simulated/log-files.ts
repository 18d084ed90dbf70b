import { appendFileSync } from 'node:fs'
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

  /** As log4j goes on without its file: the folder may be gone before its processes are, or be closed to them. */
  #append(ending: 'log' | 'out', text: string): void {
    try {
      appendFileSync(join(this.#folder, `${this.#name}.${ending}`), text, { mode: 0o600 })
    } catch {
      // There is no other place for it.
    }
  }
}

function lineHead(level: string): string {
  const now = new Date().toISOString().replace('T', ' ').replace('.', ',').replace('Z', '')
  return `${now} ${level} headgate.simulator.Pretended [] -`
}
