/** A request as it came over the wire, as far as signatures speak of it. */
export type SignedRequest = Readonly<{
  method: string
  /** Path as sent, still percent-encoded, without the query. */
  rawPath: string
  /** Query as sent, without the question mark; empty when there is none. */
  rawQuery: string
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** The bytes as received, before any parsing. */
  body: Uint8Array
}>
