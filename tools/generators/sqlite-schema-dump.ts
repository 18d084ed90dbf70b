import { sql } from 'kysely'
import { openDatabase } from '../../src/db/database.ts'
import { sqlite } from '../../src/db/dialects/sqlite.ts'

/** src/db/schema.sqlite.sql: what the migrations add up to. */
export async function sqliteSchemaDump(): Promise<string> {
  const database = await openDatabase(sqlite(':memory:'))
  try {
    const { rows } = await sql<{ sql: string }>`
      select sql from sqlite_master
      where sql is not null and name not like 'sqlite_%' and name not like 'kysely_%' order by type desc, name
    `.execute(database.db)
    const statements = rows.map((row) =>
      row.sql.replace(/, (?="\w+" \w|constraint)/gu, ',\n  ').replace(/\s+\)$/u, ')'),
    )
    return `-- Generated: what the migrations add up to on SQLite.\n\n${statements.join(';\n\n')};\n`
  } finally {
    await database.close()
  }
}
