/** The smallest jar: an archive without entries (APPNOTE.TXT 4.3.6), for programs that are only pretended. */
export const EMPTY_JAR = `PK\x05\x06${'\0'.repeat(18)}`
