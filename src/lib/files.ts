import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A temporary name beside `path`, so that the final rename stays on one file system. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`)
}

/** Makes the names in a folder durable (after a rename or an unlink). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Writes a file so that readers and crashes see the old content or the new, never a part:
 * temporary name, fsync, rename, fsync of the folder. The temporary file is removed when `write` fails.
 */
export async function writeDurably(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  mode = 0o600,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = temporaryBeside(path)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** `writeDurably` for a text. */
export async function writeTextDurably(path: string, text: string, mode = 0o600): Promise<void> {
  await writeDurably(path, async (file) => void (await file.writeFile(text)), mode)
}
