import { canSign, escaped, signatureOf } from './sign.js'

/**
 * From what was filled in to a request, its curl command, and the answer.
 *
 * @typedef {{ kind: 'token', name: string, projectId: string, token: string }
 *   | { kind: 'keys', name: string, projectId: string, ak: string, sk: string }} Credentials
 *
 * @typedef {object} Draft
 * @property {string} method
 * @property {string} path with `{names}`
 * @property {Record<string, string>} pathValues
 * @property {Record<string, string>} query empty values are left out
 * @property {string | File | null} body
 * @property {'en' | 'zh'} language
 *
 * @typedef {{ method: string, url: URL, headers: Record<string, string>, body: string | File | null }} Ready
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} statusText
 * @property {[string, string][]} headers
 * @property {string} text
 * @property {File | null} file what is no text of the API but an object's content
 * @property {number} durationMs
 */

/**
 * The request without credentials.
 * @param {Draft} draft
 * @param {string} origin
 * @returns {Ready}
 */
export function toRequest(draft, origin) {
  const path = draft.path.replace(/\{(\w+)\}/g, (_all, name) => inPath(name, draft.pathValues[name] ?? ''))
  const url = new URL(path, origin)
  for (const [name, value] of Object.entries(draft.query)) if (value !== '') url.searchParams.append(name, value)
  const { body, language } = draft
  const type =
    body === null ? {} : { 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' }
  return { method: draft.method, url, headers: { ...type, 'x-language': language === 'zh' ? 'zh-cn' : 'en-us' }, body }
}

/** The key of an object may hold slashes; every other value is one segment.
 * @param {string} name
 * @param {string} value */
function inPath(name, value) {
  if (value === '') return `{${name}}`
  return name === 'key' ? value.split('/').map(escaped).join('/') : escaped(value)
}

/**
 * The headers that say who asks; none without credentials.
 * @param {Ready} request
 * @param {Credentials | null} credentials
 * @returns {Promise<Record<string, string>>}
 */
export async function authenticated(request, credentials) {
  if (credentials === null) return request.headers
  if (credentials.kind === 'token') return { ...request.headers, 'x-auth-token': credentials.token }
  if (!canSign()) throw new Error('noWebCrypto')
  const { body } = request
  const ofFile = body instanceof File ? { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' } : {}
  const headers = { ...request.headers, ...ofFile }
  const text = typeof body === 'string' ? body : null
  return { ...headers, ...(await signatureOf({ ...request, headers, body: text }, credentials, new Date())) }
}

/**
 * @param {Ready} request
 * @param {Credentials | null} credentials
 * @returns {Promise<Answer>}
 */
export async function send(request, credentials) {
  const headers = await authenticated(request, credentials)
  const startMs = performance.now()
  const response = await fetch(request.url, { method: request.method, headers, body: request.body, cache: 'no-store' })
  const isFile = response.headers.get('content-type') === 'application/octet-stream'
  const file = isFile ? new File([await response.blob()], nameOf(request.url)) : null
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    text: file === null ? await response.text() : '',
    file,
    durationMs: Math.round(performance.now() - startMs),
  }
}

/** The last part of the path. @param {URL} url */
const nameOf = ({ pathname }) => decodeURIComponent(pathname.split('/').at(-1) ?? '')

/**
 * The same request for a shell. Secrets are not in it: the token stands in $TOKEN; with keys it has a signature, which is
 * good for 15 minutes.
 * @param {Ready} request
 * @param {Credentials | null} credentials
 */
export async function curlOf(request, credentials) {
  const shown = credentials?.kind === 'token' ? { ...credentials, token: '$TOKEN' } : credentials
  const headers = await authenticated(request, shown)
  const lines = [
    `curl ${request.method === 'HEAD' ? '--head' : `-X ${request.method}`} ${quoted(request.url.href.replace(/%7B(\w+)%7D/g, '{$1}'))}`,
  ]
  for (const [name, value] of Object.entries(headers)) {
    const text = `${name}: ${value}`
    lines.push(`-H ${value === '$TOKEN' ? `"${text}"` : quoted(text)}`)
  }
  if (typeof request.body === 'string') lines.push(`--data-raw ${quoted(request.body)}`)
  if (request.body instanceof File) lines.push(`--data-binary ${quoted(`@${request.body.name}`)}`)
  return lines.join(' \\\n  ')
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * A token for a user in a project.
 * @param {{ account: string, user: string, password: string, project: string }} given the project by id or by name
 * @param {string} origin
 * @param {'en' | 'zh'} language
 * @returns {Promise<Credentials>}
 */
export async function signIn({ account, user, password, project }, origin, language) {
  const domain = { name: account }
  const scope = /^[0-9a-f]{32}$/.test(project) ? { id: project } : { name: project, domain }
  const identity = { methods: ['password'], password: { user: { name: user, password, domain } } }
  const body = JSON.stringify({ auth: { identity, scope: { project: scope } } })
  const draft = {
    method: 'POST',
    path: '/v3/auth/tokens',
    pathValues: {},
    query: { nocatalog: 'true' },
    body,
    language,
  }
  const answer = await send(toRequest(draft, origin), null)
  const token = answer.headers.find(([name]) => name === 'x-subject-token')?.[1]
  if (token === undefined) throw new Error(messageOf(answer))
  return { kind: 'token', name: user, projectId: JSON.parse(answer.text).token.project.id, token }
}

/**
 * Tries the keys, and finds the project when none is given.
 * @param {{ ak: string, sk: string, project: string }} given
 * @param {string} origin
 * @param {'en' | 'zh'} language
 * @returns {Promise<Credentials>}
 */
export async function useKeys({ ak, sk, project }, origin, language) {
  /** @type {Credentials} */
  const keys = { kind: 'keys', name: ak, projectId: '', ak, sk }
  const draft = { method: 'GET', path: '/v3/projects', pathValues: {}, query: {}, body: null, language }
  const answer = await send(toRequest(draft, origin), keys)
  if (answer.status !== 200) throw new Error(messageOf(answer))
  /** @type {{ id: string, name: string }[]} */
  const projects = JSON.parse(answer.text).projects
  const found = project === '' ? projects[0] : projects.find(({ id, name }) => id === project || name === project)
  return { ...keys, projectId: found?.id ?? project }
}

/** What an error answer says, in either of the two forms.
 * @param {Answer} answer */
function messageOf({ text, status }) {
  const body = parsed(text)
  return body?.error_msg ?? body?.error?.message ?? `HTTP ${status}`
}

/** @param {string} text @returns {any} */
export function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
