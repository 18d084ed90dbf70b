import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../../lib/errors.ts'
import { readJsonOrNull } from './disk.ts'
import { archivedAnswer, type JobLine, jobLine, newestException } from './flink-answers.ts'

/**
 * The answers that a JobManager writes down when a job ends (`jobmanager.archive.fs.dir`): one file named after the Flink
 * job id, directly in the folder up to 2.2, some folders deeper from 2.3 on.
 */
export type Archive = Readonly<{ line: JobLine; trace: string | null }>

export async function readArchive(folder: string, flinkJobId: string): Promise<Archive | null> {
  const content = await readContent(folder, flinkJobId)
  const line = jobLine(archivedAnswer(content, '/jobs/overview'), flinkJobId)
  if (line === null) return null
  return { line, trace: newestException(archivedAnswer(content, `/jobs/${flinkJobId}/exceptions`)) }
}

/** `GET /jobs/<id>` as it was at the end of the job. */
export async function archivedExecutionGraph(folder: string, flinkJobId: string): Promise<unknown> {
  return archivedAnswer(await readContent(folder, flinkJobId), `/jobs/${flinkJobId}`)
}

async function readContent(folder: string, flinkJobId: string): Promise<unknown> {
  const names = await namesBelow(folder)
  const name = names.find((each) => each === flinkJobId || each.endsWith(`/${flinkJobId}`))
  return name === undefined ? null : readJsonOrNull<unknown>(join(folder, name))
}

async function namesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}
