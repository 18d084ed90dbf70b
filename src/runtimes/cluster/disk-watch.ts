import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Logger } from '../../lib/logger.ts'
import type { Failure } from '../runtime.ts'

/**
 * Looks now and then at how much disk space the runs take that are alive: all of them by one `du`, which follows no links.
 * More often while there is less space left than one run may take.
 */
export type DiskLimits = Readonly<{ runDiskBytes: number; diskEveryMs: number; diskShortMs: number }>

export type DiskWatchOptions = Readonly<{
  limits: DiskLimits
  runsFolder: string
  logger: Logger
  onTooLarge: (attemptId: string, usedBytes: number) => void
}>

export class DiskWatch {
  readonly #options: DiskWatchOptions
  /** Attempt ids by run folder. */
  readonly #folders = new Map<string, string>()
  #timer: NodeJS.Timeout | null = null
  #measuredAtMs = 0

  constructor(options: DiskWatchOptions) {
    this.#options = options
  }

  add(attemptId: string, folder: string): void {
    this.#folders.set(folder, attemptId)
    this.#timer ??= this.#lookLater()
  }

  remove(folder: string): void {
    this.#folders.delete(folder)
  }

  close(): void {
    this.#folders.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #lookLater(): NodeJS.Timeout {
    return setTimeout(() => void this.#look(), this.#options.limits.diskShortMs).unref()
  }

  async #look(): Promise<void> {
    try {
      if (await this.#isDue()) await this.#measure()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the disk space of the runs could not be measured')
    }
    this.#timer = this.#folders.size > 0 ? this.#lookLater() : null
  }

  async #isDue(): Promise<boolean> {
    const { limits, runsFolder } = this.#options
    if (performance.now() - this.#measuredAtMs >= limits.diskEveryMs) return true
    const { bavail, bsize } = await statfs(runsFolder)
    return bavail * bsize < limits.runDiskBytes
  }

  async #measure(): Promise<void> {
    this.#measuredAtMs = performance.now()
    for (const { path, usedBytes } of await diskUsage([...this.#folders.keys()])) {
      const attemptId = this.#folders.get(path)
      if (attemptId === undefined || usedBytes <= this.#options.limits.runDiskBytes) continue
      this.#options.onTooLarge(attemptId, usedBytes)
    }
  }
}

const run = promisify(execFile)
const DU_MS = 60_000

/** Blocks that are really taken, also of sparse files. What vanishes meanwhile makes `du` complain, and is nothing to us. */
async function diskUsage(folders: readonly string[]): Promise<{ path: string; usedBytes: number }[]> {
  const args = ['--summarize', '--one-file-system', '--block-size=1', '--', ...folders]
  const stdout = await run('du', args, { timeout: DU_MS, maxBuffer: 16 * 1024 ** 2 }).then(
    (done) => done.stdout,
    outputOf,
  )
  return stdout.split('\n').flatMap((line) => {
    const [, bytes, path] = /^(\d+)\t(.*)$/s.exec(line) ?? []
    return path === undefined ? [] : [{ path, usedBytes: Number(bytes) }]
  })
}

function outputOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'stdout' in error && error.stdout !== '')
    return String(error.stdout)
  throw error
}

/** Another attempt would fill the disk again. */
export function tooLarge(usedBytes: number, limitBytes: number): Failure {
  const [used, limit] = [usedBytes, limitBytes].map((bytes) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`)
  return {
    cause: `The run took ${used} of disk space for its logs and temporary files; ${limit} are allowed.`,
    advice: {
      en: 'Write less to the disk, keep large data in objects (obs://), or let the service allow more (HEADGATE_RUN_DISK).',
      zh: '请减少写入磁盘的数据，将大数据保存在对象中（obs://），或调大服务的限制（HEADGATE_RUN_DISK）。',
    },
    detail: '',
    isFinal: true,
  }
}
