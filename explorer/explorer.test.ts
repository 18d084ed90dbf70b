import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signRequest } from '../src/access/sdk-signature.ts'
import { lineOf } from './catalogue.js'
import { exampleOf, fieldsOf, findOperation, type Operation, search, typeOf, withField } from './document.js'
import { curlOf, toRequest } from './request.js'
import { signatureOf } from './sign.js'

const operation = (operationId: string, summary = ''): Operation => ({
  operationId,
  summary,
  'x-summary-zh': '作业',
  tags: [],
  method: 'GET',
  path: '/p',
})

describe('the signature', () => {
  const key = { ak: 'AK', sk: 'SK' }
  const now = new Date('2026-01-02T03:04:05.678Z')

  it('is the one that the service expects, for any path, query and body', async () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    const parts = fc.record({ segment: part, query: fc.dictionary(part, part, { maxKeys: 4 }), body: part })
    await fc.assert(
      fc.asyncProperty(parts, async ({ segment, query, body }) => {
        const draft = {
          method: 'POST',
          path: '/v1/{name}',
          pathValues: { name: segment },
          query,
          body,
          language: 'en',
        } as const
        const { url, headers } = toRequest(draft, 'http://h.test:8090')
        const signed = await signatureOf({ method: 'POST', url, headers, body }, key, now)
        const request = {
          method: 'POST',
          rawPath: url.pathname,
          rawQuery: url.search.slice(1),
          headers: { ...headers, host: url.host, 'x-sdk-date': signed['x-sdk-date'] },
          body: Buffer.from(body),
        }
        expect(signed.authorization).toBe(signRequest(request, key, Object.keys(request.headers).sort()))
      }),
      { numRuns: 200, seed: 5 },
    )
  })

  it('carries the time as the SDKs write it', async () => {
    const request = { method: 'GET', url: new URL('http://h.test/'), headers: {}, body: null }
    expect((await signatureOf(request, key, now))['x-sdk-date']).toBe('20260102T030405Z')
  })
})

describe('a link', () => {
  const operations = ['createFlinkJarJob', 'updateFlinkJarJob', 'showFlinkJob', 'showFlinkJobExecutionGraph'].map(
    (id) => operation(id),
  )

  it.each([
    ['CreateFlinkJar', 'createFlinkJarJob'],
    ['UpdateFlinkJar', 'updateFlinkJarJob'],
    ['ShowFlinkJob', 'showFlinkJob'],
    ['SHOWFLINKJOB', 'showFlinkJob'],
    ['NoSuchThing', undefined],
    ['', undefined],
  ])('to %s finds %s', (name, id) => {
    expect(findOperation(operations, name)?.operationId).toBe(id)
  })
})

describe('the search', () => {
  it('wants every word, in either language', () => {
    const operations = [operation('showFlinkJob', 'Show a Flink job'), operation('listQueues', 'List queues')]
    const found = (text: string) => search(operations, text).map(({ operationId }) => operationId)
    expect(found('job SHOW')).toEqual(['showFlinkJob'])
    expect(found('作业')).toEqual(['showFlinkJob', 'listQueues'])
    expect(found('job queue')).toEqual([])
  })
})

describe('the fields of a body', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', maxLength: 57 },
      mode: { enum: [1, 2] },
      tags: {
        type: 'array',
        items: {
          type: 'object',
          required: ['key'],
          properties: { key: { type: 'string' }, value: { type: 'string', example: 'v' } },
        },
      },
      spec: { type: 'object', properties: { cpu: { type: 'number', minimum: 0.5, default: 2 } } },
    },
  }

  it('are listed with what lies in them', () => {
    expect(fieldsOf(schema).map(({ path, depth }) => `${depth} ${path}`)).toEqual([
      '0 name',
      '0 mode',
      '0 tags',
      '1 tags[].key',
      '1 tags[].value',
      '0 spec',
      '1 spec.cpu',
    ])
  })

  it('are added to a body where they belong, and nothing else changes', () => {
    const field = (path: string) => fieldsOf(schema).find((each) => each.path === path)
    const added = ['spec.cpu', 'tags[].value', 'mode'].reduce<unknown>(
      (body, path) => {
        const found = field(path)
        return found ? withField(body, found) : body
      },
      { name: 'a', tags: [{ key: 'k' }] },
    )
    expect(added).toEqual({ name: 'a', tags: [{ key: 'k', value: 'v' }], spec: { cpu: 2 }, mode: 1 })
  })

  it('have types and limits in signs', () => {
    expect(fieldsOf(schema).map((each) => typeOf(each.schema))).toEqual([
      'string ≤ 57',
      '1 | 2',
      'object[]',
      'string',
      'string',
      'object',
      'number ≥ 0.5',
    ])
  })

  it('have an example with what is mandatory', () => {
    expect(exampleOf(schema)).toEqual({ name: '' })
  })
})

describe('the curl command', () => {
  const request = toRequest(
    {
      method: 'POST',
      path: '/v1/{p}/x',
      pathValues: { p: 'a/b' },
      query: { q: '', n: '1' },
      body: `{"a":"it's"}`,
      language: 'zh',
    },
    'http://h.test',
  )

  it('is quoted for a shell and holds no token', async () => {
    const command = await curlOf(request, { kind: 'token', name: 'u', projectId: 'p', token: 'secret' })
    expect(command).toBe(
      [
        `curl -X POST 'http://h.test/v1/a%2Fb/x?n=1'`,
        `-H 'content-type: application/json'`,
        `-H 'x-language: zh-cn'`,
        '-H "x-auth-token: $TOKEN"',
        `--data-raw '{"a":"it'\\''s"}'`,
      ].join(' \\\n  '),
    )
  })

  it('holds no secret key', async () => {
    expect(await curlOf(request, { kind: 'keys', name: 'AK', projectId: 'p', ak: 'AK', sk: 'secret' })).not.toContain(
      'secret',
    )
  })
})

describe('the line of the catalogue', () => {
  const line = (code: string, en: string) => ({ code, status: 400, en, zh: '…', who: { en: '', zh: '' } })
  const lines = [line('A', 'Job {id} is gone.'), line('A', 'Queue "{name}" (all) is full.'), line('B', 'No.')]

  it('is the one whose text fits, else the first of the code', () => {
    expect(lineOf(lines, { error_code: 'A', error_msg: 'Queue "q" (all) is full.' })).toBe(lines[1])
    expect(lineOf(lines, { error_code: 'A', error_msg: 'Something new.' })).toBe(lines[0])
    expect(lineOf(lines, { error_code: 'C' })).toBeNull()
    expect(lineOf(lines, null)).toBeNull()
  })
})
