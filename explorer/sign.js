/**
 * SDK-HMAC-SHA256 in the browser, as the vendor's SDKs sign. The secret key never leaves the page.
 * src/access/sdk-signature.ts is the other side of it.
 */
const ALGORITHM = 'SDK-HMAC-SHA256'
const encoder = new TextEncoder()

/**
 * Browsers offer the arithmetic on https and on this machine only.
 */
export function canSign() {
  return globalThis.crypto?.subtle !== undefined
}

/**
 * The headers that sign a request. Browsers set Host themselves, and add headers of their own that are not signed.
 * @param {{ method: string, url: URL, headers: Record<string, string>, body: string | null }} request header names in lower case
 * @param {{ ak: string, sk: string }} key
 * @param {Date} now
 * @returns {Promise<{ authorization: string, 'x-sdk-date': string }>}
 */
export async function signatureOf({ method, url, headers, body }, key, now) {
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  /** @type {Record<string, string>} */
  const signed = { ...headers, host: url.host, 'x-sdk-date': date }
  const names = Object.keys(signed).sort()
  const canonical = [
    method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    headers['x-sdk-content-sha256'] ?? (await sha256(body ?? '')),
  ].join('\n')
  const signature = await hmac(key.sk, [ALGORITHM, date, await sha256(canonical)].join('\n'))
  const authorization = `${ALGORITHM} Access=${key.ak}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { authorization, 'x-sdk-date': date }
}

/** Always ends in a slash, though the request does not.
 * @param {string} pathname */
function canonicalPath(pathname) {
  const path = pathname
    .split('/')
    .map((segment) => escaped(decodeURIComponent(segment)))
    .join('/')
  return path.endsWith('/') ? path : `${path}/`
}

/** In the order of the names and values before they are escaped. @param {URLSearchParams} parameters */
function canonicalQuery(parameters) {
  return [...parameters]
    .sort(([nameA, valueA], [nameB, valueB]) => byBytes(nameA, nameB) || byBytes(valueA, valueB))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&')
}

/** The order of UTF-8, which is that of code points and not the one of JavaScript. @param {string} a @param {string} b */
function byBytes(a, b) {
  const [pointsA, pointsB] = [[...a], [...b]]
  const at = pointsA.findIndex((sign, index) => sign !== pointsB[index])
  if (at === -1) return pointsA.length - pointsB.length
  return (pointsA[at]?.codePointAt(0) ?? 0) - (pointsB[at]?.codePointAt(0) ?? -1)
}

/** RFC 3986 leaves fewer signs alone than encodeURIComponent.
 * @param {string} text */
export function escaped(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** @param {string} text */
async function sha256(text) {
  return hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)))
}

/**
 * @param {string} key
 * @param {string} text
 */
async function hmac(key, text) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', imported, encoder.encode(text)))
}

/** @param {ArrayBuffer} bytes */
function hex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
