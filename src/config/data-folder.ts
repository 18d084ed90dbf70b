import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'

/**
 * Lets the users of jobs pass through the data folder to their own runs and objects, and shuts what is Headgate's: the
 * database, the keys, the stored packages. Repeated at every start, as files of an earlier version or a copied-back
 * backup may be open to all.
 */
export async function openToJobs({
  data,
  runs,
  objects,
  artifacts,
  flink,
  archives,
}: Config['folders']): Promise<void> {
  await mkdir(artifacts, { recursive: true })
  await chmod(artifacts, 0o700)
  for (const entry of await readdir(data, { withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(data, entry.name), 0o600)
  }
  for (const folder of [runs, objects]) await mkdir(folder, { recursive: true })
  for (const folder of [data, runs, objects]) await chmod(folder, 0o711)
  for (const folder of [flink, archives]) {
    await mkdir(folder, { recursive: true })
    await chmod(folder, 0o755)
  }
}
