import { CONTROL, countBytes } from '../lib/text.ts'

export const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u

/** `bucket/key…` with a bucket name and no step out of it. */
export function isBucketPath(path: string): boolean {
  const [bucket = '', ...segments] = path.split('/')
  const inner = segments.filter((segment) => segment !== '')
  if (!BUCKET_NAME.test(bucket) || CONTROL.test(path) || countBytes(path) > 1024) return false
  return inner.every((segment) => segment !== '.' && segment !== '..' && countBytes(segment) <= 200)
}
