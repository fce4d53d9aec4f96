import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { valueWorld } from '../aggregates/value-world.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { whileWorking } from '../support/upload.ts';

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
  expect([many.code === 0, many.err]).toEqual([false, expect.stringContaining("seen is a number, not 'many'")]);
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

test('values of a choice are exported whole, in the format asked for', async () => {
  await granary('value', 'set', '60', ...at(seen, 'a'));
  await granary('value', 'set', '40', ...at(seen, 'b'));
  const districts = ['value', 'export', '--indicator', `${seen}`, '--below', `${ids.K}`, '--type', 'District'];
  const csv = (await granary(...districts)).out.trim().split(/\r?\n/);
  expect(csv[0]).toMatch(/^id,indicator_id,location_id,campaign_id/);
  expect(csv).toHaveLength(3);
  const ndjson = await granary(...districts, '--format', 'ndjson', '--lineage');
  const lines = ndjson.out.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { location_id: ids.a, value: 60, lineage: expect.stringContaining('/lineage') },
    { location_id: ids.b, value: 40 },
  ]);
  const file = path.join(world.folder, 'values.csv');
  const saved = await granary(...districts, '--where-indicator', 'seen', '--where-value', '40', '-o', file);
  expect(saved.out).toBe(`${file}  ${readFileSync(file).length} bytes\n`);
  expect(readFileSync(file, 'utf8').trim().split(/\r?\n/)).toHaveLength(2);
  const pivot = await granary('value', 'list', '--indicator', `${seen}`, '--below', `${ids.P}`, '--pivot', 'indicator');
  expect(pivot.out.split('\n')[2]?.trim().split(/ +/)).toEqual([`${ids.P}`, `${may}`, '100']);
  const refused = await granary(...districts, '--group-by', 'decade');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('group_by_time')]);
});

test('values are worked out again: nothing changes, but what somebody spoilt', async () => {
  const calculate = (...flags: string[]) => whileWorking(world, granary('indicator', 'calculate', ...flags));
  const whole = await calculate();
  expect(whole.out.replace(/\d+ cells/g, 'N cells').split('\n')).toEqual([
    `campaign ${may}: N cells, 0 changed`,
    expect.stringMatching(/^campaign \d+: N cells, 0 changed$/),
    '',
  ]);
  await world.context.db.exec(
    sql`update aggregate set value = 7 where indicator_id = ${seen} and location_id = ${ids.K}`,
  );
  expect((await calculate('--campaign', `${may}`)).out).toMatch(/^campaign \d+: [1-9]\d* cells, 1 changed\n$/);
  const [json] = JSON.parse((await calculate('--campaign', `${may}`, '--json')).out);
  expect(json).toMatchObject({ campaign_id: may, changed: 0 });
  expect(await granary('indicator', 'calculate', '--campaign', '999')).toMatchObject({
    code: 3,
    err: expect.stringContaining('No campaign object found for id : 999'),
  });
});

test('indicators and campaigns are imported, and imported again', async () => {
  const file = (name: string, text: string) => {
    const where = path.join(world.folder, name);
    writeFileSync(where, text);
    return where;
  };
  const csv = file('indicators.csv', 'short_name,name,data_format\nbeds,Beds,int\nstaff,Staff,int\n');
  expect((await granary('indicator', 'import', csv, '--dry-run')).out).toBe('dry run: 2 indicators\n');
  expect((await admin.get('/api/v1/indicator/?short_name=beds')).body.objects).toEqual([]);
  expect(await granary('indicator', 'import', csv)).toMatchObject({ code: 0, out: '2 indicators\n' });
  file('indicators.csv', 'short_name,name,data_format,unit\nbeds,Beds,int,beds\n');
  expect(await granary('indicator', 'import', csv)).toMatchObject({ code: 0, out: '1 indicator\n' });
  expect((await admin.get('/api/v1/indicator/?short_name=beds')).body.objects).toMatchObject([{ unit: 'beds' }]);

  const { objects } = (await admin.get('/api/v1/campaign_type/')).body;
  const round = { campaign_type_id: objects[0].id, start_date: '2021-01-01', end_date: '2021-01-05' };
  const campaigns = file('campaigns.ndjson', `${JSON.stringify({ name: 'January', ...round })}\n`);
  expect((await granary('campaign', 'import', campaigns)).out).toBe('1 campaign\n');
  expect((await granary('campaign', 'list')).out).toMatch(/January +2021-01-01 +2021-01-05/);
  const wrong = await granary('indicator', 'import', file('wrong.csv', 'short_name,name,data_format\nx,X,colour\n'));
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('data_format')]);
  expect((await granary('indicator', 'import', path.join(world.folder, 'none.csv'))).code).toBe(3);
  await world.runJobs();
});
