import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, world, indicators } = the;
await the.campaign('may', '2020-05-01');
afterEach(() => world.runJobs());

let files = 0;
/** A file with columns and an indicator of its own: codes are one memory for all documents. */
async function sent(rows: (columns: string[]) => string, width = 2, fields: Record<string, unknown> = {}) {
  files += 1;
  const columns = Array.from({ length: width }, (_, n) => `y${files}a${n + 1}`);
  const name = `one${files}`;
  await the.indicator(name);
  const text = `geocode,campaign,${columns.join(',')}\n${rows(columns)}`;
  const document = await the.document(text, fields);
  const map = (column: string, to: string | null) => the.map('indicator', column, to === null ? null : indicators[to]!);
  return { document, text, columns, name, map, first: columns[0]!, last: columns.at(-1)! };
}
const lost = async (id: number) =>
  (await must(admin.get(`/api/v1/source_doc/${id}/issues?code=duplicate_column&order_by=column`), 200)).objects.map(
    (one: Record<string, unknown>) => [one.column, one.severity, one.cells, one.message],
  );

describe('two columns of one indicator', () => {
  test.each([
    ['the earlier first', false],
    ['the later first', true],
  ])('the later column of a row counts, %s mapped', async (_what, isReversed) => {
    const { document, text, name, map, first, last } = await sent(() => 'a,may,1,2\nb,may,3,\nc,may,4,x\nd,may,5,6\n');
    for (const column of isReversed ? [last, first] : [first, last]) await map(column, name);
    const expected = 'K 15, P 5, Q 10, a 2, b 3, c 4, d 6';
    expect(await the.values(name, 'may')).toBe(expected);
    expect(await lost(document.id)).toEqual([
      [first, 'warning', 2, `${last} counts before it: both are mapped to ${name}`],
    ]);
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PARTIAL PROCESSED');
    const again = await the.action('transform_upload', `document_id=${document.id}`);
    expect(again.body.meta.run.summary.values).toEqual({ new: 0, changed: 0, unchanged: 4, retracted: 0 });
    await the.action('refresh_master', `document_id=${document.id}`);
    expect(await the.values(name, 'may')).toBe(expected);
    await must(admin.post(`/api/v1/source_doc/${document.id}/undo`), 200);
    expect(await the.values(name, 'may')).toBe('');
    await must(admin.post(`/api/v1/source_doc/${document.id}/undo`), 200);
    expect(await the.values(name, 'may')).toBe(expected);
    const anew = await the.document(text);
    expect(await the.values(name, 'may')).toBe(expected);
    expect((await lost(anew.id)).length).toBe(1);
  });

  test('what was passed over returns when the column before it is taken away, and goes when it comes back', async () => {
    const { document, name, map, first, last } = await sent(() => 'a,may,1,2\nb,may,3,\nc,may,,4\n');
    await map(last, name);
    await map(first, name);
    expect(await the.values(name, 'may')).toBe('K 9, P 5, Q 4, a 2, b 3, c 4');
    await map(last, null);
    expect(await the.values(name, 'may')).toBe('K 4, P 4, a 1, b 3');
    expect(await lost(document.id)).toEqual([]);
    await map(last, name);
    expect(await the.values(name, 'may')).toBe('K 9, P 5, Q 4, a 2, b 3, c 4');
    await map(first, null);
    expect(await the.values(name, 'may')).toBe('K 6, P 2, Q 4, a 2, c 4');
    expect(await lost(document.id)).toEqual([]);
  });

  test('it can move to another indicator, its rows can be mapped later, and three can be one', async () => {
    const { document, name, map, columns, first, last } = await sent(
      (all) => `a,may,1,2,3\nb,may,4,5,\nlater${all[0]},may,6,,7\n`,
      3,
    );
    await the.indicator(`${name}b`);
    for (const column of columns) await map(column, name);
    expect(await the.values(name, 'may')).toBe('K 8, P 8, a 3, b 5');
    expect(await lost(document.id)).toEqual([
      [first, 'warning', 2, `${columns[1]} and ${last} count before it: all are mapped to ${name}`],
      [columns[1], 'warning', 1, `${last} counts before it: both are mapped to ${name}`],
    ]);
    await map(last, `${name}b`);
    expect([await the.values(name, 'may'), await the.values(`${name}b`, 'may')]).toEqual([
      'K 7, P 7, a 2, b 5',
      'K 3, P 3, a 3',
    ]);
    expect(await lost(document.id)).toEqual([
      [first, 'warning', 2, `${columns[1]} counts before it: both are mapped to ${name}`],
    ]);
    await map(last, name);
    await the.map('location', `later${first}`, the.places.c!);
    expect(await the.values(name, 'may')).toBe('K 15, P 8, Q 7, a 3, b 5, c 7');
    expect((await lost(document.id)).map(([, , cells]: unknown[]) => cells)).toEqual([3, 1]);
  });

  test('a later row counts before a later column', async () => {
    const { name, map, columns } = await sent(() => 'a,may,1,2,x\na,may,3,,y\n', 3, {
      uq_id_column: `y${files + 1}a3`,
    });
    for (const column of [columns[1]!, columns[0]!]) await map(column, name);
    expect(await the.values(name, 'may')).toBe('K 3, P 3, a 3');
  });

  test('both are added, or said twice, where the document says so', async () => {
    const summed = await sent(() => 'a,may,1,2\na,may,3,4\nb,may,5,\n', 2, { duplicates: 'sum' });
    for (const column of [summed.last, summed.first]) await summed.map(column, summed.name);
    expect(await the.values(summed.name, 'may')).toBe('K 15, P 15, a 10, b 5');
    const { objects } = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${summed.document.id}`), 200);
    expect(objects.map((one: { row: number; raw: string }) => [one.row, one.raw])).toEqual([
      [2, '1 + 2 + 3 + 4'],
      [3, '5'],
    ]);
    const refused = await sent(() => 'a,may,1,2\nb,may,5,\n', 2, { duplicates: 'error' });
    for (const column of refused.columns) await refused.map(column, refused.name);
    expect(await the.values(refused.name, 'may')).toBe('K 5, P 5, b 5');
    expect([await lost(summed.document.id), await lost(refused.document.id)]).toEqual([[], []]);
  });
});

test('rows whose codes mean one place are told where another row counts before them', async () => {
  await the.campaign('shared', '2022-01-01');
  for (const name of ['seen', 'missed']) await the.indicator(name);
  const content = 'geocode,campaign,seen,missed\na,shared,1,2\nalso a,shared,3,\nb,shared,5,6\n';
  const document = await the.document(content);
  const told = async () => {
    const { objects } = await must(the.admin.get(`/api/v1/source_doc/${document.id}/issues?code=duplicate_place`), 200);
    return objects.map((one: Record<string, unknown>) => [
      one.row,
      one.column,
      one.raw,
      one.severity,
      one.message,
      one.cells,
    ]);
  };
  expect(await told()).toEqual([]);
  await the.map('location', 'also a', the.places.a!);
  expect(await told()).toEqual([[1, 'geocode', 'a', 'warning', 'Row 2 counts before it: also a means the same', 1]]);
  expect(await the.values('seen', 'shared')).toContain('a 3, b 5');
  expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PROCESSED');
  await the.map('location', 'also a', the.places.c!);
  expect(await told()).toEqual([]);
});
