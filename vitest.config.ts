import { defineConfig } from 'vitest/config';

/**
 * Three projects: `unit` is what `npm run check` runs (seconds, no processes, no sockets); `contract` holds every adapter of a
 * port to the same promises against real parts; `e2e` runs the built platform as a process, with real clients and a browser.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{model,ingest,rules,broker,store,simulators,app,alert-ui}/**/*.test.ts', 'test/{house,sim}/**/*.test.ts'],
          exclude: ['**/*.contract.test.ts', '**/node_modules/**', 'dist/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts', 'test/sim/**/*.contract.test.ts', '{broker,store,app,alert-ui}/**/*.contract.test.ts'],
          exclude: ['dist/**', '**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['dist/**', '**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
