import { JOB_ERRORS } from './job-errors.ts'

/**
 * `runtime_config` comes as JSON text of an array of pairs, as JSON text of an object, or as `key=value` lines; it is
 * stored and answered unchanged. This reads the pairs. Keys are never refused; ones that Flink does not know are harmless.
 */
export function readRuntimeConfig(text: string | null): Record<string, string> {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return {}
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) return fromJson(trimmed)
  return fromLines(trimmed)
}

const bad = () =>
  JOB_ERRORS.fieldBad(
    'runtime_config',
    'Give JSON text such as [{"key":"k","value":"v"}] or {"k":"v"}, or lines of key=value.',
    '请使用 [{"key":"k","value":"v"}] 或 {"k":"v"} 形式的JSON文本，或每行一个 key=value。',
  )

function fromJson(text: string): Record<string, string> {
  const value = parseJson(text)
  const pairs = Array.isArray(value)
    ? value.map((pair: unknown) => {
        if (!isRecord(pair) || typeof pair.key !== 'string') throw bad()
        return [pair.key, pair.value] as const
      })
    : Object.entries(isRecord(value) ? value : {})
  return Object.fromEntries(pairs.map(([key, content]) => [key.trim(), asText(content)]))
}

function fromLines(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      if (at < 1) throw bad()
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad()
  }
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export type LogLevels = Readonly<{ root: string; loggers: Readonly<Record<string, string>> }>

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

/** `flink_log_config`: `{"root_logger_level":"INFO","loggers_level_of_class":{"com.acme":"DEBUG"}}`. */
export function readLogConfig(text: string | null): LogLevels {
  if (!text || text.trim() === '') return { root: 'INFO', loggers: {} }
  const badLevels = () =>
    JOB_ERRORS.fieldBad(
      'flink_log_config',
      `Give JSON text with root_logger_level and loggers_level_of_class; levels are ${LEVELS.join(', ')}.`,
      `请使用包含 root_logger_level 和 loggers_level_of_class 的JSON文本，级别为 ${LEVELS.join('、')}。`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badLevels()
  }
  if (!isRecord(value)) throw badLevels()
  const root = value.root_logger_level ?? 'INFO'
  const loggers = value.loggers_level_of_class ?? {}
  if (!isRecord(loggers)) throw badLevels()
  const levels = [root, ...Object.values(loggers)]
  if (!levels.every((level) => typeof level === 'string' && LEVELS.includes(level.toUpperCase()))) throw badLevels()
  if (!Object.keys(loggers).every((name) => /^[\w.$-]+$/u.test(name))) throw badLevels()
  return {
    root: String(root).toUpperCase(),
    loggers: Object.fromEntries(Object.entries(loggers).map(([name, level]) => [name, String(level).toUpperCase()])),
  }
}
