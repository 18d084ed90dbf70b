import { Agent, request } from 'node:http'
import { failed } from '../../lib/errors.ts'

/**
 * The few calls of Flink's REST API that the driver needs (Flink docs, "REST API"). Answers are JSON of a foreign
 * program: they stay `unknown` here and are read by flink-answers.ts.
 */
type Method = 'GET' | 'POST' | 'PATCH'

export type Answer = Readonly<{ status: number; body: unknown }>

/** Nobody answered, or not in time: an observation, not a failure of ours. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

const LARGEST_ANSWER = 32 * 1024 * 1024

export class FlinkRest {
  readonly #timeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1, timeout: 30_000 })

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Body of a 200; null when Flink answers but cannot tell (404; 500 and 503 while a job or a leader begins). */
  async read(port: number, path: string): Promise<unknown> {
    const { status, body } = await this.call(port, 'GET', path)
    return status === 200 ? body : null
  }

  /** The same before it is parsed, for answers that are mostly compared. @throws Unreachable */
  async readText(port: number, path: string): Promise<string | null> {
    const { status, text } = await this.#exchange(port, 'GET', path)
    return status === 200 ? text : null
  }

  /** @throws Unreachable */
  async call(port: number, method: Method, path: string, json?: unknown): Promise<Answer> {
    const { status, text } = await this.#exchange(port, method, path, json)
    return { status, body: parseAnswer(text) }
  }

  #exchange(port: number, method: Method, path: string, json?: unknown): Promise<{ status: number; text: string }> {
    const text = json === undefined ? null : JSON.stringify(json)
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown) => reject(new Unreachable(`Flink does not answer ${path}`, { cause: error }))
      const outgoing = request(
        {
          ...{ host: '127.0.0.1', port, method, path, agent: this.#agent },
          headers:
            text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (incoming) => {
          const chunks: Buffer[] = []
          let size = 0
          incoming.on('data', (chunk: Buffer) => {
            chunks.push(chunk)
            size += chunk.length
            if (size > LARGEST_ANSWER) outgoing.destroy(new Error('the answer is too large'))
          })
          incoming.on('error', refuse)
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          )
        },
      )
      // No AbortSignal.timeout: at a thousand requests a second its events and errors are a tenth of the work.
      const late = setTimeout(() => outgoing.destroy(new Error(`no answer in ${this.#timeoutMs} ms`)), this.#timeoutMs)
      outgoing.on('close', () => clearTimeout(late))
      outgoing.on('error', refuse)
      outgoing.end(text ?? undefined)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** What is no JSON stays the text that it is. */
export function parseAnswer(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}

/** An answer that Flink gives for an error: `{"errors": ["..."]}`. */
export function unexpected(method: string, path: string, { status, body }: Answer): Error {
  return failed(`Flink answered ${status} to ${method} ${path}`, errorText(body))
}

export function errorText(body: unknown): string {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : body
  return Array.isArray(errors) ? errors.join('\n') : typeof errors === 'string' ? errors : JSON.stringify(errors)
}
