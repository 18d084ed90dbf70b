/**
 * Which errors the service really answered in a run of the tests: each service of a test writes them into one folder, and
 * when all tests of a project have run, they are held against the catalogue (errors-met.ts).
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { inject } from 'vitest'
import { REFUSED } from '../../src/http/render-error.ts'
import { createLogger, type Logger } from '../../src/lib/logger.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the run; absent where nobody asks. */
    answeredErrors?: string
  }
}

/** A logger that keeps nothing but the errors that were answered: each once, as `DLI.0001 400`. */
export function errorRecorder(): Logger {
  const folder = inject('answeredErrors')
  if (folder === undefined) return createLogger('silent')
  const file = join(folder, randomUUID())
  const known = new Set<string>()
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    const answered = answeredOf(chunk.toString())
    if (answered !== null && !known.has(answered)) appendFileSync(file, `${answered}\n`)
    if (answered !== null) known.add(answered)
    done()
  }
  return createLogger('debug', new Writable({ write }))
}

type Line = Readonly<{ msg?: string; code?: string; status?: number; room?: string }>

/** Answers of the identity calls have no code in them. */
function answeredOf(line: string): string | null {
  const { msg, code, status, room } = JSON.parse(line) as Line
  return msg === REFUSED && room !== 'iam' ? `${code} ${status}` : null
}

/** What all services of the run have written. */
export function answeredErrors(folder: string): ReadonlySet<string> {
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  return new Set(texts.flatMap((text) => text.split('\n').filter(Boolean)))
}
