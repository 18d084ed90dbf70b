import { bodyOf, withField } from './document.js'
import { byId, h } from './dom.js'
import { fieldTable } from './fields.js'
import { bodyExample } from './filled.js'
import { parsed } from './request.js'
import { inLines, words } from './state.js'

/**
 * @import { Field, Operation, Schema } from './document.js'
 * @import { Filled } from './state.js'
 */

/**
 * The editor of the body, or the choice of a file; null: the operation has no body.
 * @param {Operation} operation
 * @param {Filled} filled
 * @param {() => void} onChange
 */
export function bodyCard(operation, filled, onChange) {
  const body = bodyOf(operation)
  if (body === null) return null
  return body.kind === 'file' ? fileCard(filled, onChange) : jsonCard(operation, filled, body.schema, onChange)
}

/** @param {Filled} filled @param {() => void} onChange */
function fileCard(filled, onChange) {
  const input = h('input', {
    type: 'file',
    id: 'file',
    'aria-label': words().file,
    on: {
      change: () => {
        filled.file = input.files?.[0] ?? null
        onChange()
      },
    },
  })
  return h('section', { className: 'card' }, h('h2', {}, words().file), input)
}

/** @param {Operation} operation @param {Filled} filled @param {Schema} schema @param {() => void} onChange */
function jsonCard(operation, filled, schema, onChange) {
  const area = h('textarea', {
    id: 'body',
    spellcheck: false,
    'aria-label': words().body,
    value: filled.body,
    on: { input: () => edited() },
  })
  const edited = () => {
    filled.body = area.value
    byId('problem').textContent = jsonProblem(area.value)
    onChange()
  }
  /** @param {string} text */
  const fill = (text) => {
    area.value = text
    edited()
  }
  area.rows = Math.min(Math.max(filled.body.split('\n').length + 1, 8), 20)
  const isJson = () => jsonProblem(area.value) === ''
  const add = (/** @type {Field} */ field) => isJson() && fill(inLines(withField(parsed(area.value) ?? {}, field)))
  return h(
    'section',
    { className: 'card' },
    h(
      'div',
      { className: 'bar' },
      h('h2', {}, words().body),
      h(
        'button',
        { type: 'button', className: 'quiet', on: { click: () => fill(bodyExample(operation)) } },
        words().example,
      ),
      h(
        'button',
        { type: 'button', className: 'quiet', on: { click: () => isJson() && fill(inLines(parsed(area.value))) } },
        words().format,
      ),
    ),
    area,
    fieldTable(words().fields, schema, add),
  )
}

/** @param {string} text */
function jsonProblem(text) {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return words().badJson + /** @type {Error} */ (error).message
  }
}
