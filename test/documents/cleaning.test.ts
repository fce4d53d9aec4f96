import { expect, test } from 'vitest';
import { describeCleaning } from '../../src/documents/pure/describe-cleaning.ts';

test.each([
  ['1200', 1200, []],
  ['1,200', 1200, ["thousands separator ','"]],
  [' 7 ', 7, ['blanks around it']],
  ['1.200,5', 1200.5, ["thousands separator '.'", "decimal mark ','"]],
  ['1 200', 1200, ["thousands separator ' '"]],
  ['12,7', 12.7, ["decimal mark ','"]],
  ['−4', -4, ["minus sign '−'"]],
  ['82.67%', 0.8267, ['percent sign, ÷ 100']],
  ['50', 0.5, ['percent, ÷ 100']],
  ['1e3', 1000, []],
  ['yes', 1, ["'yes' means 1"]],
  ['5/6/2015', 20150605, ['read as the day 2015-06-05']],
] as const)('%s is %d', (raw, value, told) => {
  expect(describeCleaning(raw, value)).toEqual(told);
});
