import { coverage } from './coverage.ts'
import { configurationGuide } from './generators/configuration-guide.ts'
import { errorsFile, errorsGuide } from './generators/error-catalogue.ts'
import { lifecyclePage } from './generators/lifecycle-page.ts'
import { postgresSchemaDump } from './generators/postgres-schema-dump.ts'
import { simulatorGuide } from './generators/simulator-guide.ts'
import { sqliteSchemaDump } from './generators/sqlite-schema-dump.ts'
import { statusesGuide } from './generators/statuses-guide.ts'
import { openApi } from './openapi.ts'
import { architecturePage } from './rooms-table.ts'

/** Generated files that are checked in, and how each is made, or `NotHere` thrown. test/repo/generated.test.ts sees that they are up to date. */
export const GENERATED: Readonly<Record<string, () => Promise<string>>> = {
  'api/errors.json': errorsFile,
  'api/openapi.json': openApi,
  'api/coverage.md': coverage,
  'ARCHITECTURE.md': architecturePage,
  'docs/guides/configuration.md': async () => configurationGuide(),
  'docs/guides/errors.md': errorsGuide,
  'docs/guides/simulator.md': async () => simulatorGuide(),
  'docs/guides/statuses.md': async () => statusesGuide(),
  'docs/internals/job-lifecycle.md': async () => lifecyclePage(),
  'src/db/schema.postgres.sql': postgresSchemaDump,
  'src/db/schema.sqlite.sql': sqliteSchemaDump,
}
