import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

/** One bad cell or word fails neither a file nor a request with a 500: contract monitoring §11. */

const the = await startDocumentsWorld();
const { admin, world } = the;
await the.indicator('seen');
await the.campaign('may', '2020-05-01');
afterEach(() => world.runJobs());

/** Nothing that an index could press together. */
function letters(length: number): string {
  let state = 7;
  const next = () => {
    state = (state * 16_807) % 2_147_483_647;
    return String.fromCodePoint(0x4e00 + (state % 20_000));
  };
  return Array.from({ length }, next).join('');
}
const long = letters(3000);
const longest = letters(500);

describe('a code that is too long to be looked up', () => {
  test.each([
    ['of a place', `${long},may,seen,6`, 'geocode'],
    ['of a campaign', `b,${long},seen,6`, 'campaign'],
    ['of an indicator', `b,may,${long},6`, 'indicator'],
  ])('%s is an issue of its row', async (_what, row, column) => {
    const { id, summary } = await the.document(`geocode,campaign,indicator,value\na,may,seen,5\n${row}\n`);
    expect(summary.issues).toEqual({ code_too_long: 1 });
    expect(await the.issues(id)).toEqual([`2 ${column} code_too_long ${long}`]);
    const { objects } = await must(admin.get(`/api/v1/source_doc/${id}/issues`), 200);
    expect(objects[0].message).toBe('A code has at most 500 characters');
    expect(await the.statuses(id)).toBe('PROCESSED REJECTED');
    expect(await the.values('seen', 'may')).toContain('a 5');
  });

  test('of a column is an issue of the column', async () => {
    const { id } = await the.document(`geocode,campaign,seen,${long}\na,may,5,1\nb,may,6,\n`);
    expect(await the.issues(id)).toEqual([`${long} code_too_long ${long}`]);
    const { objects } = await must(admin.get(`/api/v1/source_doc/${id}/issues`), 200);
    expect(objects[0]).toMatchObject({
      cells: 1,
      message: 'The header of column 4 has 3000 characters, a code at most 500',
    });
    expect(await the.statuses(id)).toBe('PARTIAL PROCESSED');
  });

  test('one of 500 characters waits for its mapping', async () => {
    const { summary } = await the.document(`geocode,campaign,${longest}\na,may,5\n${longest},${longest},6\n`);
    expect(summary.unmapped).toEqual({ indicator: 1, location: 1, campaign: 1 });
  });

  test('is refused in the mapping memory', async () => {
    const body = { content_type: 'location', source_object_code: long, master_object_id: -1 };
    const sent = await admin.post('/api/v1/source_object_map/', body);
    expect([sent.status, sent.body.error]).toEqual([400, 'source_object_code must have at most 500 characters']);
    const file = `content_type,source_object_code,master code\nlocation,${long},a\n`;
    const imported = await admin.post('/api/v1/source_object_map/import', file, { 'content-type': 'text/csv' });
    expect([imported.status, imported.body.error]).toEqual([
      400,
      'row 1: source_object_code must have at most 500 characters',
    ]);
  });
});

test.each<[string, object, string]>([
  ['a title', { doc_title: long }, 'doc_title must have at most 300 characters'],
  ['a blank title', { doc_title: ' ' }, 'missing params set(doc_title)'],
  ['a detail', { location_column: long }, 'location_column must have at most 2000 characters'],
  ...['[', '[1, [2]]', '["a\\u0000"]', '["\\ud800"]'].map((words): [string, object, string] => [
    `words for nothing as ${words}`,
    { missing_values: words },
    'missing_values must be words separated by commas, or a JSON list of words',
  ]),
  ['words for nothing as an object', { missing_values: { a: 1 } }, 'missing_values must be text'],
  ['a list', { decimal: ['.'] }, 'decimal must be text'],
  ['a list for yes', { dry_run: ['true'] }, 'dry_run must be true or false'],
])('%s is refused by name', async (_what, fields, error) => {
  const body = { doc_title: 'one', file_type: 'campaign', docfile: 'eA==', ...fields };
  const sent = await admin.post('/api/v1/source_doc/', body);
  expect([sent.status, sent.body.error]).toEqual([400, error]);
});

test('words for nothing are a list as JSON has it, or text', async () => {
  for (const missing_values of [['none', 'lost'], '["none", "lost"]', 'none,lost']) {
    const { summary } = await the.document('geocode,campaign,seen\na,may,none\nb,may,lost\n', { missing_values });
    expect([summary.missing, summary.issues]).toEqual([2, {}]);
  }
});

test.each([
  ['indicator', '{"name":"q","short_name":"q","data_format":"int","aliases":@}'],
  ['source_doc', '{"doc_title":"q","file_type":"campaign","docfile":"eA==","missing_values":@}'],
])('JSON nested too deep is refused: %s', async (resource, body) => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const sent = await admin.post(`/api/v1/${resource}/`, body.replace('@', deep), {
    'content-type': 'application/json',
  });
  expect([sent.status, sent.body.error]).toEqual([400, 'The JSON of the body is nested deeper than 500 levels.']);
  const line = await admin.post('/api/v1/indicator/', body.replace('@', deep), {
    'content-type': 'application/x-ndjson',
  });
  expect([line.status, line.body.error]).toEqual([400, 'line 1 is nested deeper than 500 levels']);
});

describe('places', () => {
  test('have codes, names, types and aliases as long as the answer says', async () => {
    const place = { name: 'zz', location_code: 'zz', location_type_id: 1 };
    const sent = await admin.post('/api/v1/location/', { ...place, aliases: ['zet', long] });
    expect([sent.status, sent.body.error]).toEqual([400, 'each of aliases must have at most 500 characters']);
    const file = `location_code,name,location_type,admin_level,aliases\n${long},n,N,9,\nc1,${long},N,9,\nc2,n,${long},9,\nc3,n,N,9,zet|${long}\n`;
    const imported = await admin.post('/api/v1/location/import', file, { 'content-type': 'text/csv' });
    expect(imported.status).toBe(400);
    const tooLong = imported.body.errors.filter(({ code }: { code: string }) => code === 'too_long');
    expect(tooLong.map((one: Record<string, unknown>) => `${one.column} ${one.code}`)).toEqual([
      'location_code too_long',
      'name too_long',
      'location_type too_long',
      'aliases too_long',
    ]);
  });
});
