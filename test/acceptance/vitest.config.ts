import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/acceptance/**/*.accept.ts'], testTimeout: 60_000, root: process.cwd() },
});
