/**
 * A line of api/errors.json: a code, one of its texts with `{names}` where values stand, and who can mend it.
 * @typedef {{ code: string, status: number, en: string, zh: string, who: { en: string, zh: string } }} CatalogueLine
 */

/**
 * The line of the catalogue for an answer: one whose text fits, else the first of the code.
 * @param {readonly CatalogueLine[]} lines
 * @param {{ error_code?: string, error_msg?: string } | null | undefined} answer
 * @returns {CatalogueLine | null}
 */
export function lineOf(lines, answer) {
  const ofCode = lines.filter(({ code }) => code === answer?.error_code)
  const said = answer?.error_msg ?? ''
  return ofCode.find(({ en, zh }) => fits(en, said) || fits(zh, said)) ?? ofCode[0] ?? null
}

/** True when the text is the template with its braces filled in. @param {string} template @param {string} text */
function fits(template, text) {
  const parts = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}
