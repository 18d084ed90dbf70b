import type { Tx } from '../db/database.ts'
import { TAGS_MAX, type Tag, type TaggedThing } from './tag.ts'
import { TAG_ERRORS } from './tag-errors.ts'
import { deleteTags, readTags, upsertTags } from './tag-store.ts'

/** Gives the thing exactly these (checked) tags. */
export async function replaceTags(tx: Tx, thing: TaggedThing, tags: readonly Tag[]): Promise<void> {
  await deleteTags(tx, thing)
  await upsertTags(tx, thing, tags)
}

/** Adds (checked) tags; adding an equal one again changes nothing. @throws Refusal `tag.tooMany` */
export async function addTags(tx: Tx, thing: TaggedThing, tags: readonly Tag[]): Promise<void> {
  const keys = new Set([...(await readTags(tx.db, thing)), ...tags].map(({ key }) => key))
  if (keys.size > TAGS_MAX) throw TAG_ERRORS.tooMany(keys.size)
  await upsertTags(tx, thing, tags)
}
