import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../tools/generators/error-catalogue.ts'

const lines = await errorCatalogue()
const codes = [...new Set(lines.flatMap(({ seen }) => seen.map(({ code }) => code)))].sort()

/** Codes that no test over HTTP can meet, and why. */
const NOT_MET: Readonly<Record<string, string>> = {
  'DLI.0019': 'A request that takes a minute to arrive; Node measures the time, and nothing shortens it.',
  'DLI.0999': 'A fault of ours: src/http/render-error.test.ts.',
  'DLI.10001': 'A fault of ours: src/http/render-error.test.ts.',
  'DLI.11017': 'Jars are read when a job is launched, so the answer is a status with its reason.',
  'DLI.11029': 'A job without entrypoint may be stored; its run is refused with DLI.13013.',
  'DLI.13003': 'Create and update refuse such a job first, with DLI.11002.',
}

describe('the catalogue of errors', () => {
  const han = /\p{Script=Han}/u

  it('says everything in both languages, also who can mend it', () => {
    const texts = lines.flatMap(({ own, texts, who }) => [
      { own, ...texts },
      { own, ...who },
    ])
    expect(texts.filter(({ en, zh }) => en === '' || han.test(en) || !han.test(zh))).toEqual([])
  })

  it('fills nothing in that it does not know', () => {
    expect(lines.filter(({ texts }) => /undefined|NaN|\[object/.test(texts.en + texts.zh))).toEqual([])
  })

  it('has only codes that a test meets over HTTP, but for those that cannot be met', () => {
    const folder = join(import.meta.dirname, '..', 'acceptance')
    const tests = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    const unmet = codes.filter((code) => !tests.some((text) => text.includes(code)))
    expect(unmet.filter((code) => !(code in NOT_MET))).toEqual([])
  })
})
