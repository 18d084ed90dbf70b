import { randomBytes, randomUUID } from 'node:crypto'

/** Makes identifiers; tests replace it to get stories that repeat. */
export interface Ids {
  /** 32 lower-case hex digits: projects, users, Flink job ids, attempts. */
  hex32(): string
  uuid(): string
  /** A random secret of the given number of bytes, base64url. */
  secret(bytes: number): string
}

export const randomIds: Ids = {
  hex32: () => randomBytes(16).toString('hex'),
  uuid: () => randomUUID(),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
}
