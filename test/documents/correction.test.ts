import { afterEach, expect, test } from 'vitest';
import { must, someone } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, world } = the;
await the.indicator('seen');
await the.indicator('missed');
await the.campaign('may', '2020-05-01');
for (const [n, name] of ['june', 'july', 'august', 'march', 'april', 'again', 'days'].entries()) {
  await the.campaign(name, `2021-05-${String(n + 1).padStart(2, '0')}`);
}
await the.indicator('visits', 'int', { resource_name: 'date' });
afterEach(() => world.runJobs());

const failed = (id: number) =>
  admin.get(
    `/api/v1/source_submission/?document_id=${id}&process_status__in=PARTIAL,REJECTED&format=csv&fields=row_number,errors,submission_json`,
  );

test('rows with errors are downloaded with their reasons, corrected and sent back', async () => {
  const first = await the.document('geocode,campaign,seen,missed\na,may,6O,6\nb,may,90,1\n,may,5,x\nd,may,7,?\n');
  expect(await the.values('seen', 'may')).toBe('K 97, P 90, Q 7, b 90, d 7');
  const sheet = (await failed(first.id)).text;
  expect(sheet.trim().split(/\r?\n/)).toEqual([
    'row_number,errors,geocode,campaign,seen,missed',
    '1,seen: 6O is no number,a,may,6O,6',
    '3,geocode: The row names no place,,may,5,x',
    '4,missed: ? is no number,d,may,7,?',
  ]);

  const corrected = sheet.replace('a,may,6O,6', 'a,may,60,6').replace(',,may,5,x', ',c,may,5,2');
  const second = await the.document(corrected, { corrects: first.id });
  expect(second).toMatchObject({ corrects: first.id, summary: { unmapped: { indicator: 0 } } });
  expect(await the.values('seen', 'may')).toBe('K 162, P 150, Q 12, a 60, b 90, c 5, d 7');
  expect(await the.values('missed', 'may')).toBe('K 9, P 7, Q 2, a 6, b 1, c 2');
  const issues = await must(admin.get(`/api/v1/source_doc/${first.id}/issues`), 200);
  expect(issues.objects.map((one: Record<string, unknown>) => [one.row, one.corrected_by_id])).toEqual([
    [1, second.id],
    [3, second.id],
    [4, null],
  ]);
  const open = await must(admin.get(`/api/v1/source_doc/${first.id}/issues?corrected_by_id__isnull=true`), 200);
  expect(open.objects.map(({ row }: { row: number }) => row)).toEqual([4]);

  await must(admin.post(`/api/v1/source_doc/${second.id}/undo`, {}), 200);
  await world.runJobs();
  expect(await the.values('seen', 'may')).toBe('K 97, P 90, Q 7, b 90, d 7');
  const again = await must(admin.get(`/api/v1/source_doc/${first.id}/issues?corrected_by_id__isnull=true`), 200);
  expect(again.objects).toHaveLength(3);
});

test('a correction names its document and its rows', async () => {
  const first = await the.document('geocode,campaign,seen\na,may,x\n');
  const send = (content: string, fields: object) => the.send(content, { ...fields });
  expect(await send('geocode,campaign,seen\na,may,1\n', { corrects: first.id })).toMatchObject({
    status: 400,
    body: { error: 'row_number is a required column.' },
  });
  expect((await send('row_number,geocode,campaign,seen\n1,a,may,1\n', { corrects: 999 })).status).toBe(404);
  expect((await send('row_number,geocode,campaign,seen\n1,a,may,1\n', { corrects: 'x' })).status).toBe(400);
  expect(
    (await send('row_number,geocode,data_date,seen\n1,a,2020-01-01,1\n', { corrects: first.id, file_type: 'date' }))
      .status,
  ).toBe(400);
});

const undo = async (id: number, undone: boolean) => {
  const answer = await must(admin.post(`/api/v1/source_doc/${id}/undo`, { undone }), 200);
  await world.runJobs();
  return answer;
};

test('a row that moves to its right place counts once, as long as its correction counts', async () => {
  const first = await the.document('geocode,campaign,seen,missed\na,june,40,4\nb,june,1,1\n');
  const before = 'K 41, P 41, a 40, b 1';
  expect(await the.values('seen', 'june')).toBe(before);
  const second = await the.document('row_number,geocode,campaign,seen,missed\n1,c,june,40,\n', { corrects: first.id });
  expect(second.summary).toMatchObject({ issues: {}, values: { new: 1 } });
  const after = 'K 41, P 1, Q 40, b 1, c 40';
  expect(await the.values('seen', 'june')).toBe(after);
  expect(await the.values('missed', 'june')).toBe('K 1, P 1, b 1');
  expect(await the.statuses(first.id)).toBe('PROCESSED PROCESSED');

  await undo(second.id, true);
  expect(await the.values('seen', 'june')).toBe(before);
  expect(await the.values('missed', 'june')).toBe('K 5, P 5, a 4, b 1');
  await undo(second.id, false);
  expect(await the.values('seen', 'june')).toBe(after);
  // Whatever is done again with the first one.
  for (const action of ['transform_upload', 'refresh_master']) await the.action(action, `document_id=${first.id}`);
  expect(await the.values('seen', 'june')).toBe(after);
  await undo(first.id, true);
  expect(await the.values('seen', 'june')).toBe('K 40, Q 40, c 40');
  await undo(first.id, false);
  expect(await the.values('seen', 'june')).toBe(after);

  // A dry run of another correction changes nothing.
  await the.send('row_number,geocode,campaign,seen\n2,d,june,1\n', { corrects: first.id, dry_run: true });
  expect(await the.values('seen', 'june')).toBe(after);

  expect((await admin.delete(`/api/v1/source_doc/${second.id}/`)).status).toBe(204);
  await world.runJobs();
  expect(await the.values('seen', 'june')).toBe(before);
});

test('a wrong number that is blanked is gone', async () => {
  const first = await the.document('geocode,campaign,seen,missed\na,july,999,4\n');
  await the.document('row_number,geocode,campaign,seen,missed\n1,a,july,,4\n', { corrects: first.id });
  expect(await the.values('seen', 'july')).toBe('');
  expect(await the.values('missed', 'july')).toBe('K 4, P 4, a 4');
});

test('of several corrections of a row the newest counts, and of a correction its own', async () => {
  const first = await the.document('geocode,campaign,seen\na,august,7\n');
  const send = (place: string, corrects: number) =>
    the.document(`row_number,geocode,campaign,seen\n1,${place},august,7\n`, { corrects });
  const second = await send('b', first.id);
  expect(await the.values('seen', 'august')).toBe('K 7, P 7, b 7');
  const third = await send('c', first.id);
  expect(await the.values('seen', 'august')).toBe('K 7, Q 7, c 7');
  await undo(third.id, true);
  expect(await the.values('seen', 'august')).toBe('K 7, P 7, b 7');
  await send('d', second.id);
  expect(await the.values('seen', 'august')).toBe('K 7, Q 7, d 7');
});

test('a row counts until the row that stands for it does', async () => {
  const first = await the.document('geocode,campaign,seen\na,march,7\n');
  const second = await the.document('row_number,geocode,campaign,seen\n1,Somewhere,march,7\n', { corrects: first.id });
  expect(second.state).toBe('mapping');
  expect(await the.values('seen', 'march')).toBe('K 7, P 7, a 7');
  await the.map('location', 'Somewhere', the.places.d!);
  expect(await the.values('seen', 'march')).toBe('K 7, Q 7, d 7');
  await the.map('location', 'Somewhere', null);
  expect(await the.values('seen', 'march')).toBe('K 7, P 7, a 7');
});

test('where a later row pushed aside one of the same key and moves away, that one counts', async () => {
  const first = await the.document('geocode,campaign,seen\na,april,1\na,april,2\na,april,3\n');
  expect(await the.statuses(first.id)).toBe('DUPLICATE DUPLICATE PROCESSED');
  const second = await the.document('row_number,geocode,campaign,seen\n3,b,april,3\n', { corrects: first.id });
  expect(await the.values('seen', 'april')).toBe('K 5, P 5, a 2, b 3');
  expect(await the.statuses(first.id)).toBe('DUPLICATE PROCESSED PROCESSED');
  await undo(second.id, true);
  expect(await the.statuses(first.id)).toBe('DUPLICATE DUPLICATE PROCESSED');
  expect(await the.values('seen', 'april')).toBe('K 3, P 3, a 3');
});

test('a row_number that is no row is an issue of its row, and a row without one is new', async () => {
  const first = await the.document('geocode,campaign,seen\na,again,1\n"b"x,again,2\n');
  const rows = ['1,a,again,10', '2,b,again,20', '3,c,again,30', 'x,d,again,40', ',x,again,50'];
  const second = await the.document(`row_number,geocode,campaign,seen\n${rows.join('\n')}\n`, { corrects: first.id });
  expect(await the.issues(second.id)).toEqual(['3 row_number unknown_row 3', '4 row_number unknown_row x']);
  expect(await the.statuses(second.id)).toBe('PROCESSED PROCESSED REJECTED REJECTED PROCESSED');
  expect(await the.values('seen', 'again')).toContain('a 10, b 20, x 50');
});

test('a row that corrects no row takes no other correction away', async () => {
  await the.campaign('refused', '2021-08-01');
  const first = await the.document('geocode,campaign,seen\na,refused,1\n');
  const rows = 'row_number,geocode,campaign,seen\n1,a,refused,10\n77,a,refused,20\n';
  const second = await the.document(rows, { corrects: first.id });
  expect(await the.statuses(second.id)).toBe('PROCESSED REJECTED');
  expect(await the.values('seen', 'refused')).toBe('K 10, P 10, a 10');
});

test('sums and days are corrected row by row as well', async () => {
  const day = async () => {
    const query = `indicator__in=${the.indicators.visits}`;
    const { objects } = await must(admin.get(`/api/v1/date_datapoint/?${query}`), 200);
    return objects.map((one: { location_id: number; data_date: string; value: number }) => [one.data_date, one.value]);
  };
  const content = 'geocode,data_date,visits\na,2020-01-01,1\na,2020-01-01,2\na,2020-01-02,4\n';
  const fields = { file_type: 'date', duplicates: 'sum' };
  const first = await the.document(content, fields);
  expect(await day()).toEqual([
    ['2020-01-01', 3],
    ['2020-01-02', 4],
  ]);
  await the.document('row_number,geocode,data_date,visits\n2,a,2020-01-03,2\n', {
    file_type: 'date',
    corrects: first.id,
  });
  expect(await day()).toEqual([
    ['2020-01-01', 1],
    ['2020-01-02', 4],
    ['2020-01-03', 2],
  ]);
});

test('of columns that are one indicator the rows of a corrected document are told as before', async () => {
  await the.campaign('twins', '2021-07-01');
  await the.document('geocode,campaign,sightings\na,twins,1\n');
  await the.map('indicator', 'sightings', the.indicators.seen!);
  const first = await the.document('geocode,campaign,seen,sightings\na,twins,1,2\nb,twins,3,4\n');
  const second = await the.document('row_number,geocode,campaign,seen,sightings\n1,c,twins,1,2\n', {
    corrects: first.id,
  });
  expect(await the.values('seen', 'twins')).toContain('b 4, c 2');
  const { objects } = await must(admin.get(`/api/v1/source_doc/${first.id}/issues`), 200);
  expect(objects.map((one: Record<string, unknown>) => [one.code, one.cells])).toEqual([['duplicate_column', 2]]);
  await undo(second.id, true);
  expect(await the.values('seen', 'twins')).toContain('a 2, b 4');
});

test('nobody takes values away where they may enter none', async () => {
  await the.campaign('scopes', '2021-06-01');
  const first = await the.document('geocode,campaign,seen\na,scopes,1\nc,scopes,2\n');
  const clerk = await someone(world, 'USER');
  await must(
    admin.post('/api/v1/location_responsibility/', {
      user_id: clerk.number,
      top_lvl_location_id: the.places.P,
      right: 'capture',
    }),
    201,
  );
  const rows = 'row_number,geocode,campaign,seen\n1,b,scopes,1\n2,a,scopes,2\n';
  await the.document(rows, { corrects: first.id }, clerk);
  expect(await the.values('seen', 'scopes')).toBe('K 5, P 3, Q 2, a 2, b 1, c 2');
});

test('what is no document cannot be deleted', async () => {
  expect((await admin.delete('/api/v1/source_doc/99999999999/')).status).toBe(404);
});
