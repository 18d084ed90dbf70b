import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { assert } from '../../../lib/errors.ts'
import type { JavaProgram } from '../command-line.ts'
import { encodeLease, LEASE_DESCRIPTOR } from './message.ts'

/** A healthy one answers within a few milliseconds; a start must not wait longer for one that is not. */
const ANSWER_MS = 1_000
/** Ten times what it takes on a slow machine. */
const WARM_UP_MS = 180_000
const LINE_MAX = 10_000

/**
 * One warm JVM (java/launcher) at the other end of a line: it says `ready` when it is warm, is told once what to run, and
 * says `taken`. When the line breaks before that, it ends by itself: no warm JVM outlives the service.
 *
 * Other processes of its user can get at it (ptrace(2)): so it is heard only when something is awaited, and it cannot make
 * us keep what it says.
 */
export class WarmJvm {
  readonly child: ChildProcess
  /** Of what Flink it was started (birthOf). */
  readonly birth: string
  /** Comes true when it is warm, with the milliseconds that took. Rejects when it ends before, or hangs. */
  readonly ready: Promise<number>
  readonly #line: Socket
  readonly #ended: Promise<'died'>
  #heard = (_line: string): void => undefined
  #unfinished = ''

  constructor(child: ChildProcess, birth: string) {
    const line = child.stdio[LEASE_DESCRIPTOR] as Socket | null | undefined
    assert(line, 'a warm JVM is started with a line')
    this.child = child
    this.birth = birth
    this.#line = line
    this.#ended = ended(child)
    this.ready = this.#becomesReady()
    this.ready.catch(() => undefined)
    line.unref()
    // A broken line is told by the end of the process.
    line.on('error', () => undefined)
    line.setEncoding('utf8').on('data', (chunk) => this.#read(String(chunk)))
    void this.#ended.then(() => line.destroy())
  }

  /** Tells it what to run. `died` and `hung`: whoever asks has to make sure that it is gone. */
  async lease(program: JavaProgram): Promise<'taken' | 'died' | 'hung'> {
    const answer = this.#hears((line) => (line === 'taken' ? line : null), ANSWER_MS)
    this.#line.write(encodeLease(program))
    try {
      return await answer
    } finally {
      this.#line.destroy()
    }
  }

  async #becomesReady(): Promise<number> {
    const line = await this.#hears((said) => (/^(ready|failed) /u.test(said) ? said : null), WARM_UP_MS)
    const milliseconds = /^ready (\d+)$/u.exec(line)?.[1]
    if (milliseconds === undefined) throw new Error(`A JVM did not warm up: ${line}`)
    return Number(milliseconds)
  }

  #read(chunk: string): void {
    const lines = `${this.#unfinished}${chunk}`.split('\n')
    this.#unfinished = lines.pop()?.slice(0, LINE_MAX) ?? ''
    for (const line of lines) this.#heard(line)
  }

  /** The first line that is awaited, or why none came. */
  async #hears<T extends string>(awaited: (line: string) => T | null, limitMs: number): Promise<T | 'died' | 'hung'> {
    const said = Promise.withResolvers<T>()
    this.#heard = (line) => {
      const words = awaited(line)
      if (words !== null) said.resolve(words)
    }
    const late = Promise.withResolvers<'hung'>()
    // What came while we were busy ourselves is read before it is called late.
    const timer = setTimeout(() => setImmediate(() => late.resolve('hung')), limitMs).unref()
    this.#line.resume()
    try {
      return await Promise.race([said.promise, this.#ended, late.promise])
    } finally {
      clearTimeout(timer)
      this.#line.pause()
    }
  }
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function ended(child: ChildProcess): Promise<'died'> {
  if (hasEnded(child)) return Promise.resolve('died')
  return new Promise((resolve) => child.once('exit', () => resolve('died')))
}
