import { REQUEST_ERRORS } from './request-errors.ts'

/**
 * From the bytes of a body to the value that schemas see. Rules of the contract: `null` means "not given", unknown
 * fields do no harm. Rules of ours: text must be storable everywhere (no U+0000, no half characters), nesting is
 * bounded, and a key called `__proto__` is dropped.
 */
const DEPTH_MAX = 32

/** @throws Refusal `request.notJson`, `request.notAnObject`, `request.bodyMissing`, `request.tooDeep`, `request.fieldBad` */
export function readJsonBody(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) throw REQUEST_ERRORS.bodyMissing()
  const value = parse(bytes)
  if (!isRecord(value)) throw REQUEST_ERRORS.notAnObject()
  return cleanRecord(value, '', 0)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw REQUEST_ERRORS.notJson()
  }
}

function clean(value: unknown, path: string, depth: number): unknown {
  if (depth > DEPTH_MAX) throw REQUEST_ERRORS.tooDeep()
  if (typeof value === 'string') return checkText(value, path)
  if (Array.isArray(value)) return value.map((item, index) => clean(item, `${path}[${index}]`, depth + 1))
  return isRecord(value) ? cleanRecord(value, path, depth) : value
}

function cleanRecord(value: Record<string, unknown>, path: string, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === null || key === '__proto__') continue
    result[key] = clean(item, path === '' ? key : `${path}.${key}`, depth + 1)
  }
  return result
}

function checkText(text: string, path: string): string {
  if (text.isWellFormed() && !text.includes('\u0000')) return text
  throw REQUEST_ERRORS.fieldBad(path, {
    en: 'text without the character U+0000 and without half surrogate pairs',
    zh: '不含U+0000和不完整代理对的文本',
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
