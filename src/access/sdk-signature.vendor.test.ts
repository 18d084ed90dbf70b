import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAuthorization, verifySignature } from './sdk-signature.ts'
import type { SignedRequest } from './signed-request.ts'

/** The vendor's own signer against our check: what it signs is accepted, and nothing else. */
/** The same requests in every run. */
const SEED = 20_261_121

const PIECES = ['a', 'Z', '7', '-', '_', '.', '~', ' ', '+', '%', '/', '?', '#', '&', '=', ';', ',', ':', '@', '!', "'"]
const MORE = [
  '(',
  ')',
  '*',
  '[',
  ']',
  '{',
  '}',
  '|',
  '\\',
  '^',
  '`',
  '"',
  '<',
  '>',
  '$',
  'é',
  '作',
  '业',
  '队',
  '列',
  '包',
]
/** Chinese and reserved characters. Those beyond the first plane sort differently in the vendor's signer and in its others. */
const word = fc.string({ unit: fc.constantFrom(...PIECES, ...MORE), minLength: 1, maxLength: 10 })
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)

const strictly = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)

const requests = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'),
  segments: fc.array(word, { minLength: 1, maxLength: 4 }),
  /** A name may be given several times. */
  query: fc.dictionary(word, fc.array(word, { minLength: 1, maxLength: 3 }), { maxKeys: 4 }),
  agent: headerValue,
  language: fc.option(headerValue),
  body: fc.option(fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)))),
  isUnsigned: fc.boolean(),
  ak: fc.stringMatching(/^[A-Z0-9]{8,20}$/),
  sk: fc.stringMatching(/^[!-~]{8,40}$/),
})

type Wanted = typeof requests extends fc.Arbitrary<infer Request> ? Request : never

/** Signs as the vendor does and answers the request as it then comes over the wire. */
function signedByVendor({ method, segments, query, agent, language, body, isUnsigned, ak, sk }: Wanted) {
  const rawPath = `/${segments.map(strictly).join('/')}`
  const headers: Record<string, string> = {
    'user-agent': agent,
    'content-type': 'application/json',
    ...(language === null ? {} : { 'x-language': language }),
    ...(isUnsigned ? { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } : {}),
  }
  const asked = { method, endpoint: `http://dli.example.test:8090${rawPath}`, queryParams: query, headers, data: body }
  const sent = AKSKSigner.sign(asked as never, { getAk: () => ak, getSk: () => sk } as never) as Record<string, string>
  const pairs = Object.entries(query).flatMap(([name, values]) => values.map((value) => [name, value] as const))
  const request: SignedRequest = {
    method,
    rawPath,
    rawQuery: pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'),
    headers: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body === null ? '' : JSON.stringify(body)),
  }
  return { request, key: { ak, sk } }
}

/** What the service would say: the owner of the key that is named is looked up, and then the signature is judged. */
function judge(request: SignedRequest, { ak, sk }: { ak: string; sk: string }) {
  const authorization = parseAuthorization(String(request.headers.authorization))
  if (authorization === null) return 'unreadable'
  if (authorization.accessKey !== ak) return 'unknown key'
  return verifySignature(request, authorization, sk, new Date())
}

const flip = (bytes: Uint8Array, bit: number): Buffer => {
  const copy = Buffer.from(bytes)
  const at = bit % (copy.length * 8)
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7))
  return copy
}

const flipText = (text: string, bit: number) => flip(Buffer.from(text, 'latin1'), bit).toString('latin1')

/** Spellings of one value, such as blanks at its ends, are no change. */
const withoutSpelling = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))

describe('what the vendor signs', () => {
  test('is accepted: any method, path, query and body', () => {
    fc.assert(
      fc.property(requests, (wanted) => {
        const { request, key } = signedByVendor(wanted)
        expect(judge(request, key)).toBe('valid')
      }),
      { numRuns: 500, seed: SEED },
    )
  })

  test('is refused with any one bit changed', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (wanted, bit) => {
        const { request, key } = signedByVendor(wanted)
        const { headers, body } = request
        const agent = flipText(wanted.agent, bit) // blanks around it do not count
        const changed: SignedRequest[] = [
          { ...request, method: flipText(request.method, bit) },
          { ...request, headers: { ...headers, host: `x${headers.host}` } },
          { ...request, headers: { ...headers, 'x-sdk-date': '20200102T030405Z' } },
          ...(agent.trim() === wanted.agent ? [] : [{ ...request, headers: { ...headers, 'user-agent': agent } }]),
          ...(wanted.isUnsigned || body.length === 0 ? [] : [{ ...request, body: flip(body, bit) }]),
          ...(body.length === 0 && !wanted.isUnsigned ? [{ ...request, body: Buffer.from(' ') }] : []),
        ]
        for (const each of changed) expect(judge(each, key)).not.toBe('valid')
        expect(judge(request, { ...key, sk: flipText(key.sk, bit) })).not.toBe('valid')
        const authorization = flipText(String(headers.authorization), bit)
        expect(judge({ ...request, headers: { ...headers, authorization } }, key)).not.toBe('valid')
      }),
      { numRuns: 300, seed: SEED },
    )
  })

  test('is refused with one bit of the path or the query changed, unless that spells the same', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (wanted, bit) => {
        const { request, key } = signedByVendor(wanted)
        for (const part of ['rawPath', 'rawQuery'] as const) {
          const before = request[part]
          if (before === '') continue
          const after = flipText(before, bit)
          const isSame = (() => {
            try {
              return withoutSpelling(after) === withoutSpelling(before)
            } catch {
              return false
            }
          })()
          if (!isSame) expect([after, judge({ ...request, [part]: after }, key)]).not.toEqual([after, 'valid'])
        }
      }),
      { numRuns: 500, seed: SEED },
    )
  })
})
