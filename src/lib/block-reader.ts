import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'

/**
 * Lets yauzl walk the table of contents of a large jar by blocks: it asks for some fifty bytes at a time, twice for
 * every entry, and a read of the disk for each would take a second for twenty thousand entries. Blocks are small
 * enough that the entries of one are gone through in a few milliseconds. The file belongs to the caller.
 */
const BLOCK_BYTES = 64 * 1024

export class BlockReader extends RandomAccessReader {
  readonly #file: FileHandle
  #block = Buffer.alloc(0)
  #blockStart = 0

  constructor(file: FileHandle) {
    super()
    this.#file = file
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#fill(position, length).then(
      () => {
        const start = position - this.#blockStart
        const copied = this.#block.copy(buffer, offset, start, start + length)
        callback(copied === length ? null : new Error('unexpected end of file'))
      },
      (error: Error) => callback(error),
    )
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false })
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null)
  }

  /** Not a stream of the handle's own: it counts those, and closes itself when it has miscounted. */
  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const piece = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - at))
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, at)
      if (bytesRead === 0) throw new Error('unexpected end of file')
      yield piece.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  async #fill(position: number, length: number): Promise<void> {
    const isThere = position >= this.#blockStart && position + length <= this.#blockStart + this.#block.length
    if (isThere) return
    const block = Buffer.allocUnsafe(Math.max(BLOCK_BYTES, length))
    const { bytesRead } = await this.#file.read(block, 0, block.length, position)
    this.#block = block.subarray(0, bytesRead)
    this.#blockStart = position
  }
}
