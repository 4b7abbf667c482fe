/** How vitest runs the tests; `npm test` calls it through test/run.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Longer than any test needs: a hanging test must end, a slow machine must not fail one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: files that spawn the command line compete, so no more than two at once.
    maxWorkers: 2,
  },
});
