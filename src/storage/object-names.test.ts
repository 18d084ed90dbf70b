import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatObsUrl, parseFolderUrl, parseObjectUrl } from './object-names.ts'

const badName = expect.objectContaining({ name: 'Refusal', code: 'object.badName' })

test.each([
  ['obs://bucketName/dir/a b%20.jar', 'bucketName', 'dir/a b%20.jar'],
  ['OBS://b/作业/文件.csv', 'b', '作业/文件.csv'],
  ['https://bucketName.obs.cn-north-4.example.test/dir/x.py', 'bucketName', 'dir/x.py'],
  ['https://b.c.obs.region.obs.test:8443/x%20%E4%BD%9C.jar?versionId=1#top', 'b.c', 'x 作.jar'],
  ['http://obs.region.example.test/bucketName/a%2Fb', 'bucketName', 'a/b'],
])('%s names an object', (text, bucket, key) => {
  expect(parseObjectUrl(text)).toEqual({ bucket, key })
})

test.each([
  ['', 'obs://', 'obs://b', 'obs://b/', 'b/key', 'obs:/b/k', 'ftp://b.obs.x/k', 'https://example.test/b/k'],
  ['https://user@b.obs.x.test/k', 'https://b.obs.x.test/%zz', 'https://b.obs.x.test/%FF', 'https://b.obs.x.test'],
  ['obs://../k', 'obs://./k', 'obs://.b/k', 'obs://b c/k', `obs://${'b'.repeat(64)}/k`, 'obs://b\n/k'],
  ['obs://b/..', 'obs://b/a/../c', 'obs://b/./c', 'obs://b//c', 'obs://b/c/', 'obs://b/a\\b', 'obs://b/a\u0000b'],
  ['https://b.obs.x.test/a/%2e%2e/c', 'https://b.obs.x.test/a%00', 'obs://b/\ud800', 'obs://b/a\nb'],
  [`obs://b/${'k'.repeat(256)}`, `obs://b/${'k/'.repeat(512)}k`, `obs://b/${'键'.repeat(86)}`, '/'.repeat(1_000_000)],
])('what names no object is refused', (...texts) => {
  for (const text of texts) expect(() => parseObjectUrl(text), text.slice(0, 60)).toThrow(badName)
})

test('a bare name is read only where it is allowed', () => {
  expect(parseObjectUrl('bucket/dir/key', { allowBare: true })).toEqual({ bucket: 'bucket', key: 'dir/key' })
  expect(() => parseObjectUrl('bucket/dir/key')).toThrow(badName)
})

test('a folder may be a whole bucket, and the slash at its end makes no difference', () => {
  for (const text of ['b', 'b/', 'obs://b', 'obs://b//']) expect(parseFolderUrl(text)).toEqual({ bucket: 'b', key: '' })
  for (const text of ['b/c/d', 'b/c/d/', 'obs://b/c/d/']) {
    expect(parseFolderUrl(text)).toEqual({ bucket: 'b', key: 'c/d' })
  }
  for (const text of ['', '/', 'obs://', '..', 'b/../c', '/b/c'])
    expect(() => parseFolderUrl(text), text).toThrow(badName)
})

test('what is formatted reads back', () => {
  const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
      fc.array(segment, { minLength: 1 }),
      (bucket, parts) => {
        const name = { bucket, key: parts.join('/') }
        try {
          expect(parseObjectUrl(formatObsUrl(name))).toEqual(name)
        } catch (error) {
          expect(error).toEqual(badName)
        }
      },
    ),
    { seed: 5 },
  )
})
