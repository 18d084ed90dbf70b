import { isSupported, search, titleOf } from './document.js'
import { byId, h } from './dom.js'
import { addressOf, state, words } from './state.js'

/** @import { Operation } from './document.js' */

/**
 * The list of operations and the search over it.
 * @param {(id: string) => void} goTo
 */
export function renderList(goTo) {
  const box = h('input', {
    type: 'search',
    id: 'search',
    placeholder: words().search,
    'aria-label': words().search,
    value: state.searched,
    autocomplete: 'off',
    on: {
      input: () => {
        state.searched = box.value
        renderFound(goTo)
      },
      keydown: onSearchKey,
    },
  })
  byId('list').replaceChildren(box, h('div', { className: 'found', id: 'found' }))
  renderFound(goTo)
}

/** @param {(id: string) => void} goTo */
function renderFound(goTo) {
  const found = search(state.operations, state.searched)
  const groups = Map.groupBy(found, (operation) => operation.tags[0] ?? '')
  const lists = [...groups].map(([tag, operations]) =>
    h(
      'section',
      { className: operations.every(isSupported) ? '' : 'later' },
      h('h2', {}, state.tags.get(tag)?.[state.language] ?? tag),
      h('ul', {}, ...operations.map((operation) => h('li', {}, linkTo(operation, goTo)))),
    ),
  )
  byId('found').replaceChildren(...(found.length > 0 ? lists : [h('p', { className: 'quietly' }, words().none)]))
}

/** @param {Operation} operation @param {(id: string) => void} goTo */
function linkTo(operation, goTo) {
  const { operationId, method } = operation
  return h(
    'a',
    {
      href: addressOf(operationId),
      'aria-current': operation === state.chosen ? 'page' : null,
      on: {
        click: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          goTo(operationId)
        },
        keydown: onLinkKey,
      },
    },
    h('span', { className: `method ${method.toLowerCase()}` }, method),
    h('span', {}, titleOf(operation, state.language)),
    h('small', {}, operationId),
  )
}

/** @returns {HTMLAnchorElement[]} */
const links = () => [...document.querySelectorAll(/** @type {'a'} */ ('#found a'))]

/** @param {KeyboardEvent} event */
function onSearchKey(event) {
  if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
  event.preventDefault()
  if (event.key === 'Enter') links()[0]?.click()
  else links()[0]?.focus()
}

/** @param {KeyboardEvent} event */
function onLinkKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  const all = links()
  const next = all.indexOf(/** @type {HTMLAnchorElement} */ (event.currentTarget)) + step
  if (next < 0) byId('search').focus()
  else all[next]?.focus()
}
