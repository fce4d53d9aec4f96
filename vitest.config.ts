import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes long each: begun last, one of them would go on alone. */
const longest = ['test/faults/kill.test.ts', 'test/api/permissions.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.includes(name));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/start-database.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Files share the modules of their worker: no test replaces one, and loading them anew took a third of the time.
    isolate: false,
    // What is slow beside everything else on two cores is not wrong.
    expect: { poll: { timeout: 30_000 } },
    sequence: { sequencer: LongestFirst },
    // What is slow on a busy machine is not wrong; these end only what hangs.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
