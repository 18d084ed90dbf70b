import type { Migration } from 'kysely/migration'
import type { DialectQuirks } from '../dialect.ts'
import { firstTables } from './0001-first-tables.ts'
import { restarts } from './0002-restarts.ts'
import { jobUsers } from './0003-job-users.ts'
import { queueChanges } from './0010-queue-changes.ts'
import { variablesAndTemplates } from './0011-variables-and-templates.ts'
import { sqlAndGraphs } from './0012-sql-and-graphs.ts'
import { grants } from './0013-grants.ts'
import { indexesOfLists } from './0014-indexes-of-lists.ts'

/** Forward only, frozen once released. The name orders them. */
export const MIGRATIONS = (quirks: DialectQuirks): Record<string, Migration> => ({
  '0001-first-tables': { up: (db) => firstTables(db, quirks) },
  '0002-restarts': { up: (db) => restarts(db, quirks) },
  '0003-job-users': { up: (db) => jobUsers(db, quirks) },
  '0010-queue-changes': { up: (db) => queueChanges(db, quirks) },
  '0011-variables-and-templates': { up: (db) => variablesAndTemplates(db, quirks) },
  '0012-sql-and-graphs': { up: (db) => sqlAndGraphs(db, quirks) },
  '0013-grants': { up: (db) => grants(db, quirks) },
  '0014-indexes-of-lists': { up: indexesOfLists },
})
