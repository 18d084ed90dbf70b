/**
 * The three sorts of errors (docs/internals/errors.md):
 * a Refusal is expected and meant for the person who asked; a Bug is a broken assumption of ours;
 * everything else comes from outside and is wrapped with the action that failed when it crosses a seam.
 */

export type Language = 'en' | 'zh'
export type Texts = Readonly<Record<Language, string>>

/**
 * An expected "no". `code` is Headgate's own (`job.notFound`); the HTTP layer maps it to a foreign code.
 * Texts say what happened, to what, and what to do.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly texts: Texts
  /** When asking again may help; null: not by waiting. */
  readonly retryAfterSeconds: number | null

  constructor(code: string, texts: Texts, retryAfterSeconds: number | null = null) {
    super(texts.en)
    this.code = code
    this.texts = texts
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A broken assumption of ours. Never answered politely: it fails the pass or the request and is logged. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message)
}

export function assertNever(value: never, what: string): never {
  throw new Bug(`Unexpected ${what}: ${JSON.stringify(value)}`)
}

/** Wraps a foreign error with the action that failed, keeping the original as cause. */
export function failed(action: string, cause: unknown): Error {
  return new Error(`${action}: ${messageOf(cause)}`, { cause })
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** True for a Node system error with one of the given codes, such as ENOENT. */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
