import { lineOf } from './catalogue.js'
import { answerSchemaOf } from './document.js'
import { byId, colouredJson, copyButton, h, plain, present } from './dom.js'
import { fieldTable } from './fields.js'
import { fileCard } from './file.js'
import { filledOf, requestOf } from './filled.js'
import { curlOf, parsed } from './request.js'
import { inLines, pair, state, words } from './state.js'

/**
 * @import { Operation } from './document.js'
 * @import { Answer } from './request.js'
 * @import { Filled } from './state.js'
 */

/** @param {Operation} operation @param {Filled} filled */
export function renderAnswer(operation, { answer }) {
  const schema = answerSchemaOf(operation)
  const table = schema ? fieldTable(words().answerFields, schema, null) : null
  byId('answer').replaceChildren(...present([...partsOf(answer), table]))
}

/** What is heard of an answer without being looked for. @param {Answer | string} answer */
export function announce(answer) {
  byId('said').textContent =
    typeof answer === 'string' ? answer : pair(words().answer, `${answer.status} ${answer.statusText}`.trim())
}

/** @param {Filled['answer']} answer */
function partsOf(answer) {
  const title = h('h2', {}, words().answer)
  if (answer === null) return [title, h('p', { className: 'quietly' }, words().noAnswer)]
  if (typeof answer === 'string') return [title, h('p', { className: 'problem' }, answer)]
  return arrived(title, answer)
}

/** @param {HTMLElement} title @param {Answer} answer */
function arrived(title, answer) {
  const json = parsed(answer.text)
  const text = json === undefined ? answer.text : inLines(json)
  const isGood = answer.status < 400
  return [
    h(
      'div',
      { className: 'bar' },
      title,
      h(
        'span',
        { className: isGood ? 'outcome' : 'outcome bad', id: 'status' },
        `${answer.status} ${answer.statusText}`.trim(),
      ),
      h('span', { className: 'quietly' }, `${answer.durationMs} ms`),
      answer.file ? null : copyButton(() => text, words()),
    ),
    answer.file ? fileCard(answer.file) : contentOf(text),
    mendHint(json),
    h(
      'details',
      {},
      h('summary', {}, `${words().headers} (${answer.headers.length})`),
      colouredJson(answer.headers.map((each) => each.join(': ')).join('\n'), words().headers),
    ),
  ]
}

/** @param {string} text */
function contentOf(text) {
  return text === '' ? h('p', { className: 'quietly' }, words().noBody) : colouredJson(text, words().answer)
}

/** Who can mend the error, as the catalogue has it. @param {any} answer */
function mendHint(answer) {
  const line = lineOf(state.errors, answer)
  if (!line) return null
  return h('p', { className: 'note', id: 'mend' }, h('b', {}, line.code), ' · ', line.who[state.language])
}

/** Signing takes a moment; what was asked for last is shown. */
let curlTurn = 0

/** @param {Operation} operation */
export async function renderCurl(operation) {
  const { credentials } = state
  const turn = ++curlTurn
  const command = await curlOf(requestOf(operation, filledOf(operation)), credentials).catch(() => '')
  if (turn !== curlTurn || state.chosen !== operation) return
  byId('curl').replaceChildren(
    h(
      'div',
      { className: 'bar' },
      h('h2', {}, words().curl),
      copyButton(() => command, words()),
    ),
    plain(command, words().curl),
  )
}
