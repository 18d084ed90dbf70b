import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from './open-folder.ts'

const OLD_MS = 30 * 24 * 3_600_000

/** Removes what nobody has changed for a month, of the names that are meant. It can be made again; what cannot be removed stays. */
export async function removeOld(folder: string, isMeant: (name: string) => boolean): Promise<void> {
  const paths = (await readdir(folder)).filter(isMeant).map((name) => join(folder, name))
  await Promise.allSettled(paths.map(removeIfOld))
}

async function removeIfOld(path: string): Promise<void> {
  const { mtimeMs } = await lstat(path)
  if (Date.now() - mtimeMs > OLD_MS) await removeTree(path)
}
