/**
 * Hides secrets in texts. Shorter ones than four characters are left: to hide every "1" would make a text unreadable and
 * hide nothing. What tells of a secret is seldom whole: a text may be cut anywhere (a page of a log, a message that was too
 * long), and its lines may be joined or indented anew. So the beginning and the end of a long secret are hidden wherever
 * they stand, as far as they go, those of a short one at the edges of the text, and each line of a secret by itself.
 */
const SHORTEST = 4
/** Characters by which a part of a secret is known as such. */
const TELLING = 16
const SHORTEST_LINE = 8
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

type Mask = (length: number) => string

function cover(text: string, secrets: readonly string[], mask: Mask): string {
  return [...new Set(secrets.flatMap(withLines))]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => coverOne(rest, secret, mask), text)
}

function withLines(secret: string): string[] {
  const lines = /[\r\n]/u.test(secret) ? secret.split(/[\r\n]+/u).map((line) => line.trim()) : []
  return [secret, ...lines.filter(({ length }) => length >= SHORTEST_LINE)].filter(({ length }) => length >= SHORTEST)
}

function coverOne(text: string, secret: string, mask: Mask): string {
  if (secret.length <= TELLING) return coverEdges(text.replaceAll(secret, mask(secret.length)), secret, mask)
  return coverEdges(coverEnds(coverBeginnings(text, secret, mask), secret, mask), secret, mask)
}

/** Wherever it begins like the secret, as far as it goes on like it. */
function coverBeginnings(text: string, secret: string, mask: Mask): string {
  const start = secret.slice(0, TELLING)
  const pieces: string[] = []
  let from = 0
  for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, from)) {
    let length = TELLING
    while (length < secret.length && text[at + length] === secret[length]) length++
    pieces.push(text.slice(from, at), mask(length))
    from = at + length
  }
  return from === 0 ? text : pieces.join('') + text.slice(from)
}

/** Wherever it ends like the secret, from where it is like it. */
function coverEnds(text: string, secret: string, mask: Mask): string {
  const end = secret.slice(-TELLING)
  const pieces: string[] = []
  let upTo = text.length
  for (let at = text.lastIndexOf(end); at !== -1; at = upTo < TELLING ? -1 : text.lastIndexOf(end, upTo - TELLING)) {
    let length = TELLING
    while (
      length < secret.length &&
      at + TELLING > length &&
      text.at(at + TELLING - length - 1) === secret.at(-length - 1)
    )
      length++
    pieces.unshift(mask(length), text.slice(at + TELLING, upTo))
    upTo = at + TELLING - length
  }
  return text.slice(0, upTo) + pieces.join('')
}

function coverEdges(text: string, secret: string, mask: Mask): string {
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
