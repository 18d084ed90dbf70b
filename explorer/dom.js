/**
 * @typedef {Node | string | null | false} Child
 * @typedef {Record<string, unknown> & { on?: Record<string, (event: any) => void> }} Properties
 */

/**
 * An element. Properties with a dash, `role`, `for` and `list` become attributes; null, false and undefined are left out. Text is
 * always text, never markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, { on = {}, ...properties } = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue
    if (name.includes('-') || !(name in element)) element.setAttribute(name === 'for' ? 'for' : name, String(value))
    else Object.assign(element, { [name]: value })
  }
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener)
  element.append(...present(children))
  return element
}

/** @param {readonly Child[]} children @returns {(Node | string)[]} */
export function present(children) {
  return children.filter((child) => child !== null && child !== false)
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no #${id}`)
  return element
}

/**
 * A button that copies a text and says that it did.
 * @param {() => string} text
 * @param {{ copy: string, copied: string }} words
 */
export function copyButton(text, { copy, copied }) {
  const button = h('button', { type: 'button', className: 'quiet' }, copy)
  button.addEventListener('click', async () => {
    await navigator.clipboard?.writeText(text())
    button.textContent = copied
    setTimeout(() => {
      button.textContent = copy
    }, 1500)
  })
  return button
}

/** A text as it is, in a box that can be scrolled by keyboard. @param {string} text @param {string} label */
export function plain(text, label) {
  return h('pre', { className: 'code', tabIndex: 0, role: 'region', 'aria-label': label }, text)
}

/**
 * JSON in colours; what is long, as it is.
 * @param {string} text
 * @param {string} label
 */
export function colouredJson(text, label) {
  if (text.length > COLOURED_LENGTH_MAX) return plain(text, label)
  const pre = plain('', label)
  let end = 0
  for (const match of text.matchAll(JSON_PARTS)) {
    pre.append(text.slice(end, match.index), h('span', { className: classOf(match) }, match[0]))
    end = match.index + match[0].length
  }
  pre.append(text.slice(end))
  return pre
}

const COLOURED_LENGTH_MAX = 200_000
const JSON_PARTS =
  /("(?:[^"\\]|\\.)*")(?=\s*:)|("(?:[^"\\]|\\.)*")|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** @param {RegExpMatchArray} match */
function classOf([, name, text, word]) {
  if (name !== undefined) return 'json-name'
  if (text !== undefined) return 'json-text'
  return word === undefined ? 'json-number' : 'json-word'
}
