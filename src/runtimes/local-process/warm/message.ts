import type { JavaProgram } from '../command-line.ts'

/**
 * What the service tells a warm JVM (java/launcher, Lease.java): what to run. A 4-byte length of all that follows, then the
 * main class and each argument as a 4-byte length and its UTF-8 bytes; numbers are big-endian. The length comes first so
 * that a message which breaks off is never taken for a shorter one.
 */
export function encodeLease({ mainClass, args }: JavaProgram): Buffer {
  return withLength(Buffer.concat([mainClass, ...args].map((text) => withLength(Buffer.from(text, 'utf8')))))
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** File descriptor of a warm JVM that leads to the service: the standard ones are as in every other JVM. */
export const LEASE_DESCRIPTOR = 3

/** Exit code of a warm JVM that was never told what to run, because the service ended or the warm-up failed. */
export const NEVER_LEASED = 86
