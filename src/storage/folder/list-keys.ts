import { opendir } from 'node:fs/promises'
import { isSystemError } from '../../lib/errors.ts'
import { look, notSeen, type OpenFolder, openChild } from '../../lib/open-folder.ts'
import { isKeySegment } from '../object-names.ts'
import type { ObjectStat } from '../object-store.ts'

/**
 * Objects in key order out of a tree of folders, without holding more than a batch of names of each folder on the way.
 * Keys are ordered by their UTF-8 bytes, so a folder stands among its neighbours as its name with a "/" behind:
 * `a-b` comes before everything in `a/`, and `a/` before `a0`. A folder is read again for every batch of its names;
 * folders that lie wholly before `after` are not entered. Folders below that are closed to us are left out.
 */
const BATCH = 1000

export type KeyQuery = Readonly<{ prefix: string; after: string }>

type Entry = Readonly<{ name: string; key: string; order: Buffer; isFolder: boolean }>

/** `base` is the key of the open folder: "" or ending in a slash. */
export async function* listKeys(folder: OpenFolder, base: string, query: KeyQuery): AsyncGenerator<ObjectStat> {
  let last: Buffer | null = null
  for (;;) {
    const entries: Entry[] = await nextEntries(folder, base, query, last)
    for (const entry of entries) yield* entry.isFolder ? listFolder(folder, entry, query) : listFile(folder, entry)
    if (entries.length < BATCH) return
    last = entries.at(-1)?.order ?? null
  }
}

async function* listFile(folder: OpenFolder, { name, key }: Entry): AsyncGenerator<ObjectStat> {
  const stats = await look(folder, name)
  if (stats?.isFile()) yield { key, sizeBytes: stats.size, modifiedAt: stats.mtime }
}

async function* listFolder(parent: OpenFolder, { name, key }: Entry, query: KeyQuery): AsyncGenerator<ObjectStat> {
  // It was a folder a moment ago, or it is closed to us.
  const folder = await openChild(parent, name).catch(notSeen)
  if (!folder) return
  try {
    yield* listKeys(folder, key, query)
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error
  } finally {
    await folder.file.close()
  }
}

/** The first entries in order behind `last`. */
async function nextEntries(folder: OpenFolder, base: string, query: KeyQuery, last: Buffer | null): Promise<Entry[]> {
  const after = Buffer.from(query.after)
  let entries: Entry[] = []
  for await (const item of await opendir(folder.at('.'), { bufferSize: 512 })) {
    const isFolder = item.isDirectory()
    if (!(isFolder || item.isFile()) || !isKeySegment(item.name)) continue
    const key = isFolder ? `${base}${item.name}/` : base + item.name
    const entry = { name: item.name, key, order: Buffer.from(key), isFolder }
    const isBehind = last ? isAfter(entry.order, last) : mayHoldAfter(entry, query.after, after)
    if (!isBehind || !key.startsWith(query.prefix)) continue
    entries.push(entry)
    if (entries.length >= 2 * BATCH) entries = firstOf(entries)
  }
  return firstOf(entries)
}

const mayHoldAfter = (entry: Entry, after: string, afterBytes: Buffer): boolean =>
  isAfter(entry.order, afterBytes) || (entry.isFolder && after.startsWith(entry.key))

const isAfter = (a: Buffer, b: Buffer): boolean => Buffer.compare(a, b) > 0

const firstOf = (entries: Entry[]): Entry[] => entries.sort((a, b) => Buffer.compare(a.order, b.order)).slice(0, BATCH)
