import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { assert } from './errors.ts'

export type ZipEntry = Readonly<{ name: string; content: Buffer }>

/** An archive without Zip64 counts its entries in 16 bits and its bytes in 32 (APPNOTE.TXT 4.4). */
const ENTRIES_MAX = 0xffff
const BYTES_MAX = 0xffffffff
const UTF8_NAMES = 0x0800
const DEFLATE = 8
/** The first day that the format knows: archives of the same entries are the same bytes. */
const DATE_1980 = 0x0021

const packed: (content: Buffer) => Promise<Buffer> = promisify(deflateRaw)

/**
 * The bytes of a zip archive, made while its entries come: one entry is in memory at a time, and some fifty bytes of each
 * for the table of contents at the end.
 */
export async function* zip(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const contents: Buffer[] = []
  let offset = 0
  for await (const { name, content } of entries) {
    const header = headerOf(content, await packed(content), Buffer.from(name))
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), header.common, header.name, header.body])
    contents.push(centralEntry(header, offset))
    offset += local.length
    assert(contents.length <= ENTRIES_MAX && offset <= BYTES_MAX, 'A zip archive without Zip64 has become too large.')
    yield local
  }
  const central = Buffer.concat(contents)
  yield central
  yield endOf(contents.length, central.length, offset)
}

type Header = Readonly<{ common: Buffer; name: Buffer; body: Buffer }>

/** The part that an entry and its line in the table of contents share. */
function headerOf(content: Buffer, body: Buffer, name: Buffer): Header {
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0) // version needed: deflate
  common.writeUInt16LE(UTF8_NAMES, 2)
  common.writeUInt16LE(DEFLATE, 4)
  common.writeUInt16LE(DATE_1980, 8)
  common.writeUInt32LE(crc32(content), 10)
  common.writeUInt32LE(body.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(name.length, 22)
  return { common, name, body }
}

function centralEntry({ common, name }: Header, offset: number): Buffer {
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(offset, 10)
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, name])
}

function endOf(count: number, centralBytes: number, centralOffset: number): Buffer {
  const end = Buffer.alloc(18)
  end.writeUInt16LE(count, 4)
  end.writeUInt16LE(count, 6)
  end.writeUInt32LE(centralBytes, 8)
  end.writeUInt32LE(centralOffset, 12)
  return Buffer.concat([Buffer.from('PK\x05\x06'), end])
}
