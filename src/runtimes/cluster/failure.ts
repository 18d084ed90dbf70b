import type { Texts } from '../../lib/errors.ts'
import type { Failure } from '../runtime.ts'
import { adviceFor, type FailureContext } from './advice.ts'

/** Makes one line for people out of stack traces and log tails; the raw text stays beside it. */
const DETAIL_LENGTH = 20_000
const CAUSE_LENGTH = 1_000

/** A job that Flink calls FAILED, with the newest stack trace it gave. */
export function failureOfJob(stackTrace: string | null, context: FailureContext): Failure {
  if (stackTrace === null) return { cause: 'Flink gave no reason', advice: adviceFor('', context), detail: '' }
  const cause = rootCause(stackTrace)
  const detail = stackTrace.slice(0, DETAIL_LENGTH)
  if (isDamagedState(stackTrace, cause)) return { cause, advice: DAMAGED_STATE, detail, unreadableState: true }
  return { cause, advice: adviceFor(stackTrace, context), detail }
}

const DAMAGED_STATE: Texts = {
  en: 'Files of the state to resume from are missing or damaged: choose another savepoint, or start without one.',
  zh: '要恢复的状态文件缺失或损坏：请选择其他保存点，或不使用保存点启动。',
}

/** The JobManager reads `_metadata` (Flink, Checkpoints), the TaskManagers what it names (BackendRestorerProcedure). */
const RESTORING =
  /at org\.apache\.flink\.runtime\.checkpoint\.Checkpoints\.loadCheckpointMetadata|resolveCheckpointPointer|Could not restore \w+(?: \w+)? state backend/
const MISSING_OR_DAMAGED =
  /^java\.(?:io\.(?:EOF|FileNotFound|StreamCorrupted|UTFDataFormat)|nio\.file\.NoSuchFile)Exception|Unexpected magic number|RocksDBException: Corruption/
/** Java has no other exception for these. */
const NOT_ALLOWED = /\((?:Permission denied|Too many open files)\)/

/**
 * What was restored cannot be read, and never will be. A store that is away, a full disk, another Flink version and a
 * program that no longer fits the state are something else: an older state would not help there, or lose what is whole.
 */
function isDamagedState(stackTrace: string, cause: string): boolean {
  return RESTORING.test(stackTrace) && MISSING_OR_DAMAGED.test(cause) && !NOT_ALLOWED.test(cause)
}

export type DeadProcess = Readonly<{ exitCode: number | null; log: string; out: string }>

/**
 * A JobManager that is gone although nobody ended it. Killed from outside, the log's last error has nothing to do with it;
 * otherwise the reason is the last error of the log or, when Java itself did not start, of the standard output.
 */
export function failureOfJobManager(dead: DeadProcess, context: FailureContext): Failure {
  const killed = signalOf(dead.exitCode)
  if (killed !== null) {
    return { cause: killed, advice: KILLED, detail: tail(dead.log) }
  }
  const trace = lastError(dead.log) ?? javaError(dead.out)
  if (trace === null) {
    const cause = `The JobManager ended with exit code ${dead.exitCode}`
    return { cause, advice: adviceFor(dead.out, context), detail: tail(`${dead.log}\n${dead.out}`) }
  }
  return { cause: rootCause(trace), advice: adviceFor(trace, context), detail: tail(trace) }
}

const KILLED: Texts = {
  en: 'If nobody did this on purpose, the machine may be short of memory (see the kernel log): use fewer CUs at once, or a larger machine.',
  zh: '若非人为操作，可能是机器内存不足（请查看内核日志）：请减少同时使用的 CU 数，或使用更大的机器。',
}

function signalOf(exitCode: number | null): string | null {
  if (exitCode === null) return 'The JobManager was killed, or the machine was restarted'
  if (exitCode === 137) return 'The JobManager was killed (SIGKILL)'
  if (exitCode === 143) return 'The JobManager was ended from outside (SIGTERM)'
  return null
}

/** Last "Caused by" that is not inside a suppressed exception (those are indented), else the first line. */
export function rootCause(stackTrace: string): string {
  const lines = stackTrace.split('\n')
  const causes = lines.flatMap((line, index) => (line.startsWith('Caused by: ') ? [index] : []))
  const from = causes.at(-1) ?? 0
  const first = (lines[from] ?? '').replace(/^Caused by: /, '')
  const more = lines.slice(from + 1, from + 6)
  const end = more.findIndex((line) => /^\s+(at |\.\.\. |Suppressed)|^Caused by: |^\s*$/.test(line))
  const message = [first, ...more.slice(0, end === -1 ? more.length : end)].map((line) => line.trim()).join(' ')
  return withoutCarriers(message).slice(0, CAUSE_LENGTH)
}

/** Flink packs exceptions that it cannot send as objects; the inner name is the one that says something. */
function withoutCarriers(message: string): string {
  const carrier =
    /^(?:[\w.$]+\.(?:SerializedThrowable|CompletionException|ExecutionException)): (?=[\w.$]+(?:Exception|Error|Throwable)\b)/
  return carrier.test(message) ? withoutCarriers(message.replace(carrier, '')) : message
}

const LOG_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]+) +/

/** Text of the last ERROR (else WARN) entry of a log4j file that carries a stack trace, without the line's head. */
function lastError(log: string): string | null {
  const entries = log.split(/\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )/)
  const ofLevel = (level: string) =>
    entries.filter((entry) => LOG_LINE.exec(entry)?.[1] === level && /\n\s+at /.test(entry)).at(-1)
  const entry = ofLevel('ERROR') ?? ofLevel('FATAL') ?? ofLevel('WARN')
  if (entry === undefined) return null
  const [head = '', ...rest] = entry.split('\n')
  return [head.replace(LOG_LINE, '').replace(/^\S+\s+(?:\[\]\s+)?- /, ''), ...rest].join('\n')
}

/** What Java itself says when it cannot start ("Error: Could not ...", "Exception in thread "main" ..."). */
function javaError(out: string): string | null {
  const start = out.search(
    /^(?:Error|Exception in thread|Unrecognized|Invalid|Terminating due to|java\.lang\.OutOfMemoryError|# There is insuff)/m,
  )
  return start === -1 ? null : out.slice(start)
}

function tail(text: string): string {
  return text.slice(-DETAIL_LENGTH)
}
