import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pollMs } from './polling.ts'

/** Until the compilers have seen the program. */
const SETTLE_MS = 10_000
const MEASURED_MS = 15_000

/** Thousands of records a second that a job counts which tells its count in a file (test/jobs, Count.java). */
export async function recordRate(file: string): Promise<number> {
  await pollMs(performance.now(), async () => (await countIn(file)) !== null)
  await sleep(SETTLE_MS)
  const before = await countIn(file)
  await sleep(MEASURED_MS)
  const after = await countIn(file)
  if (before === null || after === null) throw new Error(`The job does not tell its count in ${file}`)
  return (after.count - before.count) / (after.atMs - before.atMs)
}

/** The file is replaced as a whole, so its time is that of the count. */
async function countIn(path: string): Promise<{ count: number; atMs: number } | null> {
  const file = await open(path).catch(() => null)
  if (file === null) return null
  try {
    const [first] = (await file.readFile('utf8')).split('\n')
    return { count: Number(first), atMs: (await file.stat()).mtimeMs }
  } finally {
    await file.close()
  }
}
