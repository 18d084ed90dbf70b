import { lineOf } from './catalogue.js'
import { byId, colouredJson, copyButton, h, present } from './dom.js'
import { filledOf, requestOf } from './filled.js'
import { curlOf, parsed } from './request.js'
import { inLines, state, words } from './state.js'

/**
 * @import { Operation } from './document.js'
 * @import { Filled } from './state.js'
 */

/** @param {Filled} filled */
export function renderAnswer({ answer }) {
  const box = byId('answer')
  if (answer === null)
    return box.replaceChildren(h('h2', {}, words().answer), h('p', { className: 'quietly' }, words().noAnswer))
  if (typeof answer === 'string')
    return box.replaceChildren(h('h2', {}, words().answer), h('p', { className: 'problem' }, answer))
  const json = parsed(answer.text)
  const text = json === undefined ? answer.text : inLines(json)
  const isGood = answer.status < 400
  box.replaceChildren(
    h(
      'div',
      { className: 'bar' },
      h('h2', {}, words().answer),
      h(
        'span',
        { className: isGood ? 'outcome' : 'outcome bad', id: 'status', role: 'status' },
        `${answer.status} ${answer.statusText}`.trim(),
      ),
      h('span', { className: 'quietly' }, `${answer.durationMs} ms`),
      copyButton(() => text, words()),
    ),
    ...present([
      text === '' ? h('p', { className: 'quietly' }, words().noBody) : colouredJson(text),
      mendHint(json),
      h(
        'details',
        {},
        h('summary', {}, `${words().headers} (${answer.headers.length})`),
        colouredJson(answer.headers.map((pair) => pair.join(': ')).join('\n')),
      ),
    ]),
  )
}

/** Who can mend the error, as the catalogue has it. @param {any} answer */
function mendHint(answer) {
  const line = lineOf(state.errors, answer)
  if (!line) return null
  return h('p', { className: 'note', id: 'mend' }, h('b', {}, line.code), ' · ', line.who[state.language])
}

/** @param {Operation} operation */
export async function renderCurl(operation) {
  const { credentials } = state
  const command = await curlOf(requestOf(operation, filledOf(operation)), credentials).catch(() => '')
  if (state.chosen !== operation) return
  byId('curl').replaceChildren(
    h(
      'div',
      { className: 'bar' },
      h('h2', {}, words().curl),
      copyButton(() => command, words()),
    ),
    h('pre', { className: 'code', tabIndex: 0 }, command),
  )
}
