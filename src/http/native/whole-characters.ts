/**
 * The bytes without a UTF-8 character that is cut off at the end. Bytes that are no UTF-8 stay, and so does a lone
 * beginning: a reader must get on.
 */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    return lengthOf(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/** Bytes of the character that starts with the byte; 1 for what starts none. */
function lengthOf(byte: number): number {
  if ((byte & 0xe0) === 0xc0) return 2
  if ((byte & 0xf0) === 0xe0) return 3
  return (byte & 0xf8) === 0xf0 ? 4 : 1
}
