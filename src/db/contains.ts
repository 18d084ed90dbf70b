import { type RawBuilder, sql } from 'kysely'

/**
 * The column holds the text, in any case of A to Z, as the databases know it: what would be a wildcard is an ordinary
 * character.
 */
export function contains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[A-Z]+/gu, (upper) => upper.toLowerCase()).replace(/[\\%_]/gu, '\\$&')}%`
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`
}
