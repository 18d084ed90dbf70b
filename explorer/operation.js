import { announce, renderAnswer, renderCurl } from './answer.js'
import { bodyCard } from './body.js'
import { descriptionOf, isSupported, titleOf } from './document.js'
import { byId, h, present } from './dom.js'
import { mandatoryStar } from './fields.js'
import { filledOf, problemOf, rememberIds, requestOf } from './filled.js'
import { parsed, send } from './request.js'
import { pair, state, words } from './state.js'

/**
 * @import { Operation, Parameter, Schema } from './document.js'
 * @import { Filled } from './state.js'
 */

/**
 * The chosen operation: what it does, its request, its answer; or a word of welcome.
 * @param {() => void} askWho
 */
export function renderOperation(askWho) {
  const operation = state.chosen
  if (operation === null) return byId('operation').replaceChildren(welcome())
  const filled = filledOf(operation)
  byId('operation').replaceChildren(
    headOf(operation),
    h(
      'div',
      { className: 'columns' },
      h('div', {}, ...requestCards(operation, filled, askWho)),
      h('div', {}, h('section', { className: 'card', id: 'answer' }), h('section', { className: 'card', id: 'curl' })),
    ),
  )
  renderAnswer(operation, filled)
  void renderCurl(operation)
}

function welcome() {
  const asked = new URLSearchParams(location.search).get('api')
  return h(
    'div',
    { className: 'start' },
    h('h1', {}, `Headgate ${words().title}`),
    asked && h('p', { className: 'problem', role: 'alert' }, words().unknown + asked),
    h('p', {}, words().start),
    h('ol', {}, ...words().startSteps.map((step) => h('li', {}, step))),
  )
}

/** @param {Operation} operation */
function headOf(operation) {
  const description = descriptionOf(operation, state.language)
  return h(
    'div',
    { className: 'head' },
    h('h1', {}, titleOf(operation, state.language)),
    h(
      'p',
      { className: 'place' },
      h('span', { className: `method ${operation.method.toLowerCase()}` }, operation.method),
      operation.path,
    ),
    isSupported(operation)
      ? h('p', {}, description)
      : h('p', { className: 'note' }, pair(words().unsupported, description)),
  )
}

/** @param {Operation} operation @param {Filled} filled @param {() => void} askWho */
function requestCards(operation, filled, askWho) {
  const onChange = () => void renderCurl(operation)
  const { parameters = [], security = [] } = operation
  const ofPath = parameters.filter((parameter) => parameter.in === 'path')
  const ofQuery = parameters.filter((parameter) => parameter.in === 'query')
  const mustSignIn = security.length > 0 && state.credentials === null
  return present([
    ofPath.length > 0 && parameterCard(words().path, ofPath, filled.path, onChange),
    ofQuery.length > 0 && parameterCard(words().query, ofQuery, filled.query, onChange),
    bodyCard(operation, filled, onChange),
    h(
      'div',
      { className: 'send' },
      h('p', { className: 'problem', id: 'problem', role: 'alert' }),
      h(
        'button',
        { type: 'button', className: 'main', id: 'send', on: { click: () => void submit(operation) } },
        words().send,
      ),
      h('small', {}, mustSignIn ? words().needsSignIn : words().sendHint),
      mustSignIn && h('button', { type: 'button', className: 'quiet', on: { click: askWho } }, words().signIn),
    ),
  ])
}

/** @param {string} title @param {Parameter[]} parameters @param {Record<string, string>} values @param {() => void} onChange */
function parameterCard(title, parameters, values, onChange) {
  return h(
    'section',
    { className: 'card' },
    h('h2', {}, title),
    ...parameters.map((parameter) => parameterRow(parameter, values, onChange)),
  )
}

/** @param {Parameter} parameter @param {Record<string, string>} values @param {() => void} onChange */
function parameterRow(parameter, values, onChange) {
  const { name, schema = {}, required = false } = parameter
  const id = `parameter-${name}`
  const input = inputFor(schema, { id, name, value: values[name] ?? '', required, 'aria-describedby': `${id}-hint` })
  input.addEventListener('input', () => {
    values[name] = input.value
    onChange()
  })
  return h(
    'div',
    { className: 'row' },
    h('label', { htmlFor: id }, name, required && mandatoryStar()),
    input,
    h('p', { id: `${id}-hint` }, descriptionOf(parameter, state.language)),
  )
}

/** @param {Schema} schema @param {Record<string, unknown>} properties @returns {HTMLInputElement | HTMLSelectElement} */
function inputFor(schema, properties) {
  const choices = schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : null)
  if (choices === null) {
    return h('input', {
      type: 'text',
      autocomplete: 'off',
      spellcheck: false,
      placeholder: schema.default ?? '',
      ...properties,
    })
  }
  const options = ['', ...choices.map(String)].map((text) => h('option', { value: text }, text))
  const select = h('select', properties, ...options)
  select.value = String(properties.value)
  return select
}

/** Sends what is filled in and shows the answer. @param {Operation} operation */
export async function submit(operation) {
  const filled = filledOf(operation)
  const problem = problemOf(filled)
  byId('problem').textContent = problem
  if (problem !== '' || state.isSending) return
  setSending(true)
  try {
    filled.answer = await send(requestOf(operation, filled), state.credentials)
    rememberIds(parsed(filled.answer.text))
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    filled.answer = message === 'noWebCrypto' ? words().noWebCrypto : words().failed + message
  }
  announce(filled.answer)
  setSending(false)
  if (state.chosen !== operation) return
  renderAnswer(operation, filled)
  byId('answer').scrollIntoView({ block: 'nearest' }) // on a small screen it is far below
}

/** @param {boolean} isSending */
function setSending(isSending) {
  state.isSending = isSending
  const button = document.getElementById('send')
  if (!(button instanceof HTMLButtonElement)) return
  button.disabled = isSending
  button.textContent = isSending ? words().sending : words().send
}
