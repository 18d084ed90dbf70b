import { readMember } from '../access/index.ts'
import type { Database } from '../db/database.ts'
import { GRANT_ERRORS } from '../grants/index.ts'
import { PACKAGE_ERRORS } from './package-errors.ts'
import { updateOwner } from './package-store.ts'

/** Whose packages become whose: those of a group, one of a group, or one that has none. */
export type OwnerChange = Readonly<{ group: string | null; name: string | null; newOwner: string }>

/**
 * The new owner must be a member of the project; one that is the owner already is fine.
 * @throws Refusal `package.noneNamed`, `package.notFound`, `package.groupNotFound`, `grant.userMissing`
 */
export async function changeOwner(database: Database, projectId: string, change: OwnerChange): Promise<void> {
  const { group, name, newOwner } = change
  if (group === null && name === null) throw PACKAGE_ERRORS.noneNamed()
  await database.transact(async (tx) => {
    const owner = await readMember(tx.db, projectId, newOwner)
    if (!owner) throw GRANT_ERRORS.userMissing(newOwner)
    if ((await updateOwner(tx, projectId, change, owner.id)) > 0) return
    throw name === null ? PACKAGE_ERRORS.groupNotFound(group ?? '') : PACKAGE_ERRORS.notFound(name, group)
  })
}
