export const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
export const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u

const bytes = (text: string) => Buffer.byteLength(text, 'utf8')

/** `bucket/key…` with a bucket name and no step out of it. */
export function isBucketPath(path: string): boolean {
  const [bucket = '', ...segments] = path.split('/')
  const inner = segments.filter((segment) => segment !== '')
  if (!BUCKET_NAME.test(bucket) || CONTROL.test(path) || bytes(path) > 1024) return false
  return inner.every((segment) => segment !== '.' && segment !== '..' && bytes(segment) <= 200)
}
