import { crc32, deflateRawSync } from 'node:zlib'

/** A small zip file for tests, with the entries in order. */
export function zipOf(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(entries)) {
    const local = localEntry(Buffer.from(name), Buffer.from(content))
    locals.push(local.bytes)
    centrals.push(centralEntry(Buffer.from(name), local, offset))
    offset += local.bytes.length
  }
  const central = Buffer.concat(centrals)
  return Buffer.concat([...locals, central, endOf(centrals.length, central.length, offset)])
}

type Local = { bytes: Buffer; common: Buffer }

function localEntry(name: Buffer, content: Buffer): Local {
  const packed = deflateRawSync(content)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0) // version needed
  common.writeUInt16LE(0x0800, 2) // names are UTF-8
  common.writeUInt16LE(8, 4) // deflate
  common.writeUInt32LE(crc32(content), 10)
  common.writeUInt32LE(packed.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(name.length, 22)
  return { bytes: Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]), common }
}

function centralEntry(name: Buffer, { common }: Local, offset: number): Buffer {
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
