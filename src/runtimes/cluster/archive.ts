import { opendir } from 'node:fs/promises'
import { notSeen, type OpenFolder, openChild, openFile, openTop } from '../../lib/open-folder.ts'
import { archivedAnswer, type JobLine, jobLine, newestException } from './flink-answers.ts'

/**
 * The answers that a JobManager writes down when a job ends (`jobmanager.archive.fs.dir`): one file named after the Flink
 * job id, directly in the folder up to 2.2, some folders deeper from 2.3 on. The job's own program can write there too, so
 * nothing is followed, and what is too deep, too large or closed to us is not looked at.
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

const DEPTH_MAX = 6
const ENTRIES_MAX = 1000
const LARGEST_ARCHIVE = 32 * 1024 * 1024

async function readContent(folder: string, flinkJobId: string): Promise<unknown> {
  const top = await openTop(folder).catch(notSeen)
  if (top === null) return null
  try {
    const text = await findText(top, flinkJobId, { depth: DEPTH_MAX, entries: ENTRIES_MAX })
    return text === null ? null : JSON.parse(text)
  } catch (error) {
    return error instanceof SyntaxError ? null : notSeen(error)
  } finally {
    await top.file.close()
  }
}

/** The file of that name, in the folder itself or anywhere below. */
async function findText(
  folder: OpenFolder,
  name: string,
  left: { depth: number; entries: number },
): Promise<string | null> {
  const found = await readText(folder, name)
  if (found !== null || left.depth === 0) return found
  for await (const entry of await opendir(folder.at('.'))) {
    if (left.entries-- === 0) return null
    const text = entry.isDirectory() ? await findBelow(folder, entry.name, name, left) : null
    if (text !== null) return text
  }
  return null
}

async function findBelow(
  parent: OpenFolder,
  child: string,
  name: string,
  left: { depth: number; entries: number },
): Promise<string | null> {
  const folder = await openChild(parent, child).catch(notSeen)
  if (folder === null) return null
  left.depth--
  try {
    return await findText(folder, name, left).catch(notSeen)
  } finally {
    left.depth++
    await folder.file.close()
  }
}

async function readText(folder: OpenFolder, name: string): Promise<string | null> {
  const opened = await openFile(folder, name)
  if (opened === null) return null
  try {
    return opened.stats.size > LARGEST_ARCHIVE ? null : await opened.file.readFile('utf8')
  } finally {
    await opened.file.close()
  }
}
