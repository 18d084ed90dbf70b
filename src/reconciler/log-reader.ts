import { Readable } from 'node:stream'
import type { Runtime } from '../runtimes/runtime.ts'

const PAGE_BYTES = 256 * 1024

/** A log of an attempt from its begin to what is its end now, as a stream. */
export function logReader(runtime: Pick<Runtime, 'readLog'>, attemptId: string, name: string): Readable {
  return Readable.from(pages(runtime, attemptId, name))
}

async function* pages(runtime: Pick<Runtime, 'readLog'>, attemptId: string, name: string): AsyncGenerator<Uint8Array> {
  let offsetBytes = 0
  while (true) {
    const page = await runtime.readLog(attemptId, name, offsetBytes, PAGE_BYTES)
    if (page.bytes.length > 0) yield page.bytes
    if (page.endOfFile || page.bytes.length === 0) return
    offsetBytes = page.nextOffsetBytes
  }
}
