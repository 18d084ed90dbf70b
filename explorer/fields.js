import { descriptionOf, fieldsOf, typeOf } from './document.js'
import { h } from './dom.js'
import { state, words } from './state.js'

/** @import { Field, Schema } from './document.js' */

/**
 * What is said of each field of a body or an answer.
 * @param {string} title
 * @param {Schema} schema
 * @param {((field: Field) => void) | null} add puts the field into the body; null: there is none to put it into
 */
export function fieldTable(title, schema, add) {
  const fields = fieldsOf(schema)
  const heads = [words().field, words().meaning].map((text) => h('th', { scope: 'col' }, text))
  return h(
    'details',
    { open: add !== null && fields.length < 8 },
    h('summary', {}, `${title} (${fields.length})`),
    h(
      'table',
      { className: 'fields' },
      h('thead', {}, h('tr', {}, ...heads, add && h('td', {}))),
      h('tbody', {}, ...fields.map((field) => fieldRow(field, add))),
    ),
  )
}

/** @param {Field} field @param {((field: Field) => void) | null} add */
function fieldRow(field, add) {
  const { path, schema, isRequired } = field
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h('code', {}, path),
      isRequired && add && mandatoryStar(),
      h('div', { className: 'type' }, typeOf(schema)),
    ),
    h('td', {}, descriptionOf(schema, state.language)),
    add && h('td', {}, addButton(field, add)),
  )
}

/** @param {Field} field @param {(field: Field) => void} add */
function addButton(field, add) {
  const label = words().addTitle + field.path
  const click = () => add(field)
  return h('button', { type: 'button', className: 'quiet', 'aria-label': label, on: { click } }, words().add)
}

/** Seen as a star, heard as a word. */
export function mandatoryStar() {
  return h('span', { className: 'star', title: words().mandatory, role: 'img', 'aria-label': words().mandatory }, ' *')
}
