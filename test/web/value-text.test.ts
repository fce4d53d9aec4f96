import { expect, test } from 'vitest';
import { numberText, percentText } from '../../web/src/ui/number-text.ts';

test.each([
  [0, '0'],
  [0.0004, '0.0004'],
  [-0.004, '-0.004'],
  [0.000012345, '0.000012'],
  [0.126, '0.13'],
  [1200, '1,200'],
  [1234.5, '1,234.5'],
  [1234.567, '1,234.57'],
])('the number %d reads “%s”', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test.each([
  [0, '0%'],
  [0.0004, '0.04%'],
  [0.25, '25%'],
  [0.8267, '82.7%'],
])('the share %d reads “%s”', (value, text) => {
  expect(percentText(value)).toBe(text);
});
