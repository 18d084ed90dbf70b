import { messageOf, Refusal } from '../lib/errors.ts'
import { longestOf, maskBytes, maskText, maskValue } from './masking.ts'
import type { AttemptId, LogPage, Observation, Runtime, SavepointView } from './runtime.ts'

/**
 * A runtime that gives nothing away: whatever it tells of an attempt (failures, graphs, logs, refusals) has the attempt's
 * secrets hidden. It is the only door to the drivers, so what is stored, shown or logged behind it needs no care of its
 * own. `secretsOf` is asked once for each attempt that is looked at.
 */
export function maskingRuntime(runtime: Runtime, secretsOf: (attemptId: AttemptId) => Promise<string[]>): Runtime {
  const known = new Map<AttemptId, Promise<string[]>>()
  const secrets = (attemptId: AttemptId): Promise<string[]> => {
    const asked = known.get(attemptId) ?? secretsOf(attemptId)
    known.set(attemptId, asked)
    asked.catch(() => known.delete(attemptId))
    return asked
  }
  const masked = async <T>(attemptId: AttemptId, told: Promise<T>, mask: Mask<T>): Promise<T> => {
    const [value, hidden] = await Promise.all([told, secrets(attemptId)])
    return hidden.length === 0 ? value : mask(value, hidden)
  }
  const refused = (attemptId: AttemptId, done: Promise<void>): Promise<void> =>
    done.catch(async (error: unknown) => {
      throw maskedError(error, await secrets(attemptId))
    })
  return {
    kind: runtime.kind,
    reserve: (wish) => runtime.reserve(wish),
    release: (attemptId) => runtime.release(attemptId),
    launch: (spec, signal) => refused(spec.attemptId, runtime.launch(spec, signal)),
    find: () => runtime.find(),
    inspect: (attemptId) => masked(attemptId, runtime.inspect(attemptId), maskObservation),
    requestSavepoint: (attemptId, operation) => refused(attemptId, runtime.requestSavepoint(attemptId, operation)),
    savepointResult: (attemptId, operationId) =>
      masked(attemptId, runtime.savepointResult(attemptId, operationId), maskSavepoint),
    replaceTaskManagers: (attemptId) => refused(attemptId, runtime.replaceTaskManagers(attemptId)),
    cancel: (attemptId) => refused(attemptId, runtime.cancel(attemptId)),
    kill: (attemptId) => runtime.kill(attemptId),
    tidy: async (attemptId) => {
      known.delete(attemptId)
      await runtime.tidy(attemptId)
    },
    dispose: async (attemptId) => {
      known.delete(attemptId)
      await runtime.dispose(attemptId)
    },
    listLogs: (attemptId) => runtime.listLogs(attemptId),
    readLog: async (attemptId, name, offsetBytes, limitBytes) => {
      const hidden = await secrets(attemptId)
      const read = (offset: number, limit: number) => runtime.readLog(attemptId, name, offset, limit)
      return hidden.length === 0 ? read(offsetBytes, limitBytes) : maskedPage(read, offsetBytes, limitBytes, hidden)
    },
    executionGraph: (attemptId) => masked(attemptId, runtime.executionGraph(attemptId), maskValue),
    counters: (attemptId) => masked(attemptId, runtime.counters(attemptId), maskValue),
    findCheckpoints: (directoryUrl, flinkJobIds) => runtime.findCheckpoints(directoryUrl, flinkJobIds),
    holdsState: (url) => runtime.holdsState(url),
    onChange: (listener) => runtime.onChange(listener),
    flinkVersions: () => runtime.flinkVersions(),
    memoryBudgetBytes: () => runtime.memoryBudgetBytes(),
    close: () => runtime.close(),
  }
}

type Mask<T> = (value: T, secrets: readonly string[]) => T

/** Only what people read: a state or a URL is no text, even where a secret is spelled the same. */
function maskObservation(seen: Observation, secrets: readonly string[]): Observation {
  const { failure, flinkJob } = seen
  return {
    ...seen,
    failure: maskValue(failure, secrets),
    flinkJob: flinkJob && { ...flinkJob, lastFailure: maskValue(flinkJob.lastFailure, secrets) },
  }
}

function maskSavepoint(view: SavepointView, secrets: readonly string[]): SavepointView {
  return view.is === 'failed' ? { ...view, reason: maskText(view.reason, secrets) } : view
}

function maskedError(error: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return error
  if (error instanceof Refusal) return new Refusal(error.code, maskValue(error.texts, secrets))
  return new Error(maskText(messageOf(error), secrets)) // the stack and the cause repeat the text
}

/** Reads as much before and behind the page as the longest secret has, so that its edges cut none in two. */
async function maskedPage(
  read: (offset: number, limit: number) => Promise<LogPage>,
  offset: number,
  limit: number,
  secrets: readonly string[],
): Promise<LogPage> {
  const beside = longestOf(secrets)
  const page = await read(offset, limit)
  const end = page.nextOffsetBytes
  const start = end - page.bytes.length
  const from = Math.max(0, start - beside)
  const before = await readAll(read, from, start)
  const behind = page.endOfFile ? Buffer.alloc(0) : await readAll(read, end, end + beside)
  const bytes = maskBytes(Buffer.concat([before, page.bytes, behind]), secrets)
  return { ...page, bytes: bytes.subarray(before.length, before.length + page.bytes.length) }
}

async function readAll(
  read: (offset: number, limit: number) => Promise<LogPage>,
  from: number,
  to: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let at = from; at < to; ) {
    const { bytes, nextOffsetBytes } = await read(at, to - at)
    if (bytes.length === 0) break
    pieces.push(bytes)
    at = nextOffsetBytes
  }
  return Buffer.concat(pieces)
}
