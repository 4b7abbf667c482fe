/** How vitest runs the tests; `npm test` calls it through test/run.ts. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Long files, the longest first: begun last, they would leave one core idle at the end. */
const LONGEST = [
  'integration/real-data',
  'faults/built',
  'faults/tampered',
  'integration/identity',
  'integration/kills',
  'cli/signals',
  'cli/package',
  'cli/demo',
  'integration/text-cases',
  'integration/full-disk',
  'integration/bad-input',
  'integration/serving',
  'faults/released',
  'worlds/worlds',
  'worlds/released',
  'integration/same-rows',
  'integration/source',
  'cli/messages',
  'faults/drawn',
  'faults/paired',
  'docs/mappings',
  'worlds/permuted',
  'tables/real-data',
];

/** Servers may still be installed beside the tests (.ci/run): what needs them comes last. */
const LAST = ['/test/s3/', '/test/kafka/'];

/** The longest files first; the others as vitest has them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      if (LAST.some((folder) => moduleId.includes(folder))) return LONGEST.length + 1;
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** A long run compares thousands of worlds in one test (test/worlds/long-run.ts). */
const isLong = process.env.BREWHOUSE_LONG !== undefined;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Longer than any test needs: a hanging test must end, a slow machine must not fail one.
    testTimeout: isLong ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
    // Two cores: files that spawn the command line compete, so no more than two at once.
    maxWorkers: 2,
    // Modules are loaded once a worker, not once a file: no test changes what another one sees.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
