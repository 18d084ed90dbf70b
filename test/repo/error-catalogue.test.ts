import { describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../tools/generators/error-catalogue.ts'

const lines = await errorCatalogue()

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
})
