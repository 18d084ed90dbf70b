import { Readable } from 'node:stream'
import type { LogFile, Runtime } from '../runtimes/runtime.ts'

const PAGE_BYTES = 256 * 1024

/** A log of an attempt from its begin to what was its end when it was listed, as a stream. */
export function logReader(runtime: Pick<Runtime, 'readLog'>, attemptId: string, log: LogFile): Readable {
  return Readable.from(pages(runtime, attemptId, log))
}

async function* pages(
  runtime: Pick<Runtime, 'readLog'>,
  attemptId: string,
  { name, sizeBytes }: LogFile,
): AsyncGenerator<Uint8Array> {
  let offsetBytes = 0
  while (offsetBytes < sizeBytes) {
    const page = await runtime.readLog(attemptId, name, offsetBytes, Math.min(PAGE_BYTES, sizeBytes - offsetBytes))
    if (page.bytes.length === 0) return
    yield page.bytes
    offsetBytes = page.nextOffsetBytes
  }
}
