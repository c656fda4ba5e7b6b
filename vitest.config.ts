import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Whole platforms that saturate a machine, or are killed at the height of their load: each has it to itself. */
const ALONE = ['test/e2e/{bench,kill-nine,upstream,disk-full}.test.ts'];
/** A test that takes seconds alone takes minutes where others want the same cores: the bound is for what hangs, not for what is slow. */
const HUNG_MS = 600_000;

/** Most tests wait for a process, a timer or a page: two files at a time fit even on one core. */
const LANES = Math.min(4, Math.max(2, availableParallelism()));

/** A page, a thread or a file is asked until it has taken what was sent to it: how long that takes is the machine's, and no test fails because of it. */
const PATIENCE = { poll: { timeout: 60_000, interval: 50 } };

/**
 * Three projects: `unit` is what `npm run check` runs (seconds, no processes, no sockets); `contract` holds every adapter of a
 * port to the same promises against real parts; `e2e` and `e2e-alone` run the built platform as a process, with real clients and a browser.
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
          testTimeout: HUNG_MS,
          hookTimeout: HUNG_MS,
          expect: PATIENCE,
          maxWorkers: LANES,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts', 'test/sim/**/*.contract.test.ts', '{broker,store,app,alert-ui}/**/*.contract.test.ts'],
          exclude: ['dist/**', '**/node_modules/**'],
          testTimeout: HUNG_MS,
          hookTimeout: HUNG_MS,
          expect: PATIENCE,
          maxWorkers: LANES,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...ALONE, 'dist/**', '**/node_modules/**'],
          testTimeout: HUNG_MS,
          hookTimeout: HUNG_MS,
          expect: PATIENCE,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e-alone',
          include: ALONE,
          exclude: ['dist/**', '**/node_modules/**'],
          testTimeout: HUNG_MS,
          hookTimeout: HUNG_MS,
          expect: PATIENCE,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
