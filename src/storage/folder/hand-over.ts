import { opendir, readdir } from 'node:fs/promises'
import { inFolder, NoFolder, notSeen, type OpenFolder, openChild, openFile } from '../../lib/open-folder.ts'

/**
 * The tree of a project's objects belongs to the user under which its jobs run. What was stored before the project had
 * one is handed over: children first and the project's folder last, so that its owner says whether all below is done,
 * also after a crash.
 *
 * While jobs run as the service does, files of the service come into a tree that was handed over; a mark on the folder
 * (the sticky bit, which means nothing else there) says so until it is handed over again.
 */
const MIXED = 0o1000

/** Cheap when it is done already. Links and other specials stay as they are, and files of more than one name too. */
export async function handOver(root: string, projectId: string, owner: number): Promise<void> {
  await inFolder(root, [projectId], async (top) => {
    const { uid, mode } = await top.file.stat()
    if (uid === owner && (mode & MIXED) === 0) return
    await giveEntries(top, owner)
    await top.file.chown(owner, owner)
    await top.file.chmod(0o700)
  })
}

/** To be called when the service stores as itself. */
export async function markMixed(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    await inFolder(root, [name], async ({ file }) => {
      if ((await file.stat()).uid !== process.getuid?.()) await file.chmod(0o700 | MIXED)
    }).catch(notSeen)
  }
}

async function giveEntries(folder: OpenFolder, owner: number): Promise<void> {
  for await (const { name } of await opendir(folder.at('.'))) {
    if (!(await giveFile(folder, name, owner))) await giveFolder(folder, name, owner)
  }
}

async function giveFile(folder: OpenFolder, name: string, owner: number): Promise<boolean> {
  const opened = await openFile(folder, name)
  if (opened === null) return false
  try {
    if (opened.stats.nlink === 1) await opened.file.chown(owner, owner)
    return true
  } finally {
    await opened.file.close()
  }
}

async function giveFolder(parent: OpenFolder, name: string, owner: number): Promise<void> {
  const folder = await openChild(parent, name).catch((error: unknown) => {
    if (error instanceof NoFolder) return null
    throw error
  })
  if (folder === null) return
  try {
    await giveEntries(folder, owner)
    await folder.file.chown(owner, owner)
  } finally {
    await folder.file.close()
  }
}
