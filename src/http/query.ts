import type { Texts } from '../lib/errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'

/** The query of a request. Parameters that are given twice count as given last; empty ones as not given. */
export class Query {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    if (typeof last !== 'string' || last === '') return undefined
    if (last.includes('\u0000') || !last.isWellFormed()) {
      throw REQUEST_ERRORS.fieldBad(name, { en: 'text without the character U+0000', zh: '不含U+0000的文本' })
    }
    return last
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') {
      throw REQUEST_ERRORS.fieldBad(name, { en: 'true or false', zh: 'true 或 false' })
    }
    return text === 'true'
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = choices.find((choice) => choice === text)
    if (found === undefined) throw REQUEST_ERRORS.fieldBad(name, oneOfTexts(choices))
    return found
  }

  /** An integer that is at least `min`. A long beyond the numbers that JSON carries exactly counts as the nearest of them. */
  integer(name: string, min: number, refuse: (name: string, expected: Texts) => Error): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^[+-]?\d{1,19}$/.test(text) ? clamped(Number(text)) : Number.NaN
    if (Number.isNaN(value) || value < min) {
      throw refuse(name, { en: `an integer of at least ${min}`, zh: `不小于${min}的整数` })
    }
    return value
  }

  /** `a,b=c` as its parts. */
  list(name: string): string[] {
    return (this.text(name) ?? '').split(',').filter((part) => part.trim() !== '')
  }
}

function clamped(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value))
}

function oneOfTexts(choices: readonly string[]): Texts {
  return { en: `one of ${choices.join(', ')}`, zh: `以下之一：${choices.join('、')}` }
}
