import { expect, test } from 'vitest';
import { valueWorld } from '../aggregates/value-world.ts';
import { granary, signedInTo } from '../support/command-line.ts';

const { world, admin, ids, may, indicator, formula } = await valueWorld();
const seen = await indicator('seen', 'int');
const missed = await indicator('missed', 'int');
const rate = await indicator('rate', 'pct');
await formula(rate, { NUMERATOR: [missed], DENOMINATOR: [seen] });

signedInTo(world.url, admin.headers.authorization!.replace('Bearer ', ''));

const at = (one: number, code: string) => [
  '--indicator',
  `${one}`,
  '--location',
  `${ids[code]}`,
  '--campaign',
  `${may}`,
];

test('indicators and campaigns are listed, values set, listed and explained', async () => {
  expect((await granary('indicator', 'list')).out).toMatch(/seen +seen +int +campaign/);
  expect((await granary('campaign', 'list')).out).toMatch(/may +2020-05-01 +2020-05-01/);
  expect(await granary('value', 'set', '60', ...at(seen, 'a'), '--note', 'by phone')).toMatchObject({
    code: 0,
    out: '60\n',
  });
  expect((await granary('value', 'set', '15', ...at(missed, 'a'))).out).toBe('15\n');
  expect((await granary('value', 'set', '40', ...at(seen, 'b'))).out).toBe('40\n');
  expect((await granary('value', 'set', '-1', ...at(seen, 'b'))).code).not.toBe(0);
  const many = await granary('value', 'set', 'many', ...at(seen, 'b'));
  expect([many.code === 0, many.err]).toEqual([false, expect.stringContaining('value must be')]);
  const list = await granary('value', 'list', '--indicator', `${seen}`, '--location', `${ids.P},${ids.a}`);
  expect(
    list.out
      .split('\n')
      .slice(2, 4)
      .map((line) => line.trim().split(/ +/)[3]),
  ).toEqual(['100', '60']);
  const csv = await granary('value', 'list', '--indicator', `${seen}`, '--campaign', `${may}`, '--csv');
  expect(csv.out.split(/\r?\n/)).toHaveLength(6);
  const why = await granary('value', 'why', ...at(rate, 'P'));
  expect(why.out.replace(/by \w+/g, 'by ME')).toBe(
    [
      'rate at place P: 0.15 (calculated, missed ÷ seen)',
      '├─ missed at place P: 15 (rolled_up, sum)',
      '│  └─ missed at place a: 15 (entry) by ME',
      '└─ seen at place P: 100 (rolled_up, sum)',
      '   ├─ seen at place a: 60 (entry) by ME',
      '   └─ seen at place b: 40 (entry) by ME',
      '',
    ].join('\n'),
  );
  expect((await granary('value', 'set', 'null', ...at(seen, 'b'))).out).toBe('–\n');
  await world.runJobs();
});
