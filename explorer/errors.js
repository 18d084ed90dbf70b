import { byId, h } from './dom.js'
import { state, words } from './state.js'

/** @import { CatalogueLine } from './catalogue.js' */

/** Every error of the API, with a filter over codes and texts. */
export function renderErrors() {
  const rows = h('tbody', {})
  const filter = h('input', {
    type: 'search',
    id: 'error-filter',
    placeholder: words().filter,
    'aria-label': words().filter,
    on: { input: () => show() },
  })
  const show = () => {
    const wanted = filter.value.toLowerCase()
    const found = state.errors.filter((line) => `${line.code} ${line.en} ${line.zh}`.toLowerCase().includes(wanted))
    rows.replaceChildren(...found.map(rowOf))
  }
  show()
  const titles = [words().code, 'HTTP', words().text, words().mend]
  byId('operation').replaceChildren(
    h('div', { className: 'head' }, h('h1', {}, words().codes), h('p', {}, words().codesHint)),
    h(
      'section',
      { className: 'card' },
      filter,
      h(
        'table',
        { className: 'errors' },
        h('thead', {}, h('tr', {}, ...titles.map((title) => h('th', { scope: 'col' }, title)))),
        rows,
      ),
    ),
  )
}

/** @param {CatalogueLine} line */
function rowOf({ code, status, en, zh, who }) {
  const text = state.language === 'zh' ? zh : en
  const cells = [h('code', {}, code), String(status), text, who[state.language]]
  return h('tr', {}, ...cells.map((cell) => h('td', {}, cell)))
}
