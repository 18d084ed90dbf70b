import { defineConfig } from 'vitest/config'

const POSTGRES = 'test/support/postgres-setup.ts'

/** unit: pure code and stores, in seconds. acceptance: the whole service over HTTP. e2e: real Flink, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/repo/**/*.test.ts', 'tools/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          globalSetup: POSTGRES,
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: POSTGRES,
          provide: { serviceDatabase: 'sqlite' },
        },
      },
      {
        test: {
          name: 'acceptance-postgres',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: POSTGRES,
          provide: { serviceDatabase: 'postgres' },
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
