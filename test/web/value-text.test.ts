import { expect, test } from 'vitest';
import { valueText } from '../../web/src/ui/value-text.ts';

test.each([
  ['float', 0, '0'],
  ['float', 0.0004, '0.0004'],
  ['float', -0.004, '-0.004'],
  ['float', 0.000012345, '0.000012'],
  ['float', 0.126, '0.13'],
  ['float', 1234.5, '1,234.5'],
  ['float', 1234.567, '1,234.57'],
  ['int', 1200, '1,200'],
  ['pct', 0.25, '25%'],
  ['pct', 0.8267, '82.7%'],
  ['pct', 0.0004, '0.04%'],
  ['pct', 0, '0%'],
] as const)('a value of %s that is %d reads “%s”', (data_format, value, text) => {
  expect(valueText(value, { data_format, categories: null })).toBe(text);
});
