import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SignedRequest } from './signed-request.ts'

/**
 * The signature scheme SDK-HMAC-SHA256 of the vendor's SDKs, as a pure function of request, secret key and time.
 *
 * What clients do differently, and what follows for the check:
 * - The canonical path always ends in "/", though the sent one does not.
 * - Two ways to escape the path are in use: of the decoded path, where a %2F has become a slash like any other (Go,
 *   Python, Terraform), and of the segments as sent, once more (Node). They differ when a segment needs escaping; either
 *   is accepted.
 * - Only the headers that the client lists are signed. Neither `host` nor `x-project-id` need be among them.
 * - The body is hashed as received: a trailing newline counts, and a GET may have a body.
 */
const ALGORITHM = 'SDK-HMAC-SHA256'
const DATE_HEADER = 'x-sdk-date'
const BODY_HASH_HEADER = 'x-sdk-content-sha256'
const UNSIGNED = 'UNSIGNED-PAYLOAD'
const CLOCK_SKEW_MS_MAX = 15 * 60_000

export type Authorization = Readonly<{ accessKey: string; signedHeaders: readonly string[]; signature: string }>

export type SignatureVerdict =
  | 'valid'
  | 'wrong'
  | 'dateNotSigned'
  | 'badDate'
  | 'clockSkew'
  | 'headerMissing'
  | 'badBodyHash'

/** Reads `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=<64 hex>`; null when it is anything else. */
export function parseAuthorization(text: string): Authorization | null {
  const [algorithm, ...rest] = text.trim().split(/[ \t]+/)
  if (algorithm !== ALGORITHM) return null
  const parts = new Map(rest.join('').split(',').map(splitAtEquals))
  const accessKey = parts.get('Access')
  const signature = parts.get('Signature')
  const signedHeaders = parts.get('SignedHeaders')?.split(';') ?? []
  const isComplete = parts.size === 3 && accessKey && signature && /^[0-9a-f]{64}$/.test(signature)
  if (!isComplete || !areHeaderNames(signedHeaders)) return null
  return { accessKey, signedHeaders, signature }
}

function areHeaderNames(names: readonly string[]): boolean {
  return names.length > 0 && new Set(names).size === names.length && names.every((name) => /^[a-z0-9_-]+$/.test(name))
}

/** Judges the request; cheap refusals come before any hashing. */
export function verifySignature(
  request: SignedRequest,
  authorization: Authorization,
  secretKey: string,
  now: Date,
): SignatureVerdict {
  const { signedHeaders } = authorization
  if (!signedHeaders.includes(DATE_HEADER)) return 'dateNotSigned'
  if (signedHeaders.some((name) => headerValues(request, name) === null)) return 'headerMissing'
  const date = parseSdkDate(headerText(request, DATE_HEADER))
  if (date === null) return 'badDate'
  if (Math.abs(now.getTime() - date) > CLOCK_SKEW_MS_MAX) return 'clockSkew'
  const bodyHash = bodyHashOf(request)
  if (bodyHash === null) return 'badBodyHash'
  return signatures(request, signedHeaders, bodyHash, secretKey).some(isEqualTo(authorization.signature))
    ? 'valid'
    : 'wrong'
}

/** Signs a request the way the Go, Python and Terraform clients do; answers the value of `Authorization`. */
export function signRequest(
  request: SignedRequest,
  key: { ak: string; sk: string },
  signedHeaders: readonly string[],
): string {
  const bodyHash = bodyHashOf(request) ?? ''
  const [signature] = signatures(request, signedHeaders, bodyHash, key.sk)
  return `${ALGORITHM} Access=${key.ak}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}

function signatures(
  request: SignedRequest,
  signedHeaders: readonly string[],
  bodyHash: string,
  secretKey: string,
): string[] {
  const query = canonicalQuery(request.rawQuery)
  const headers = signedHeaders.flatMap((name) => canonicalHeader(request, name)).join('')
  return canonicalPaths(request.rawPath).map((path) => {
    const canonical = [request.method, path, query, headers, signedHeaders.join(';'), bodyHash].join('\n')
    const bytes = Buffer.from(canonical, 'latin1') // all is ASCII but header values, which Node reads as latin1
    const toSign = [ALGORITHM, headerText(request, DATE_HEADER), sha256(bytes)].join('\n')
    return createHmac('sha256', secretKey).update(toSign).digest('hex')
  })
}

const isEqualTo = (signature: string) => {
  const given = Buffer.from(signature, 'hex')
  return (expected: string): boolean => timingSafeEqual(given, Buffer.from(expected, 'hex'))
}

function canonicalPaths(rawPath: string): string[] {
  const asPath = (segments: readonly string[]): string => {
    const path = segments.map(percentEncoded).join('/')
    return path.endsWith('/') ? path : `${path}/`
  }
  const segments = rawPath.split('/')
  const fromDecoded = asPath(segments.flatMap((segment) => percentDecoded(segment).split('/')))
  const fromRaw = asPath(segments)
  return fromDecoded === fromRaw ? [fromDecoded] : [fromDecoded, fromRaw]
}

function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => splitAtEquals(pair).map((part) => percentDecoded(part.replaceAll('+', ' '))))
    .sort(([nameA = '', valueA = ''], [nameB = '', valueB = '']) => byBytes(nameA, nameB) || byBytes(valueA, valueB))
    .map((pair) => pair.map(percentEncoded).join('='))
    .join('&')
}

function canonicalHeader(request: SignedRequest, name: string): string[] {
  const values = headerValues(request, name) ?? []
  return values.toSorted(byBytes).map((value) => `${name}:${value}\n`)
}

/** The hash that stands in the signature; null when the client sent one that is not that of the body. */
function bodyHashOf(request: SignedRequest): string | null {
  const declared = headerValues(request, BODY_HASH_HEADER)?.join(',') ?? null
  if (declared === UNSIGNED) return UNSIGNED
  const actual = sha256(request.body)
  return declared === null || declared === actual ? actual : null
}

function headerText(request: SignedRequest, name: string): string {
  return headerValues(request, name)?.join(',') ?? ''
}

/** Null: the request has no such header. The name comes from the client, so it must not reach the prototype. */
function headerValues(request: SignedRequest, name: string): string[] | null {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined
  if (value === undefined) return null
  return (typeof value === 'string' ? [value] : value).map((text) => text.trim())
}

/** `20060102T150405Z` as milliseconds; null when it is no such date. */
function parseSdkDate(text: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!parts) return null
  const [, year, month, day, hour, minute, second] = parts
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? null : at
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** What does not decode stands for itself. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Percent-encodes all but letters, digits and `-_.~`. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
