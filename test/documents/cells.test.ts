import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, world } = the;
await the.indicator('int');
await the.indicator('float', 'float');
await the.indicator('pct', 'pct');
await the.indicator('bool', 'bool');
await the.indicator('class', 'class', {
  categories: [
    { value: 1, label: 'low' },
    { value: 2, label: 'High' },
  ],
});
await the.indicator('bounded', 'int', { min: 0, max: 10 });
await the.indicator('date', 'date');
await the.indicator('visits', 'int', { resource_name: 'date' });
await the.campaign('may', '2020-05-01');
afterEach(() => world.runJobs());

const codes = ['a', 'b', 'c', 'd', 'x', 'P', 'Q', 'K'];

/** One cell a place; `7`, `missing`, or `code!` with `?` for a warning beside a value. */
async function read(indicator: string, cells: string[], fields: object = {}): Promise<string[]> {
  const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);
  const text = `geocode,campaign,${indicator}\n${quoted.map((cell, n) => `${codes[n]},may,${cell}\n`).join('')}`;
  const { id } = await the.document(text, { ...fields });
  const values = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${id}`), 200);
  const issues = await must(admin.get(`/api/v1/source_doc/${id}/issues`), 200);
  return cells.map((_, n) => {
    const value = values.objects.find((one: { row: number }) => one.row === n + 1)?.value;
    const issue = issues.objects.find((one: { row: number }) => one.row === n + 1);
    if (issue !== undefined) return `${value ?? ''}${issue.code}${issue.severity === 'warning' ? '?' : '!'}`;
    return value === undefined ? 'missing' : String(value);
  });
}

describe('cells', () => {
  test.each<[string, string[], string[], object?]>([
    ['int', ['', ' ', 'nan', 'NA', 'n/a', '-'], Array(6).fill('missing')],
    ['float', [' 7 ', '12.7', '1e3', '-4', '−4', '0'], ['7', '12.7', '1000', '-4', '-4', '0']],
    ['int', ['1,200', '1 200', "1'200", '1,234,567'], ['1200', '1200', '1200', '1234567']],
    ['int', ['1.200', '7'], ['1200', '7']],
    ['float', ['1.200,5', '7'], ['1200.5', '7']],
    ['float', ['1,200', '7'], ['ambiguous_number!', '7']],
    ['float', ['1,200', '1,200.5'], ['1200', '1200.5']],
    ['float', ['1,200', '1,20'], ['1.2', '1.2']],
    ['float', ['1,200', '7'], ['1.2', '7'], { decimal: ',' }],
    ['float', ['1,200', '7'], ['1200', '7'], { thousands: ',' }],
    ['pct', ['82.67%', '50 %', '0.5%'], ['0.8267', '0.5', '0.005']],
    ['pct', ['0.25', '1', '0'], ['0.25', '1', '0']],
    ['pct', ['0.25', '45'], ['0.25', 'ambiguous_percent!']],
    ['pct', ['25', '45'], ['0.25', '0.45'], { percent: 'hundred' }],
    ['pct', ['0.25', '1.5'], ['0.25', '1.5out_of_range?'], { percent: 'fraction' }],
    ['bool', ['yes', 'No', 'TRUE', 'f', '1', 'n'], ['1', '0', '1', 'not_a_boolean!', '1', '0']],
    ['class', ['LOW', 'high', '2', 'middle'], ['1', '2', '2', 'unknown_category!']],
    ['int', ['inf', 'NaN kids', 'maybe', '%', '3 4', '1e999'], Array(6).fill('not_a_number!')],
    ['int', ['12.5', '-3'], ['12.5fractional_int?', '-3out_of_range?']],
    ['bounded', ['11', '10', '-1', '3.5'], ['out_of_range!', '10', 'out_of_range!', '3.5fractional_int?']],
    ['int', ['none', 'X', '5'], ['missing', 'missing', '5'], { missing_values: 'None,x' }],
    ['date', ['2015-06-05', '20150606', 'x'], ['2015-06-05', '2015-06-06', 'not_a_date!']],
    ['date', ['3/6/2014', '25/6/2014'], ['2014-06-03', '2014-06-25']],
    ['date', ['3/6/2014', '6/25/2014'], ['2014-03-06', '2014-06-25']],
    ['date', ['3/6/2014', '3/3/2014'], ['ambiguous_date!', '2014-03-03']],
    ['date', ['3-6-14', '31.12.99'], ['ambiguous_date!', 'ambiguous_date!']],
    ['date', ['3-6-14', '31.12.99'], ['2014-06-03', '1999-12-31'], { date_order: 'DMY' }],
    ['date', ['30/2/2014', '29/2/2016'], ['not_a_date!', '2016-02-29']],
    ['date', ['2020-01-01 to 2020-01-31', '2020-01-06 BC', '2020-01-07T25:99:00'], Array(3).fill('not_a_date!')],
    ['date', ['2020-01-05T09:30', '2020-01-06 23:59:59.123Z'], ['2020-01-05', '2020-01-06']],
    ['date', ['0999-12-31', '0202-03-04', '03/04/0202'], Array(3).fill('not_a_date!')],
    [
      'date',
      ['0202-03-04', '3 Apr 2020', '3 Apr 0202'],
      ['not_a_date!', '2020-04-03', 'not_a_date!'],
      { date_order: '%d %b %Y' },
    ],
  ])('%s %j', async (indicator, cells, expected, fields) => {
    expect(await read(indicator, cells, fields)).toEqual(expected);
  });

  test('an indicator of the other kind is one issue a column', async () => {
    const { id } = await the.document('geocode,campaign,visits\na,may,1\nb,may,2\n');
    expect(await the.issues(id)).toEqual(['visits wrong_kind visits']);
    expect(await the.statuses(id)).toBe('PARTIAL PARTIAL');
  });
});

describe('files of days', () => {
  test('a day is that day; the row is the key; the later row of one day counts', async () => {
    const document = await the.document(
      'geocode,data_date,visits\na,2020-03-01,5\na,2020-03-01,6\nb,31/03/2020,7\nb,soon,1\nb,,1\n',
      { file_type: 'date' },
    );
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PROCESSED REJECTED REJECTED');
    expect(await the.issues(document.id)).toEqual(['4 data_date not_a_date soon', '5 data_date missing_date']);
    const { objects } = await must(admin.get(`/api/v1/date_datapoint/?indicator__in=${the.indicators.visits}`), 200);
    expect(objects.map((one: { data_date: string; value: number }) => `${one.data_date} ${one.value}`)).toEqual([
      '2020-03-01 6',
      '2020-03-31 7',
    ]);
    const results = await must(admin.get(`/api/v1/date_doc_result/?document_id=${document.id}`), 200);
    expect(results.objects.map((one: { value: number }) => one.value)).toEqual([5, 6, 7]);
  });

  test.each([
    ['%d %b %Y', ['1 Apr 2021', '02 april 2021', '2021-04-03', '31 Apr 2021', '04/05/2021', '5 Avril 2021'], '1 2 3'],
    ['%b %d, %y', ['Sept. 1, 21', 'sep 02, 2021', 'SEPTEMBER 3, 21', 'septembre 4, 21'], '1 3'],
    ['%d.%m.%Y %H:%M', ['1.10.2021 08:30', '2.10.2021', '3x10.2021 08:30'], '1'],
    ['[%Y^%m\\%d]', ['[2021^11\\1]', '2021^11\\2'], '1'],
  ])('the pattern %s is the only reading beside ISO 8601', async (date_order, days, read) => {
    const rows = days.map((day, n) => `a,"${day}",${n + 1}\n`).join('');
    const document = await the.document(`geocode,data_date,visits\n${rows}`, { file_type: 'date', date_order });
    const { objects } = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}`), 200);
    expect(objects.map((one: { value: number }) => one.value).join(' ')).toBe(read);
    for (const one of objects as { data_date: string; value: number }[]) {
      expect(one.data_date).toMatch(new RegExp(`^2021-(04|09|10|11)-0${one.value}$`));
    }
    expect(document.summary.issues).toEqual({ not_a_date: days.length - objects.length });
    await must(admin.delete(`/api/v1/source_doc/${document.id}/`), 204);
  });

  test('a pattern holds for cells that are days too', async () => {
    expect(await read('date', ['1-Mar-2020', '2020-03-02', '3/4/2020'], { date_order: '%d-%b-%Y' })).toEqual([
      '2020-03-01',
      '2020-03-02',
      'not_a_date!',
    ]);
  });

  test.each([
    ['2020-01-01 to 2020-01-31'],
    ['2020-01-06 BC'],
    ['4713-01-01 BC'],
    ['2020-01-07T25:99:00'],
    ['2020-01-07 10:61'],
    ['2020-01-07T'],
    ['2020-01-07T10:00:00+99:00'],
    ['2020-01-07 2020-01-08'],
  ])('what follows a day and is no time of day makes it none: %s', async (day) => {
    const document = await the.document(`geocode,data_date,visits\nc,${day},7\n`, { file_type: 'date' });
    expect(await the.issues(document.id)).toEqual([`1 data_date not_a_date ${day}`]);
    expect(await the.statuses(document.id)).toBe('REJECTED');
  });

  test.each([
    ['2020-01-05T10:15'],
    ['2020-01-05 9:15'],
    ['2020-01-05T00:00:00'],
    ['2020-01-05 10:15:30.123456+02:00'],
    ['2020-01-05T10:15:30,5Z'],
    ['2020-01-05 00:00:00 UTC'],
    ['2020-01-05 10:15:00 PM'],
    ['20200105'],
  ])('a time of day after a day is passed over: %s', async (day) => {
    const document = await the.document(`geocode,data_date,visits\nc,"${day}",7\n`, { file_type: 'date' });
    const { objects } = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}`), 200);
    expect(objects).toMatchObject([{ data_date: '2020-01-05', value: 7 }]);
  });

  test('a day of any year of ISO 8601 is that day', async () => {
    const text =
      'geocode,data_date,visits\nc,0001-01-01,1\nc,0999-12-31,2\nc,02020304,3\nc,0000-01-01,4\nc,2020-01-06,5\n';
    const document = await the.document(text, { file_type: 'date' });
    const { objects } = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}`), 200);
    expect(objects.map((one: { data_date: string; value: number }) => `${one.data_date} ${one.value}`)).toEqual([
      '0001-01-01 1',
      '0999-12-31 2',
      '0202-03-04 3',
      '2020-01-06 5',
    ]);
    expect(await the.issues(document.id)).toEqual(['4 data_date not_a_date 0000-01-01']);
    await must(admin.delete(`/api/v1/source_doc/${document.id}/`), 204);
  });

  test('a unique_key names a row, of which the later counts', async () => {
    const text = 'geocode,data_date,unique_key,visits\na,2020-04-01,k1,5\nb,2020-04-01,k1,6\n';
    const document = await the.document(text, { file_type: 'date' });
    expect(await the.statuses(document.id)).toBe('DUPLICATE PROCESSED');
  });
});

test('what was found out about a column is named in the summary, and nothing that was declared', async () => {
  const readAs = async (content: string, fields: object = {}) => {
    const document = await the.document(content, { file_type: 'date', ...fields });
    const run = await must(admin.get(`/api/v1/run/${document.run_id}`), 200);
    expect(run.summary.read_as).toEqual(document.summary.read_as);
    return { id: document.id, read: document.summary.read_as };
  };
  const days = (...dates: string[]) =>
    `geocode,data_date,visits\n${dates.map((date, index) => `a,${date},${index}\n`).join('')}`;
  const { id, read } = await readAs(days('13/02/2021', '04/05/2021'));
  expect(read).toEqual([{ column: 'data_date', date_order: 'DMY' }]);
  const again = await the.action('refresh_master', `document_id=${id}`);
  expect(again.body.meta.run.summary.read_as).toEqual(read);
  expect((await readAs(days('02/13/2021', '04/05/2021'))).read).toEqual([{ column: 'data_date', date_order: 'MDY' }]);
  expect((await readAs(days('2021/05/04'))).read).toEqual([{ column: 'data_date', date_order: 'YMD' }]);
  expect((await readAs(days('2021-05-04', '05/05/2021'))).read).toEqual([]);
  expect((await readAs(days('13/02/2021', '02/13/2021'))).read).toEqual([
    { column: 'data_date', date_order: 'DMY, MDY' },
  ]);
  expect((await readAs(days('13/02/2021'), { date_order: 'DMY' })).read).toEqual([]);
  const cells = 'geocode,campaign,float,int,date,bounded\na,may,"1,5","1,200",13/02/2020,1.0\nb,may,"1.200,5",7,,\n';
  expect((await readAs(cells, { file_type: 'campaign' })).read).toEqual([
    { column: 'date', date_order: 'DMY' },
    { column: 'float', decimal: ',' },
    { column: 'int', decimal: '.' },
  ]);
  expect((await readAs(cells, { file_type: 'campaign', decimal: ',', date_order: 'DMY' })).read).toEqual([]);
});
