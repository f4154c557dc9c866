import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          pool: 'threads',
          // No state at module level: then tests need no fresh modules, and take a tenth of the time.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          // Some start programs, and machines are shared: a test that hangs is still found.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          pool: 'forks',
          // One more than the cores that this wants, for many tests wait for programs and the network.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: process.env['PYEMBED_SOAK'] === undefined ? 300_000 : 1_800_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
