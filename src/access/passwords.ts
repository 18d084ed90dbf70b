import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import PQueue from 'p-queue'

/**
 * Passwords as argon2id in the usual text form, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. The parameters are
 * read from the text, so old passwords keep working when the defaults rise. One computation takes 19 MiB and about
 * a tenth of a second of a pool thread, so only two run at once: a flood of logins waits for itself and nobody else.
 */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
const AT_ONCE = 2

type Parameters = Readonly<{ memoryKib: number; passes: number; lanes: number; salt: Buffer; hash: Buffer }>

export interface Passwords {
  hash(password: string): Promise<string>
  /** Without a stored text it takes the same time and says no, so that nobody learns which users exist. */
  matches(password: string, stored: string | null): Promise<boolean>
}

export function createPasswords(): Passwords {
  const queue = new PQueue({ concurrency: AT_ONCE })
  return {
    hash: async (password) => {
      const fresh = { ...DEFAULTS, salt: randomBytes(SALT_BYTES) }
      return toText({ ...fresh, hash: await queue.add(() => derive(password, fresh)) })
    },
    matches: async (password, stored) => {
      const parameters = stored === null ? NOBODY : fromText(stored)
      const hash = await queue.add(() => derive(password, parameters))
      return timingSafeEqual(hash, parameters.hash) && stored !== null
    },
  }
}

const DEFAULTS = { memoryKib: MEMORY_KIB, passes: PASSES, lanes: LANES, hash: Buffer.alloc(HASH_BYTES) }
const NOBODY: Parameters = { ...DEFAULTS, salt: Buffer.alloc(SALT_BYTES) }

const argon2Async = promisify(argon2)

function derive(password: string, parameters: Parameters): Promise<Buffer> {
  return argon2Async('argon2id', {
    message: Buffer.from(password.normalize('NFC'), 'utf8'),
    nonce: parameters.salt,
    parallelism: parameters.lanes,
    tagLength: parameters.hash.length,
    memory: parameters.memoryKib,
    passes: parameters.passes,
  })
}

const plainBase64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')

function toText(p: Parameters): string {
  const costs = `m=${p.memoryKib},t=${p.passes},p=${p.lanes}`
  return `$argon2id$v=19$${costs}$${plainBase64(p.salt)}$${plainBase64(p.hash)}`
}

function fromText(text: string): Parameters {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text)
  if (!parts) throw new Error('A stored password has an unknown form.')
  const [, memoryKib, passes, lanes, salt = '', hash = ''] = parts
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}
