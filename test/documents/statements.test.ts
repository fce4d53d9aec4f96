import { expect, test } from 'vitest';
import { countStatements } from '../support/count-statements.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { world } = the;
await the.indicator('seen');
await the.indicator('missed');
const months = ['may', 'june', 'july', 'august', 'march', 'april', 'january', 'february', 'october', 'december'];
for (const [n, month] of months.entries()) await the.campaign(month, `2020-01-${n + 11}`);
await the.indicator('visits', 'int', { resource_name: 'date' });

/** Values, blanks, words, codes nobody knows and rows that come twice. */
const campaignFile = (rows: number) =>
  Array.from({ length: rows }, (_, n) => {
    const place = n % 7 === 3 ? `somewhere ${n}` : 'abcdx'[n % 5];
    return `${place},${months[Math.floor(n / 5) % months.length]},${n},${n % 4 === 0 ? 'many' : n}`;
  });
const dateFile = (rows: number) =>
  Array.from({ length: rows }, (_, n) => {
    const day = String(1 + (Math.floor(n / 5) % 28)).padStart(2, '0');
    return `${'abcdx'[n % 5]},2020-${n < 140 ? '01' : '02'}-${day},${n % 9 === 0 ? 'x' : n}`;
  });

test.each([
  ['campaigns', 'geocode,campaign,seen,missed', campaignFile, {}],
  ['days', 'geocode,data_date,visits', dateFile, { file_type: 'date' }],
])('a document of %s takes as many statements with 400 rows as with 20', async (_what, header, rows, fields) => {
  const taken = (n: number) =>
    countStatements(world.context, async () => {
      const document = await the.document(`${header}\n${rows(n).join('\n')}\n`, fields);
      expect(document.summary.rows).toBe(n);
    });
  await taken(10);
  const [few, many] = [await taken(20), await taken(400)];
  // Runs report in between, temporary tables of many rows are analysed.
  expect(Math.abs(many - few)).toBeLessThanOrEqual(6);
});
