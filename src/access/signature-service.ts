import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { readRole } from '../projects/index.ts'
import { ACCESS_ERRORS } from './access-errors.ts'
import { readUsableKey } from './access-store.ts'
import type { Caller } from './caller.ts'
import type { Lockout } from './lockout.ts'
import { parseAuthorization, verifySignature } from './sdk-signature.ts'
import { unseal } from './sealing.ts'
import type { SignedRequest } from './signed-request.ts'
import { toCaller } from './token-service.ts'

export type SignatureParts = Readonly<{ database: Database; clock: Clock; lockout: Lockout; sealingKey: Buffer }>

/** The owner of the key that signed the request, inside the project of the path when he is its member. */
export async function authenticateSignature(
  { database, clock, lockout, sealingKey }: SignatureParts,
  request: SignedRequest & { pathProjectId: string | null },
): Promise<Caller> {
  const { authorization: header } = request.headers
  const authorization = typeof header === 'string' ? parseAuthorization(header) : null
  if (!authorization) throw ACCESS_ERRORS.signatureUnreadable()
  const key = await readUsableKey(database.db, authorization.accessKey)
  if (!key) throw ACCESS_ERRORS.keyUnknown()
  if (lockout.lockedForMs(key.ak) > 0) throw ACCESS_ERRORS.keyLocked()
  const secretKey = unseal(sealingKey, key.ak, key.secretSealed)
  const verdict = verifySignature(request, authorization, secretKey, clock.now())
  if (verdict === 'wrong') lockout.noteWrong(key.ak)
  if (verdict !== 'valid') throw ACCESS_ERRORS.signatureRefused(verdict)
  lockout.noteRight(key.ak)
  const { pathProjectId: id } = request
  const role = id === null ? null : await readRole(database.db, key.user.id, id)
  return toCaller(key.user, id !== null && role ? { projectId: id, role } : null)
}
