import { afterEach, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, world } = the;
await the.indicator('seen');
await the.indicator('missed');
await the.campaign('may', '2020-05-01');
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
