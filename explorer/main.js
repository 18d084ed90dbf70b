import { findOperation, operationsOf, titleOf } from './document.js'
import { byId, h } from './dom.js'
import { renderErrors } from './errors.js'
import { renderList } from './list.js'
import { renderOperation, submit } from './operation.js'
import { openSignIn } from './sign-in.js'
import { addressOf, state, words } from './state.js'

/**
 * @import { OpenApi } from './document.js'
 * @import { Credentials } from './request.js'
 */

const TITLE = 'Headgate API Explorer'

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
  state.errors = catalogue
}

/** Shows the operation that the address names. */
function choose() {
  state.chosen = findOperation(state.operations, new URLSearchParams(location.search).get('api'))
  render()
  document.querySelector('#list [aria-current]')?.scrollIntoView({ block: 'nearest' })
}

/** Shows another address without loading the page anew, which would forget who is signed in. @param {string} address */
function visit(address) {
  history.pushState(null, '', address)
  choose()
  byId('operation').scrollTop = 0
  byId('operation').focus()
}

/** @param {string} href @param {import('./dom.js').Properties} properties @param {(Node | string)[]} children */
function linkInside(href, properties, ...children) {
  /** @param {MouseEvent} event */
  const click = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    visit(href)
  }
  return h('a', { ...properties, href, on: { click } }, ...children)
}

function render() {
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en'
  document.title = state.chosen ? `${titleOf(state.chosen, state.language)} · ${TITLE}` : TITLE
  byId('skip').textContent = words().skip
  byId('list').ariaLabel = words().operations
  renderTop()
  renderList((id) => visit(addressOf(id)))
  if (state.chosen === null && new URLSearchParams(location.search).has('errors')) renderErrors()
  else renderOperation(askWho)
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
    linkInside(
      '/api-explorer',
      { className: 'brand' },
      h('img', { src: '/api-explorer/icon.svg', alt: '' }),
      h('span', {}, `Headgate ${words().title} `, h('small', {}, state.version)),
    ),
    linkInside('/api-explorer?errors', { id: 'errors' }, words().codes),
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
  openSignIn(state.language, location.origin, signedIn)
}

/** @param {Credentials | null} credentials */
function signedIn(credentials) {
  state.credentials = credentials
  if (credentials) state.seen.project_id = credentials.projectId
  for (const filled of state.filled.values()) if ('project_id' in filled.path) filled.path.project_id = ''
  render()
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

void start()
