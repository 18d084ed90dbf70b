import { defineConfig } from 'vitest/config'
import { findPostgres } from './tools/machine.mjs'

const POSTGRES = 'test/support/postgres-setup.ts'
const ERRORS_MET = 'test/support/errors-met.ts'
const hasPostgres = findPostgres() !== null

/** They only end what hangs: no test measures by them, and a machine may be slow. */
const PATIENCE = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } }

const ACCEPTANCE = {
  ...PATIENCE,
  include: ['test/acceptance/**/*.test.ts'],
  testTimeout: 120_000,
  globalSetup: [ERRORS_MET, POSTGRES],
}

/** unit: pure code and stores, in seconds. acceptance: the whole service over HTTP, on each database and in a browser. clients: the vendor's own clients and a fuzzer before it. e2e: real Flink, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...PATIENCE,
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'explorer/**/*.test.ts',
            'test/conformance/*.test.ts',
            'test/repo/**/*.test.ts',
            'tools/**/*.test.ts',
          ],
          globalSetup: POSTGRES,
        },
      },
      { test: { ...ACCEPTANCE, name: 'acceptance', provide: { serviceDatabase: 'sqlite' as const } } },
      ...(hasPostgres
        ? [{ test: { ...ACCEPTANCE, name: 'acceptance-postgres', provide: { serviceDatabase: 'postgres' as const } } }]
        : []),
      {
        test: {
          ...ACCEPTANCE,
          name: 'acceptance-browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: POSTGRES,
          provide: { serviceDatabase: 'sqlite' as const },
        },
      },
      {
        test: {
          ...ACCEPTANCE,
          name: 'clients',
          include: ['test/conformance/clients/*.test.ts', 'test/conformance/fuzz/*.test.ts'],
          globalSetup: POSTGRES,
          testTimeout: 300_000,
          provide: { serviceDatabase: 'sqlite' as const },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { concurrent: false },
        },
      },
    ],
  },
})
