import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { assert, failed } from '../lib/errors.ts'

/**
 * Secrets that must be known in clear (the SK of a signature) are kept sealed by AES-256-GCM; the key lies outside
 * the database. The text is `v1.<nonce>.<tag>.<ciphertext>`, each part base64url. The owner's id is bound in, so a
 * sealed secret copied to another row does not open.
 */
const ALGORITHM = 'aes-256-gcm'
const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function assertSealingKey(key: Buffer): void {
  assert(key.length === 32, 'The sealing key must have 32 bytes.')
}

export function seal(key: Buffer, ownerId: string, secret: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(ownerId))
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return [VERSION, ...[nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.')
}

/** @throws when the text was changed, belongs to another owner, or was sealed with another key. */
export function unseal(key: Buffer, ownerId: string, sealed: string): string {
  const [version, ...parts] = sealed.split('.')
  const [nonce, tag, ciphertext] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (version !== VERSION || !nonce || !tag || !ciphertext) throw new Error('The sealed secret has an unknown form.')
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(boundTo(ownerId)).setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
  } catch (error) {
    throw failed(`Opening the sealed secret of ${ownerId} (is this the key file it was sealed with?)`, error)
  }
}

/** Whether the key opens it: it was sealed with this one, for this owner. */
export function canUnseal(key: Buffer, ownerId: string, sealed: string): boolean {
  try {
    unseal(key, ownerId, sealed)
    return true
  } catch {
    return false
  }
}

const boundTo = (ownerId: string): Buffer => Buffer.from(`${VERSION}:${ownerId}`, 'utf8')
