import { statfs } from 'node:fs/promises'

/** With less free space nothing can be recorded any more. */
export const DISK_BYTES_MIN = 64 * 1024 ** 2

/** What an ordinary user may still write on the file system of a folder. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
