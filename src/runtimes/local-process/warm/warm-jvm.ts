import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { assert } from '../../../lib/errors.ts'
import type { JavaProgram } from '../command-line.ts'
import { encodeLease, LEASE_DESCRIPTOR } from './message.ts'

/** A healthy one answers within a few milliseconds; a start must not wait longer for one that is not. */
const ANSWER_MS = 1_000

/**
 * One warm JVM (java/launcher) at the other end of a line: it says `ready` when it is warm, is told once what to run, and
 * says `taken`. When the line breaks before that, it ends by itself: no warm JVM outlives the service.
 */
export class WarmJvm {
  readonly child: ChildProcess
  /** Comes true when it is warm, with the milliseconds that took. Rejects when it ends before. */
  readonly ready: Promise<number>
  readonly #line: Socket
  readonly #ended: Promise<'died'>
  #heard = (_line: string): void => undefined

  constructor(child: ChildProcess) {
    const line = child.stdio[LEASE_DESCRIPTOR] as Socket | null | undefined
    assert(line, 'a warm JVM is started with a line')
    this.child = child
    this.#line = line
    this.#ended = ended(child)
    this.ready = this.#becomesReady()
    this.ready.catch(() => undefined)
    line.unref()
    // A broken line is told by the end of the process.
    line.on('error', () => undefined)
    const lines = createInterface({ input: line })
    lines.on('error', () => undefined)
    lines.on('line', (text) => this.#heard(text))
  }

  /** Tells it what to run. `died` and `hung`: whoever asks has to make sure that it is gone. */
  async lease(program: JavaProgram): Promise<'taken' | 'died' | 'hung'> {
    const taken = this.#hears((line) => line === 'taken').then(() => 'taken' as const)
    this.#line.write(encodeLease(program))
    const late = Promise.withResolvers<'hung'>()
    const timer = setTimeout(() => late.resolve('hung'), ANSWER_MS)
    try {
      return await Promise.race([taken, this.#ended, late.promise])
    } finally {
      clearTimeout(timer)
      this.#line.destroy()
    }
  }

  async #becomesReady(): Promise<number> {
    const said = this.#hears((line) => /^(ready|failed) /u.test(line))
    const line = await Promise.race([said, this.#ended])
    const milliseconds = /^ready (\d+)$/u.exec(line)?.[1]
    if (milliseconds === undefined) throw new Error(`A JVM did not warm up: ${line}`)
    return Number(milliseconds)
  }

  #hears(awaited: (line: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = (line) => {
        if (awaited(line)) resolve(line)
      }
    })
  }
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function ended(child: ChildProcess): Promise<'died'> {
  if (hasEnded(child)) return Promise.resolve('died')
  return new Promise((resolve) => child.once('exit', () => resolve('died')))
}
