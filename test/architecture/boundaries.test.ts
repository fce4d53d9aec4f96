import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

// The tool once reported success over zero modules, because it could not read TypeScript: so the number is looked at.
test('the import rules hold, and the tool saw our files', () => {
  const out = execFileSync(
    'node_modules/.bin/depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'web/src'],
    {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  const { summary } = JSON.parse(out) as {
    summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
  };
  expect(summary.totalCruised).toBeGreaterThan(40);
  expect(summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`)).toEqual(
    [],
  );
});
