import { byId, h } from './dom.js'
import { signIn, useKeys } from './request.js'
import { canSign } from './sign.js'
import { WORDS } from './words.js'

/**
 * Asks who it is, by password or by keys, until the service knows them or the person gives up.
 * @import { Credentials } from './request.js'
 * @param {'en' | 'zh'} language
 * @param {string} origin
 * @param {(credentials: Credentials) => void} done
 */
export function openSignIn(language, origin, done) {
  const words = WORDS[language]
  const dialog = /** @type {HTMLDialogElement} */ (byId('sign-in'))
  const problem = h('p', { className: 'problem', role: 'alert', id: 'sign-in-problem' })
  const fields = h('div', {})
  const submit = h('button', { type: 'submit', className: 'main' }, words.signIn)
  let way = 'password'

  /** @param {string} chosen */
  const show = (chosen) => {
    way = chosen
    problem.textContent = chosen === 'keys' && !canSign() ? words.noWebCrypto : ''
    fields.replaceChildren(...(chosen === 'keys' ? keyFields(words) : passwordFields(words)))
  }
  /** @param {SubmitEvent} event */
  const onSubmit = async (event) => {
    event.preventDefault()
    submit.disabled = true
    problem.textContent = ''
    try {
      const given = valuesOf(form)
      done(way === 'keys' ? await useKeys(given, origin, language) : await signIn(given, origin, language))
      dialog.close()
    } catch (error) {
      const { message } = /** @type {Error} */ (error)
      const isNetwork = error instanceof TypeError // what fetch throws when nobody answers
      problem.textContent = message === 'noWebCrypto' ? words.noWebCrypto : (isNetwork ? words.failed : '') + message
    }
    submit.disabled = false
  }
  const form = h(
    'form',
    { on: { submit: onSubmit } },
    h('h1', { id: 'sign-in-title' }, words.signIn),
    h(
      'fieldset',
      {},
      h('legend', { className: 'heard' }, words.way),
      choice('password', words.byPassword, true, show),
      choice('keys', words.byKeys, false, show),
    ),
    fields,
    problem,
    h(
      'div',
      { className: 'send' },
      h('button', { type: 'button', on: { click: () => dialog.close() } }, words.cancel),
      submit,
    ),
  )
  dialog.addEventListener('close', () => dialog.replaceChildren(), { once: true }) // what was typed goes with the fields
  dialog.replaceChildren(form)
  show('password')
  dialog.showModal()
  byId('sign-in-user').focus()
}

/** @param {string} value @param {string} text @param {boolean} checked @param {(value: string) => void} show */
function choice(value, text, checked, show) {
  return h(
    'label',
    {},
    h('input', { type: 'radio', name: 'way', value, checked, on: { change: () => show(value) } }),
    text,
  )
}

/** @param {typeof WORDS.en} words */
function passwordFields(words) {
  return [
    row('account', words.account, { value: 'headgate', autocomplete: 'organization' }),
    row('user', words.user, { autocomplete: 'username' }),
    row('password', words.password, { type: 'password', autocomplete: 'current-password' }),
    row('project', words.project, { autocomplete: 'off', spellcheck: false }, words.projectHint),
    h('p', { className: 'kept' }, words.keptPassword),
  ]
}

/** @param {typeof WORDS.en} words */
function keyFields(words) {
  return [
    row('ak', words.ak, { autocomplete: 'off', spellcheck: false }),
    row('sk', words.sk, { type: 'password', autocomplete: 'off' }),
    row('project', words.project, { autocomplete: 'off', spellcheck: false, required: false }, words.projectOptional),
    h('p', { className: 'kept' }, words.kept),
  ]
}

/** @param {string} name @param {string} text @param {Record<string, unknown>} properties @param {string} [hint] */
function row(name, text, properties, hint) {
  const id = `sign-in-${name}`
  return h(
    'div',
    { className: 'row' },
    h('label', { htmlFor: id }, text),
    h('input', { type: 'text', id, name, required: true, 'aria-describedby': hint && `${id}-hint`, ...properties }),
    hint ? h('p', { id: `${id}-hint` }, hint) : null,
  )
}

/** @param {HTMLFormElement} form */
function valuesOf(form) {
  const data = new FormData(form)
  const text = (/** @type {string} */ name) => String(data.get(name) ?? '').trim()
  return {
    account: text('account'),
    user: text('user'),
    password: String(data.get('password') ?? ''),
    project: text('project'),
    ak: text('ak'),
    sk: text('sk'),
  }
}
