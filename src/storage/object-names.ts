import { OBJECT_ERRORS } from './object-errors.ts'

export type ObjectName = Readonly<{ bucket: string; key: string }>

const KEY_BYTES_MAX = 1024
const SEGMENT_BYTES_MAX = 255
/** A key with every byte percent-encoded, and a host. */
const URL_LENGTH_MAX = 4096

/**
 * Reads `obs://bucket/key`, `https://<bucket>.obs.<anything>/<key>`, `https://obs.<anything>/<bucket>/<key>`, and with
 * `allowBare` also `bucket/key`. Only the https forms are percent-encoded. The bucket keeps its capitals.
 * @throws Refusal `object.badName`
 */
export function parseObjectUrl(text: string, { allowBare = false } = {}): ObjectName {
  const name = splitUrl(text, allowBare)
  if (!name) throw OBJECT_ERRORS.badUrl(text)
  checkBucketName(name.bucket)
  checkKey(name.key)
  return name
}

/**
 * Reads the name of a folder: as `parseObjectUrl` with bare names, but a slash at the end makes no difference, and the
 * whole bucket (`bucket`, `bucket/`) is a folder too, with the key "".
 * @throws Refusal `object.badName`
 */
export function parseFolderUrl(text: string): ObjectName {
  const trimmed = text.length > URL_LENGTH_MAX ? text : text.replace(/\/+$/, '')
  const isWholeBucket = !trimmed.replace(/^obs:\/\//i, '').includes('/')
  const name = splitUrl(isWholeBucket ? `${trimmed}/` : trimmed, true)
  if (!name) throw OBJECT_ERRORS.badUrl(text)
  checkBucketName(name.bucket)
  if (name.key !== '') checkKey(name.key)
  return name
}

export function formatObsUrl({ bucket, key }: ObjectName): string {
  return `obs://${bucket}/${key}`
}

/** @throws Refusal `object.badName` */
export function checkBucketName(bucket: string): void {
  if (!isBucketName(bucket)) throw OBJECT_ERRORS.badBucket(bucket)
}

/** @throws Refusal `object.badName` */
export function checkKey(key: string): void {
  const isGood = Buffer.byteLength(key) <= KEY_BYTES_MAX && key.split('/').every(isKeySegment)
  if (!isGood) throw OBJECT_ERRORS.badKey(key)
}

export function isBucketName(bucket: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(bucket)
}

/** A part of a key that can stand as the name of a file or folder. */
export function isKeySegment(segment: string): boolean {
  const isPlain = segment !== '' && segment !== '.' && segment !== '..' && !/[\\\p{Cc}\p{Cs}]/u.test(segment)
  return isPlain && Buffer.byteLength(segment) <= SEGMENT_BYTES_MAX
}

function splitUrl(text: string, allowBare: boolean): ObjectName | null {
  if (text.length > URL_LENGTH_MAX) return null
  const obs = /^obs:\/\/([^/]*)\/(.*)$/is.exec(text)
  if (obs) return { bucket: obs[1] ?? '', key: obs[2] ?? '' }
  const web = /^https?:\/\/([^/?#@]*)\/([^?#]*)/is.exec(text)
  if (web) return splitWebUrl(web[1] ?? '', web[2] ?? '')
  const bare = allowBare ? /^([^/:]*)\/(.*)$/s.exec(text) : null
  return bare && { bucket: bare[1] ?? '', key: bare[2] ?? '' }
}

/** The bucket is the first label of the host, or the first segment of the path. */
function splitWebUrl(host: string, encodedPath: string): ObjectName | null {
  const path = percentDecoded(encodedPath)
  if (path === null) return null
  const inHost = /^(.+?)\.obs\./i.exec(host)
  if (inHost) return { bucket: inHost[1] ?? '', key: path }
  const inPath = /^obs\./i.test(host) ? /^([^/]*)\/(.*)$/s.exec(path) : null
  return inPath && { bucket: inPath[1] ?? '', key: inPath[2] ?? '' }
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
