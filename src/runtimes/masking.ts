/**
 * Hides secrets in texts. Shorter ones than four characters are left: to hide every "1" would make a text unreadable and
 * hide nothing. A text may be a piece of a longer one, so the part of a secret that its edge cuts off is hidden as well.
 */
const SHORTEST = 4
export const MASK = '******'

/** How long a secret may be on its way over an edge: what is read beside a piece so that none of it shows. */
export function longestOf(secrets: readonly string[]): number {
  return Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)))
}

export function maskText(text: string, secrets: readonly string[]): string {
  return cover(text, secrets, () => MASK)
}

/** The same with as many `*` as a secret has bytes, so that every offset into the text stays what it was. */
export function maskBytes(bytes: Uint8Array, secrets: readonly string[]): Buffer {
  const asBytes = secrets.map((secret) => Buffer.from(secret).toString('latin1'))
  const masked = cover(Buffer.from(bytes).toString('latin1'), asBytes, (length) => '*'.repeat(length))
  return Buffer.from(masked, 'latin1')
}

/** Every text inside a value. */
export function maskValue<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === 'string') return maskText(value, secrets) as T
  if (Array.isArray(value)) return value.map((each: unknown) => maskValue(each, secrets)) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, maskValue(each, secrets)])) as T
}

function cover(text: string, secrets: readonly string[], mask: (length: number) => string): string {
  return [...secrets]
    .filter((secret) => secret.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => coverEdges(rest.replaceAll(secret, mask(secret.length)), secret, mask), text)
}

function coverEdges(text: string, secret: string, mask: (length: number) => string): string {
  const atEnd = cutOff(secret, (length) => text.endsWith(secret.slice(0, length)))
  const kept = atEnd === 0 ? text : text.slice(0, -atEnd) + mask(atEnd)
  const atStart = cutOff(secret, (length) => kept.startsWith(secret.slice(-length)))
  return atStart === 0 ? kept : mask(atStart) + kept.slice(atStart)
}

/** Characters of the longest part of the secret that stands at an edge. */
function cutOff(secret: string, stands: (length: number) => boolean): number {
  for (let length = secret.length - 1; length >= SHORTEST; length--) if (stands(length)) return length
  return 0
}
