import {
  bodyOf,
  descriptionOf,
  exampleOf,
  fieldsOf,
  findOperation,
  isSupported,
  operationsOf,
  search,
  titleOf,
  typeOf,
  withField,
} from './document.js'
import { byId, colouredJson, copyButton, h, present } from './dom.js'
import { curlOf, parsed, send, toRequest } from './request.js'
import { openSignIn } from './sign-in.js'
import { WORDS } from './words.js'

/**
 * @import { Field, Language, OpenApi, Operation, Parameter, Schema } from './document.js'
 * @import { Answer, Credentials, Draft } from './request.js'
 *
 * @typedef {{ code: string, status: number, en: string, zh: string, who: { en: string, zh: string } }} CatalogueLine
 *
 * @typedef {object} Filled what a person has filled in for one operation
 * @property {Record<string, string>} path
 * @property {Record<string, string>} query
 * @property {string} body
 * @property {File | null} file
 * @property {Answer | string | null} answer a text: why there is none
 */

const ORIGIN = location.origin
const TITLE = 'Headgate API Explorer'

/** All that the page knows. Credentials are nowhere else, so they end with the tab. */
const state = {
  language: firstLanguage(),
  /** @type {Operation[]} */
  operations: [],
  /** @type {Map<string, { en: string, zh: string }>} */
  tags: new Map(),
  version: '',
  /** @type {Map<string, CatalogueLine>} */
  errors: new Map(),
  /** @type {Credentials | null} */
  credentials: null,
  /** @type {Operation | null} */
  chosen: null,
  searched: '',
  /** @type {Map<string, Filled>} */
  filled: new Map(),
  /** Ids that answers told of, to fill in where they are asked for. @type {Record<string, string>} */
  seen: {},
  isSending: false,
}

const words = () => WORDS[state.language]

/** @returns {Language} */
function firstLanguage() {
  const asked = new URLSearchParams(location.search).get('lang') ?? navigator.language
  return asked.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

async function start() {
  document.addEventListener('keydown', onKey)
  window.addEventListener('popstate', choose)
  try {
    await load()
  } catch {
    byId('operation').replaceChildren(h('p', { className: 'problem', role: 'alert' }, words().loadFailed))
    return
  }
  choose()
}

async function load() {
  const [described, catalogue] = await Promise.all(
    ['/api-explorer/openapi.json', '/api-explorer/errors.json'].map(async (path) => (await fetch(path)).json()),
  )
  /** @type {OpenApi} */
  const openApi = described
  state.operations = operationsOf(openApi)
  state.version = openApi.info.version
  state.tags = new Map(openApi.tags?.map((tag) => [tag.name, { en: tag.name, zh: tag['x-name-zh'] ?? tag.name }]))
  state.errors = new Map(/** @type {CatalogueLine[]} */ (catalogue).map((line) => [line.code, line]))
}

/** Shows the operation that the address names. */
function choose() {
  state.chosen = findOperation(state.operations, new URLSearchParams(location.search).get('api'))
  render()
  document.querySelector('#list [aria-current]')?.scrollIntoView({ block: 'nearest' })
}

/** @param {string} id */
function goTo(id) {
  history.pushState(null, '', addressOf(id))
  choose()
  byId('operation').scrollTop = 0
  byId('operation').focus()
}

/** @param {string} id */
function addressOf(id) {
  return `/api-explorer?api=${id}`
}

function render() {
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en'
  document.title = state.chosen ? `${titleOf(state.chosen, state.language)} · ${TITLE}` : TITLE
  byId('skip').textContent = words().skip
  byId('list').ariaLabel = words().operations
  renderTop()
  renderList()
  renderOperation()
}

function renderTop() {
  const { credentials } = state
  const who = credentials && [
    h(
      'span',
      { className: 'who' },
      `${words().signedIn} `,
      h('b', {}, credentials.name),
      ` · ${credentials.projectId}`,
    ),
    h('button', { type: 'button', id: 'sign-out', on: { click: () => signedIn(null) } }, words().signOut),
  ]
  byId('top').replaceChildren(
    h(
      'a',
      { className: 'brand', href: '/api-explorer' },
      h('img', { src: '/api-explorer/icon.svg', alt: '' }),
      h('span', {}, `Headgate ${words().title} `, h('small', {}, state.version)),
    ),
    ...(who ?? [
      h('button', { type: 'button', className: 'main', id: 'open-sign-in', on: { click: askWho } }, words().signIn),
    ]),
    h(
      'button',
      {
        type: 'button',
        id: 'language',
        lang: state.language === 'zh' ? 'en' : 'zh',
        title: words().otherLanguageHint,
        on: { click: switchLanguage },
      },
      words().otherLanguage,
    ),
  )
}

function switchLanguage() {
  state.language = state.language === 'zh' ? 'en' : 'zh'
  render()
  byId('language').focus()
}

function askWho() {
  openSignIn(state.language, ORIGIN, signedIn)
}

/** @param {Credentials | null} credentials */
function signedIn(credentials) {
  state.credentials = credentials
  if (credentials) state.seen.project_id = credentials.projectId
  for (const filled of state.filled.values()) if ('project_id' in filled.path) filled.path.project_id = ''
  render()
}

// ── The list ───────────────────────────────────────────────────────────────

function renderList() {
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
        renderFound()
      },
      keydown: onSearchKey,
    },
  })
  byId('list').replaceChildren(box, h('div', { className: 'found', id: 'found' }))
  renderFound()
}

function renderFound() {
  const found = search(state.operations, state.searched)
  const groups = Map.groupBy(found, (operation) => operation.tags[0] ?? '')
  const lists = [...groups].map(([tag, operations]) =>
    h(
      'section',
      { className: operations.every(isSupported) ? '' : 'later' },
      h('h2', {}, state.tags.get(tag)?.[state.language] ?? tag),
      h('ul', {}, ...operations.map((operation) => h('li', {}, linkTo(operation)))),
    ),
  )
  byId('found').replaceChildren(...(found.length > 0 ? lists : [h('p', { className: 'quietly' }, words().none)]))
}

/** @param {Operation} operation */
function linkTo(operation) {
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

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target)
  const isTyping = ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && state.chosen) void submit(state.chosen)
  if (event.key !== '/' || isTyping || document.querySelector('dialog[open]')) return
  event.preventDefault()
  byId('search').focus()
}

// ── The operation ──────────────────────────────────────────────────────────

function renderOperation() {
  const operation = state.chosen
  if (operation === null) return byId('operation').replaceChildren(welcome())
  const filled = filledOf(operation)
  byId('operation').replaceChildren(
    headOf(operation),
    h(
      'div',
      { className: 'columns' },
      h('div', {}, ...requestCards(operation, filled)),
      h(
        'div',
        {},
        h('section', { className: 'card', id: 'answer', 'aria-live': 'polite' }),
        h('section', { className: 'card', id: 'curl' }),
      ),
    ),
  )
  renderAnswer(filled)
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
      : h('p', { className: 'note' }, `${words().unsupported}${state.language === 'zh' ? '：' : ': '}${description}`),
  )
}

/** What is filled in for the operation; at first the examples, and the ids that are known.
 * @param {Operation} operation
 * @returns {Filled} */
function filledOf(operation) {
  const { operationId, parameters = [] } = operation
  const before = state.filled.get(operationId)
  if (before) {
    for (const name of Object.keys(before.path)) before.path[name] ||= state.seen[name] ?? ''
    return before
  }
  const path = Object.fromEntries(
    parameters.filter((each) => each.in === 'path').map(({ name }) => [name, state.seen[name] ?? '']),
  )
  const filled = { path, query: {}, body: bodyExample(operation), file: null, answer: null }
  state.filled.set(operationId, filled)
  return filled
}

/** @param {Operation} operation */
function bodyExample(operation) {
  const body = bodyOf(operation)
  if (body?.kind !== 'json') return ''
  return inLines(withSeenIds(body.example ?? exampleOf(body.schema)))
}

/** Examples name job 1 and the like; what was seen here is better. @param {unknown} example */
function withSeenIds(example) {
  const id = Number(state.seen.job_id)
  if (typeof example !== 'object' || example === null || !('job_ids' in example) || !id) return example
  return { ...example, job_ids: [id] }
}

/** @param {unknown} value */
const inLines = (value) => JSON.stringify(value, null, 2)

/** @param {Operation} operation @param {Filled} filled */
function requestCards(operation, filled) {
  const { parameters = [], security = [] } = operation
  const ofPath = parameters.filter((parameter) => parameter.in === 'path')
  const ofQuery = parameters.filter((parameter) => parameter.in === 'query')
  const mustSignIn = security.length > 0 && state.credentials === null
  return present([
    ofPath.length > 0 && parameterCard(words().path, ofPath, filled.path),
    ofQuery.length > 0 && parameterCard(words().query, ofQuery, filled.query),
    bodyCard(operation, filled),
    h('p', { className: 'problem', id: 'problem', role: 'alert' }),
    h(
      'div',
      { className: 'send' },
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

/** @param {string} title @param {Parameter[]} parameters @param {Record<string, string>} values */
function parameterCard(title, parameters, values) {
  return h(
    'section',
    { className: 'card' },
    h('h2', {}, title),
    ...parameters.map((parameter) => parameterRow(parameter, values)),
  )
}

/** @param {Parameter} parameter @param {Record<string, string>} values */
function parameterRow(parameter, values) {
  const { name, schema = {}, required = false } = parameter
  const id = `parameter-${name}`
  const input = inputFor(schema, { id, name, value: values[name] ?? '', required, 'aria-describedby': `${id}-hint` })
  input.addEventListener('input', () => {
    values[name] = input.value
    if (state.chosen) void renderCurl(state.chosen)
  })
  return h(
    'div',
    { className: 'row' },
    h('label', { htmlFor: id }, name, required && h('span', { className: 'star', title: words().mandatory }, ' *')),
    input,
    h('p', { id: `${id}-hint` }, hintOf(parameter, schema.default)),
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

/** @param {Schema | Parameter} described @param {unknown} byDefault */
function hintOf(described, byDefault) {
  const text = descriptionOf(described, state.language)
  if (byDefault === undefined) return text
  return `${text} ${words().default}${state.language === 'zh' ? '：' : ': '}${JSON.stringify(byDefault)}`
}

// ── The body ───────────────────────────────────────────────────────────────

/** @param {Operation} operation @param {Filled} filled */
function bodyCard(operation, filled) {
  const body = bodyOf(operation)
  if (body === null) return null
  return body.kind === 'file' ? fileCard(filled) : jsonCard(operation, filled, body.schema)
}

/** @param {Filled} filled */
function fileCard(filled) {
  const input = h('input', {
    type: 'file',
    id: 'file',
    'aria-label': words().file,
    on: {
      change: () => {
        filled.file = input.files?.[0] ?? null
        if (state.chosen) void renderCurl(state.chosen)
      },
    },
  })
  return h('section', { className: 'card' }, h('h2', {}, words().file), input)
}

/** @param {Operation} operation @param {Filled} filled @param {Schema} schema */
function jsonCard(operation, filled, schema) {
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
    void renderCurl(operation)
  }
  /** @param {string} text */
  const fill = (text) => {
    area.value = text
    edited()
  }
  area.rows = Math.min(Math.max(filled.body.split('\n').length + 1, 8), 24)
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
    fieldTable(schema, add),
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

/** @param {Schema} schema @param {(field: Field) => void} add */
function fieldTable(schema, add) {
  const fields = fieldsOf(schema)
  return h(
    'details',
    { open: fields.length < 8 },
    h('summary', {}, `${words().fields} (${fields.length})`),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, h('th', {}, words().field), h('th', {}, words().meaning), h('th', {}))),
      h('tbody', {}, ...fields.map((field) => fieldRow(field, add))),
    ),
  )
}

/** @param {Field} field @param {(field: Field) => void} add */
function fieldRow(field, add) {
  const { path, schema, isRequired } = field
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h('code', {}, path),
      isRequired && h('span', { className: 'star', title: words().mandatory }, ' *'),
      h('div', { className: 'type' }, typeOf(schema)),
    ),
    h('td', {}, hintOf(schema, schema.default)),
    h(
      'td',
      {},
      h(
        'button',
        { type: 'button', className: 'quiet', 'aria-label': words().addTitle + path, on: { click: () => add(field) } },
        words().add,
      ),
    ),
  )
}

// ── Sending ────────────────────────────────────────────────────────────────

/** @param {Operation} operation @param {Filled} filled */
function requestOf(operation, filled) {
  const body = bodyOf(operation)
  /** @type {Draft} */
  const draft = {
    method: operation.method,
    path: operation.path,
    pathValues: filled.path,
    query: filled.query,
    body: body === null ? null : body.kind === 'file' ? filled.file : filled.body,
    language: state.language,
  }
  return toRequest(draft, ORIGIN)
}

/** @param {Operation} operation */
async function submit(operation) {
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
  setSending(false)
  if (state.chosen === operation) renderAnswer(filled)
}

/** What keeps the request from being sent; a body that is no JSON does not: the service's answer to it may be wanted. @param {Filled} filled */
function problemOf(filled) {
  const missing = Object.entries(filled.path).filter(([, value]) => value === '')
  return missing.length === 0 ? '' : words().missing + missing.map(([name]) => name).join(', ')
}

/** @param {boolean} isSending */
function setSending(isSending) {
  state.isSending = isSending
  const button = document.getElementById('send')
  if (!(button instanceof HTMLButtonElement)) return
  button.disabled = isSending
  button.textContent = isSending ? words().sending : words().send
}

const REMEMBERED = [
  'job_id',
  'queue_name',
  'template_id',
  'task_id',
  'var_name',
  'resource_name',
  'attempt_id',
  'bucket',
]

/** Keeps the first id of each kind that the answer tells of. @param {unknown} answer */
function rememberIds(answer) {
  /** @type {Record<string, string>} */
  const found = {}
  collectIds(answer, found)
  Object.assign(state.seen, found)
}

/** @param {unknown} value @param {Record<string, string>} found */
function collectIds(value, found) {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const isId = REMEMBERED.includes(name) && (typeof inner === 'string' || typeof inner === 'number')
    if (isId && !(name in found) && inner !== '') found[name] = String(inner)
    else collectIds(inner, found)
  }
}

/** @param {Filled} filled */
function renderAnswer({ answer }) {
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
        { className: isGood ? 'outcome' : 'outcome bad', id: 'status' },
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
  const line = state.errors.get(answer?.error_code)
  if (!line) return null
  return h('p', { className: 'note', id: 'mend' }, h('b', {}, line.code), ' · ', words().who, line.who[state.language])
}

/** @param {Operation} operation */
async function renderCurl(operation) {
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

void start()
