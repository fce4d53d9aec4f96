import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/start-database.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Files share the modules of their worker: no test replaces one, and loading them anew took a third of the time.
    isolate: false,
    // What is slow on a busy machine is not wrong; these end only what hangs.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
