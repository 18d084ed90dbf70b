import { chmod, chown, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LaunchSpec } from '../runtime.ts'
import type { RunFolder } from './run-folder.ts'

/**
 * Whose the folders of a run are. The run folder is ours: the user of the job passes through it, and can neither add, move
 * nor remove anything in it. So what the service relies on cannot be touched by the job, and each folder that the job may
 * write to stands where we made it. Without a user of its own the job can do what the service can.
 */
export type Owner = LaunchSpec['user']

export async function makeRunFolders(folder: RunFolder, user: Owner): Promise<void> {
  await mkdir(dirname(folder.path), { recursive: true })
  await makeFolder(folder.path, user, 'passes')
  for (const path of [folder.processes, folder.results, folder.starts]) await makeFolder(path, null, 'reads')
  await makeFolder(folder.conf, user, 'reads')
  for (const path of [folder.logs, folder.archive, folder.tmp, folder.work]) await makeFolder(path, user, 'writes')
}

const MODES = { passes: 0o710, reads: 0o750, writes: 0o700 }

/** A folder that the user only passes through, may read, or owns. */
export async function makeFolder(path: string, user: Owner, may: keyof typeof MODES): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if (user === null) return
  await chown(path, may === 'writes' ? user : ourselves(), user)
  await chmod(path, MODES[may])
}

/** Someone who can change nothing of ours. */
export function isAnotherUser(user: Owner): boolean {
  return user !== null && user !== ourselves()
}

/** Lets the user read a file of ours, in a folder that is ours too. */
export async function letRead(path: string, user: Owner): Promise<void> {
  if (user !== null) await chown(path, ourselves(), user)
  await chmod(path, user === null ? 0o600 : 0o640)
}

function ourselves(): number {
  return process.getuid?.() ?? 0
}
