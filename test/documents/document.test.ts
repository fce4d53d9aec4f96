import * as xlsx from '@e965/xlsx';
import { afterEach, describe, expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { must, someone } from '../locations/places-world.ts';
import { projectOf } from '../support/people.ts';
import { sendFile, whileWorking } from '../support/upload.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld();
const { admin, places, campaigns, world } = the;
for (const name of ['seen', 'missed', 'late', 'summed', 'kept']) await the.indicator(name);
await the.indicator('visited', 'int', { resource_name: 'date' });
await the.indicator('d3', 'int', { max: 10 });
await the.indicator('bound', 'int', { min: 5, max: 10 });
await the.indicator('rate', 'pct');
await the.indicator('vday', 'date');
await the.indicator('fridge', 'bool');
await the.indicator('grade', 'class', { categories: ['A', 'B', 'C'].map((label, n) => ({ value: n + 1, label })) });
await the.campaign('march', '2020-03-01');
await the.campaign('april', '2020-04-01');
await the.campaign('may', '2020-05-01');
await the.campaign('june', '2020-06-01');
await the.campaign('july', '2020-07-01');
afterEach(() => world.runJobs());

describe('a campaign file', () => {
  test('becomes values that roll up at once, with codes that are exact', async () => {
    const document = await the.document('geocode,campaign,seen,missed\na,may,60,6\nb,may,90,\nc,may,"1,200",x\n');
    expect(document).toMatchObject({ state: 'processed', file_header: ['geocode', 'campaign', 'seen', 'missed'] });
    expect(document.summary).toMatchObject({
      rows: 3,
      cells: 6,
      missing: 1,
      values: { new: 4, changed: 0, unchanged: 0, retracted: 0 },
      issues: { not_a_number: 1 },
      unmapped: { indicator: 0, location: 0, campaign: 0 },
      aggregates_changed: 9,
    });
    expect(await the.values('seen', 'may')).toBe('K 1350, P 150, Q 1200, a 60, b 90, c 1200');
    expect(await the.values('missed', 'may')).toBe('K 6, P 6, a 6');
    const { objects } = await must(admin.get(`/api/v1/source_doc/${document.id}/issues`), 200);
    expect(objects).toMatchObject([
      { row: 3, line: 4, column: 'missed', code: 'not_a_number', raw: 'x', severity: 'error', cells: 1 },
    ]);
    const exported = await admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}&format=csv&fields=value`);
    expect(exported.text).toBe('value\n60\n6\n90\n1200\n');
    const csv = await admin.get(`/api/v1/source_doc/${document.id}/issues?format=csv&fields=row,column,code,raw`);
    expect(csv.text.split('\n').map((line) => line.trim())).toEqual([
      'row,column,code,raw',
      '3,missed,not_a_number,x',
      '',
    ]);
    const rows = await must(admin.get(`/api/v1/source_submission/?document_id=${document.id}`), 200);
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PARTIAL');
    expect(rows.objects[2].submission_json).toEqual({ geocode: 'c', campaign: 'may', seen: '1,200', missed: 'x' });
    const values = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}&row=3`), 200);
    expect(values.objects).toMatchObject([
      { indicator__short_name: 'seen', location__name: 'place c', campaign__name: 'may', value: 1200, counts: true },
    ]);
    const results = await must(admin.get(`/api/v1/campaign_doc_result/?document_id=${document.id}`), 200);
    expect(results.objects).toHaveLength(9);
    expect(results.objects[0]).toMatchObject({ indicator__short_name: 'seen', location__name: 'place K', value: 1350 });
    expect((await admin.get(`/api/v1/source_doc/${document.id}/file`)).text).toContain('"1,200"');
  });

  test('done again changes nothing and becomes no newer; a newer file counts, an entry before both', async () => {
    const first = await the.document('geocode,campaign,late\na,may,1\n');
    await the.document('geocode,campaign,late\na,may,2\n');
    expect(await the.values('late', 'may')).toBe('K 2, P 2, a 2');
    const again = await the.action('transform_upload', `document_id=${first.id}`);
    expect(again.status).toBe(200);
    expect(again.body.meta.run.summary.values).toEqual({ new: 0, changed: 0, unchanged: 1, retracted: 0 });
    expect(await the.values('late', 'may')).toBe('K 2, P 2, a 2');
    const entry = { indicator_id: the.indicators.late, location_id: places.a, campaign_id: campaigns.may, value: 9 };
    const { id } = await must(admin.post('/api/v1/campaign_datapoint/', entry), 201);
    await the.action('refresh_master', `document_id=${first.id}`);
    expect(await the.values('late', 'may')).toBe('K 9, P 9, a 9');
    const said = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${first.id}`), 200);
    expect(said.objects).toMatchObject([{ value: 1, counts: false }]);
    await must(admin.delete(`/api/v1/campaign_datapoint/${id}/`), 204);
    expect(await the.values('late', 'may')).toBe('K 2, P 2, a 2');
  });

  test('equal keys: the later row counts as a whole; blank codes and bad rows reject theirs only', async () => {
    const text = 'geocode,campaign,seen,missed\na,june,1,2\n,june,3,4\na,,5,6\na,june,7,\nnowhere,june,8,9\n';
    const document = await the.document(text);
    expect(await the.statuses(document.id)).toBe('DUPLICATE REJECTED REJECTED PROCESSED UNMAPPED');
    expect(await the.values('seen', 'june')).toBe('K 7, P 7, a 7');
    expect(await the.values('missed', 'june')).toBe('');
    expect(await the.issues(document.id)).toEqual([
      '1 duplicate_row',
      '2 geocode missing_location',
      '3 campaign missing_campaign',
      'geocode unmapped_location nowhere',
    ]);
    const { objects } = await must(admin.get(`/api/v1/source_doc/${document.id}/issues?order_by=row,id`), 200);
    expect(objects.map(({ cells }: { cells: number }) => cells)).toEqual([2, 2, 2, 2]);
    expect(document.state).toBe('mapping');
  });

  test('a row that is refused takes no other row away', async () => {
    await the.indicator('noted', 'int', { resource_name: 'date' });
    await the.campaign('kept', '2020-11-01');
    const days = async () => {
      const query = `indicator__in=${the.indicators.noted}&location_id=${places.a}`;
      const { objects } = await must(admin.get(`/api/v1/date_datapoint/?${query}`), 200);
      return objects.map((one: { data_date: string; value: number }) => `${one.data_date} ${one.value}`).join(', ');
    };
    const rows = [
      'k0,a,2020-01-01,1',
      'k1,a,2020-01-01,4',
      'k1,a,2020-01-02,5',
      'k1,a,2020-13-01,6',
      'k1,,2020-01-03,7',
    ];
    const date = await the.document(`unique_key,geocode,data_date,noted\n${rows.join('\n')}\n`, { file_type: 'date' });
    expect(await the.statuses(date.id)).toBe('PROCESSED DUPLICATE PROCESSED REJECTED REJECTED');
    expect(await days()).toBe('2020-01-01 1, 2020-01-02 5');
    const campaign = await the.document('unique_key,geocode,campaign,seen\nk1,a,kept,1\nk1,a,,2\nk1,,kept,3\n');
    expect(await the.statuses(campaign.id)).toBe('PROCESSED REJECTED REJECTED');
    expect(await the.values('seen', 'kept')).toBe('K 1, P 1, a 1');
  });

  test('a place outside of what its uploader may enter takes no row of the same key away', async () => {
    await the.campaign('reach', '2020-12-01');
    const clerk = await someone(the.world, 'USER');
    const reach = { user_id: clerk.number, top_lvl_location_id: places.P, right: 'capture' };
    await must(admin.post('/api/v1/location_responsibility/', reach), 201);
    const rows =
      'unique_key,geocode,campaign,seen\nk1,a,reach,1\nk1,c,reach,2\nk2,b,reach,4\nk2,beyond reach,reach,5\n';
    const document = await the.document(rows, {}, clerk);
    expect(await the.statuses(document.id)).toBe('PROCESSED REJECTED DUPLICATE UNMAPPED');
    await the.map('location', 'beyond reach', places.d!);
    expect(await the.statuses(document.id)).toBe('PROCESSED REJECTED PROCESSED REJECTED');
    expect(await the.values('seen', 'reach')).toBe('K 5, P 5, a 1, b 4');
    await the.map('location', 'beyond reach', places.a!);
    expect(await the.statuses(document.id)).toBe('PROCESSED REJECTED DUPLICATE PROCESSED');
  });

  test('summed or refused where the document says so', async () => {
    const text = 'geocode,campaign,summed\na,may,1\na,may,2\nb,may,4\n';
    await the.document(text, { duplicates: 'sum' });
    expect(await the.values('summed', 'may')).toBe('K 7, P 7, a 3, b 4');
    const refused = await the.document(text.replaceAll('may', 'june'), { duplicates: 'error' });
    expect(await the.values('summed', 'june')).toBe('K 4, P 4, b 4');
    expect((await the.issues(refused.id)).map((issue) => issue.slice(2))).toEqual([
      'summed duplicate_cell 1',
      'summed duplicate_cell 2',
    ]);
  });

  test('only numbers are added up; of anything else two cells are said twice', async () => {
    const rows = 'a,april,6,60%,2024-01-05,1,C\na,april,7,60%,2024-01-06,1,C\nb,april,4,50%,2024-01-07,0,B\n';
    const document = await the.document(`geocode,campaign,d3,rate,vday,fridge,grade\n${rows}`, { duplicates: 'sum' });
    const { objects } = await must(admin.get(`/api/v1/doc_datapoint/?document_id=${document.id}`), 200);
    const said = objects.map((one: Record<string, unknown>) => `${one.row} ${one.indicator__short_name} ${one.value}`);
    expect(said.toSorted()).toEqual(['3 d3 4', '3 fridge 0', '3 grade 2', '3 rate 0.5', '3 vday 2024-01-07']);
    expect((await the.issues(document.id)).toSorted()).toEqual([
      '1 d3 out_of_range 6',
      '1 fridge duplicate_cell 1',
      '1 grade duplicate_cell C',
      '1 rate duplicate_cell 60%',
      '1 vday duplicate_cell 2024-01-05',
      '2 d3 out_of_range 7',
      '2 fridge duplicate_cell 1',
      '2 grade duplicate_cell C',
      '2 rate duplicate_cell 60%',
      '2 vday duplicate_cell 2024-01-06',
    ]);
    expect(await the.statuses(document.id)).toBe('PARTIAL PARTIAL PROCESSED');
    const told = await must(admin.get(`/api/v1/source_doc/${document.id}/issues?row=2&order_by=column`), 200);
    expect(told.objects[0]).toMatchObject({
      severity: 'error',
      message: 'The sum of 2 cells is 13: d3 must not be above 10',
    });
    expect(told.objects[3]).toMatchObject({ severity: 'error', message: '2 values of rate cannot be added up' });
  });

  test('bounds are those of the sum, not of what is added', async () => {
    const text =
      'geocode,campaign,bound,seen\na,april,3,-5\na,april,4,2\nb,april,30,7\nb,april,-25,-1\nc,april,11,1.5\n';
    const document = await the.document(text, { duplicates: 'sum' });
    expect(await the.values('bound', 'april')).toBe('K 12, P 12, a 7, b 5');
    expect(await the.values('seen', 'april')).toBe('K 4.5, P 3, Q 1.5, a -3, b 6, c 1.5');
    const { objects } = await must(admin.get(`/api/v1/source_doc/${document.id}/issues?order_by=row,id`), 200);
    expect(
      objects.map((one: Record<string, unknown>) => [one.row, one.column, one.severity, one.raw, one.message]),
    ).toEqual([
      [1, 'seen', 'warning', '-5', 'The sum of 2 cells is -3: seen is usually not negative'],
      [2, 'seen', 'warning', '2', 'The sum of 2 cells is -3: seen is usually not negative'],
      [5, 'seen', 'warning', '1.5', 'seen is a whole number, not 1.5'],
      [5, 'bound', 'error', '11', 'bound must not be above 10'],
    ]);
    expect(await the.statuses(document.id)).toBe('PROCESSED PROCESSED PROCESSED PROCESSED PARTIAL');
  });

  test('a value of a long file whose row names no indicator is told', async () => {
    const rows = ['a,march,seen,5', 'a,march,,7', 'b,march, ,-', 'b,march,,', 'c,march,,9 ', ',march,,9'];
    const long = await the.document(`geocode,campaign,indicator,value\n${rows.join('\n')}\n`);
    expect(await the.issues(long.id)).toEqual([
      '2 indicator missing_indicator',
      '5 indicator missing_indicator',
      '6 geocode missing_location',
    ]);
    expect(await the.statuses(long.id)).toMatch(/^PROCESSED REJECTED \w+ \w+ REJECTED REJECTED$/);
    const { objects } = await must(admin.get(`/api/v1/source_doc/${long.id}/issues`), 200);
    expect(objects[0]).toMatchObject({ severity: 'error', cells: 1, location_id: places.a, line: 3 });
  });

  test('long files, other headers, tabs and equal headers', async () => {
    const long = await the.document('place\tcampaign\tindicator\tvalue\na\tjuly\tseen\t5\nb\tjuly\tkept\t6\n', {
      location_column: 'place',
    });
    expect(long.summary.values.new).toBe(2);
    expect([await the.values('seen', 'july'), await the.values('kept', 'july')]).toEqual([
      'K 5, P 5, a 5',
      'K 6, P 6, b 6',
    ]);
    const twice = await the.document('geocode,campaign,kids,kids\na,july,1,2\n');
    expect(twice.file_header).toEqual(['geocode', 'campaign', 'kids', 'kids_1']);
  });

  test('undone, its values go and those before come back; undone again, they are there', async () => {
    await the.document('geocode,campaign,kept\na,may,1\n');
    const document = await the.document('geocode,campaign,kept\na,may,2\nb,may,3\n');
    expect(await the.values('kept', 'may')).toBe('K 5, P 5, a 2, b 3');
    const undone = await must(admin.post(`/api/v1/source_doc/${document.id}/undo`), 200);
    expect(undone).toMatchObject({ state: 'undone', undone: true, values: { retracted: 2 } });
    expect(await the.values('kept', 'may')).toBe('K 1, P 1, a 1');
    await the.action('refresh_master', `document_id=${document.id}`);
    expect(await the.values('kept', 'may')).toBe('K 1, P 1, a 1');
    const back = await must(admin.post(`/api/v1/source_doc/${document.id}/undo`, { undone: false }), 200);
    expect(back).toMatchObject({ state: 'processed', values: { new: 2 } });
    expect(await the.values('kept', 'may')).toBe('K 5, P 5, a 2, b 3');
    await must(admin.delete(`/api/v1/source_doc/${document.id}/`), 204);
    expect(await the.values('kept', 'may')).toBe('K 1, P 1, a 1');
  });

  test('what is worked out while it is undone leaves its summary as it was, and says so', async () => {
    await the.campaign('taken back', '2021-01-01');
    const document = await the.document('geocode,campaign,seen\na,taken back,3\nb,taken back,x\n');
    const address = `/api/v1/source_doc/${document.id}`;
    for (const name of ['refresh_master', 'transform_upload']) {
      await must(admin.post(`${address}/undo`), 200);
      const asked = await the.action(name, `document_id=${document.id}`);
      expect(asked.body.meta.run.summary).toMatchObject({ undone: true, values: { new: 0 } });
      expect(await must(admin.get(address), 200)).toMatchObject({ state: 'undone', summary: document.summary });
      await must(admin.post(`${address}/undo`), 200);
      expect(await must(admin.get(address), 200)).toMatchObject({ state: 'processed', summary: document.summary });
      expect(await the.values('seen', 'taken back')).toBe('K 3, P 3, a 3');
      expect(await the.issues(document.id)).toEqual(['2 seen not_a_number x']);
    }
  });

  test('a dry run tells the same and keeps nothing; queue_process marks its rows', async () => {
    const document = await the.document('geocode,campaign,late\nunknown place,july,1\nd,july,2\n');
    const facts = sql`select (select count(*) from datapoint)::int as values, (select count(*) from document_issue)::int as issues,
      (select max(updated_at) from source_doc) as at`;
    await must(admin.post(`/api/v1/source_doc/${document.id}/undo`, { undone: true }), 200);
    const before = await world.context.db.one(facts);
    const dry = await the.action('transform_upload', `document_id=${document.id}&dry_run=true`);
    expect(dry.body.meta.run.summary).toMatchObject({ dry_run: true, rows: 2 });
    expect(await world.context.db.one(facts)).toEqual(before);
    const queued = await the.action('queue_process', `document_id=${document.id}`);
    expect(queued.body.meta.run.summary).toEqual({ document_id: document.id, rows: 2 });
    expect(await the.statuses(document.id)).toBe('TO_PROCESS TO_PROCESS');
  });
});

describe('sending', () => {
  test('a form, a data URI, an upload and a revision that are here already', async () => {
    const form = new FormData();
    form.set('doc_title', 'form.csv');
    form.set('file_type', 'campaign');
    form.set('docfile', new Blob(['geocode,campaign,seen\nd,july,1\n']), 'form.csv');
    const sent = await whileWorking(world, admin.post('/api/v1/source_doc/', form));
    expect([sent.status, sent.body.summary.values.new]).toEqual([201, 1]);
    const docfile = `data:text/csv;base64,${Buffer.from('geocode,campaign,seen\nd,july,2\n').toString('base64')}`;
    const uri = await the.send('', { docfile });
    expect(uri.body.summary.values.new).toBe(1);
    const { dataset, revision } = uri.body;
    // Administrators read rows of projects they belong to only.
    const refused = await the.send('', { docfile: undefined, dataset, revision });
    expect([refused.status, refused.body.code]).toEqual([403, 'rows_forbidden']);
    expect((await admin.get(`/api/v1/dataset/${dataset}/`)).status).toBe(200);
    const unknown = await the.send('', { docfile: undefined, dataset: the.world.context.newId(), revision });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'reference_not_found']);
  });

  test('an upload and a revision that are here already; what is refused of them stays where it was', async () => {
    const project = await projectOf(world, admin as never, {});
    const upload = (name: string, content: string) => sendFile(world, admin, project, name, content, { dataset: name });
    const good = (await upload('good', 'geocode,campaign,seen\nc,july,"21"\n')).body;
    const byUpload = await the.document('', { docfile: undefined, upload_id: good.id });
    expect(byUpload.summary).toMatchObject({ rows: 1, values: { new: 1 } });
    const dataset = good.dataset.id ?? good.dataset_id;
    const byRevision = await the.document('', { docfile: undefined, dataset, revision: 1 });
    expect([byRevision.dataset, byRevision.revision, byRevision.summary.rows]).toEqual([dataset, 1, 1]);
    expect(byRevision.sha256).toBe(byUpload.sha256);
    expect(await the.values('seen', 'july')).toContain('c 21');
    for (const wrong of [{ upload_id: places.a }, { dataset, revision: 7 }]) {
      const answer = await the.send('', { docfile: undefined, ...wrong });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const other = (await upload('other', 'where,campaign,seen\nc,july,3\n')).body;
    const id = other.dataset.id ?? other.dataset_id;
    const refused = await the.send('', { docfile: undefined, dataset: id, revision: 1 });
    expect([refused.status, refused.body.error]).toEqual([400, 'geocode is a required column.']);
    expect((await admin.get(`/api/v1/dataset/${id}`)).status).toBe(200);
  });

  test.each([
    ['docfile doc_title file_type date_order dry_run'],
    ['doc_title docfile date_order dry_run file_type'],
    ['dry_run date_order file_type doc_title docfile'],
  ])('parts come in any order: %s', async (order) => {
    const parts: Record<string, string | Blob> = {
      doc_title: 'in parts',
      file_type: 'date',
      date_order: 'MDY',
      dry_run: 'true',
      docfile: new Blob(['geocode,data_date,visited\nd,3-6-2014,1\n']),
    };
    const form = (change: Record<string, string> = {}) => {
      const made = new FormData();
      for (const name of order.split(' ')) made.append(name, change[name] ?? parts[name]!);
      return made;
    };
    const dry = await whileWorking(world, admin.post('/api/v1/source_doc/', form()));
    expect([dry.status, dry.body.dry_run, dry.body.summary.issues]).toEqual([200, true, {}]);
    const sent = await whileWorking(world, admin.post('/api/v1/source_doc/', form({ dry_run: 'false' })));
    expect([sent.status, sent.body.file_type, sent.body.summary.issues]).toEqual([201, 'date', {}]);
    const count = sql`select (select count(*) from source_doc)::int as documents, (select count(*) from dataset)::int as datasets`;
    const before = await world.context.db.one(count);
    const refused = await admin.post('/api/v1/source_doc/', form({ file_type: 'weekly' }));
    expect([refused.status, refused.body.error]).toEqual([400, 'file_type must be one of campaign, date']);
    const twice = form();
    twice.append('docfile', new Blob(['x']));
    expect((await admin.post('/api/v1/source_doc/', twice)).body.error).toBe('docfile is given more than once');
    expect(await world.context.db.one(count)).toEqual(before);
  });

  test('a form with the file as base64, its plus signs escaped or not', async () => {
    const content = 'geocode,campaign,seen\nd,july,31\n>>>>~~~,july,???\n';
    const docfile = Buffer.from(content).toString('base64');
    expect(docfile).toContain('+');
    const fields = { doc_title: 'form', file_type: 'campaign', dry_run: '0', decimal: ',' };
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const body of [
      new URLSearchParams({ ...fields, docfile }).toString(),
      `${new URLSearchParams(fields)}&docfile=${docfile}`,
    ]) {
      const sent = await whileWorking(world, admin.post('/api/v1/source_doc', body, type));
      expect([sent.status, sent.body.summary.rows]).toEqual([201, 2]);
      expect((await admin.get(sent.body.docfile)).text).toBe(content);
    }
    const twice = await admin.post('/api/v1/source_doc/', 'doc_title=a&doc_title=b', type);
    expect([twice.status, twice.body.error]).toEqual([400, "'doc_title' is given more than once"]);
    const missing = await admin.post('/api/v1/source_doc/', 'doc_title=a', type);
    expect([missing.status, missing.body.error]).toEqual([400, 'missing params set(docfile, file_type)']);
    expect((await admin.post('/api/v1/source_doc/', 'a', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test.each([
    ['in the body', {}, { dry_run: true }],
    ['in the address', { path: '?dry_run=true' }, {}],
  ])(
    'a dry run, asked for %s, tells everything and stores nothing',
    async (_what, { path = '' }: { path?: string }, fields) => {
      await the.document('geocode,campaign,kept\na,june,1\nb,june,2\n', { dataset: 'dry', decimal: ',' });
      const facts = sql`select (select count(*) from datapoint)::int as values, (select count(*) from source_doc)::int as documents,
      (select count(*) from dataset)::int as datasets, (select count(*) from revision)::int as revisions,
      (select count(*) from upload)::int as uploads, (select count(*) from source_object_map)::int as codes,
      (select count(*) from source_submission)::int as rows, (select count(*) from document_issue)::int as issues,
      (select md5(string_agg(a::text, ',' order by id)) from aggregate a) as aggregates`;
      const before = await world.context.db.one(facts);
      const content =
        'geocode,campaign,kept,colour\na,june,"3,0",red\nb,june,,\nx,june,4,\nnowhere,june,5,\nc,june,many,\n';
      const body = {
        doc_title: 'dry',
        file_type: 'campaign',
        docfile: Buffer.from(content).toString('base64'),
        dataset: 'dry',
        ...fields,
      };
      const answer = await whileWorking(world, admin.post(`/api/v1/source_doc/${path}`, body));
      expect([answer.status, answer.body.id, answer.body.dry_run]).toEqual([200, null, true]);
      expect(answer.body.summary).toEqual({
        document_id: null,
        dry_run: true,
        rows: 5,
        cells: 10,
        values: { new: 2, changed: 0, unchanged: 0, retracted: 0 },
        missing: 1,
        issues: { not_a_number: 1, unmapped_indicator: 1, unmapped_location: 1 },
        unmapped: { campaign: 0, indicator: 1, location: 1 },
        read_as: [],
        places: expect.any(Number),
        campaigns: 1,
        days: 0,
        aggregates_changed: expect.any(Number),
      });
      expect(answer.body.summary.aggregates_changed).toBeGreaterThan(3);
      expect(await world.context.db.one(facts)).toEqual(before);
      const refused = await whileWorking(
        world,
        admin.post('/api/v1/source_doc/?dry_run=true', {
          ...body,
          docfile: Buffer.from('x,y\n1,2\n').toString('base64'),
        }),
      );
      expect([refused.status, refused.body.error]).toEqual([400, 'geocode is a required column.']);
      expect(await world.context.db.one(facts)).toEqual(before);
    },
  );

  test('the answer is the object as it is read, tag and all; a body with its id changes it', async () => {
    const docfile = Buffer.from('geocode,campaign,seen\nd,june,12\n').toString('base64');
    const body = { id: -1, doc_title: 'answered', file_type: 'campaign', docfile };
    const made = await whileWorking(world, admin.post('/api/v1/source_doc/', body));
    const url = made.headers.get('location')!;
    const read = await admin.get(url);
    expect([made.status, made.text, made.headers.get('etag')]).toEqual([201, read.text, read.headers.get('etag')]);
    expect([made.body.corrects, url]).toEqual([null, `/api/v1/source_doc/${made.body.id}/`]);
    expect((await admin.get(url, { 'if-none-match': made.headers.get('etag')! })).status).toBe(304);
    const { id } = made.body;
    const changed = await admin.post('/api/v1/source_doc/', { id, doc_title: 'answered again' });
    const again = await admin.get(url);
    expect([changed.status, changed.text, changed.headers.get('etag')]).toEqual([
      200,
      again.text,
      again.headers.get('etag'),
    ]);
    expect([changed.body.doc_title, changed.body.sha256]).toEqual(['answered again', made.body.sha256]);
    const stale = { 'if-match': made.headers.get('etag')! };
    const refusals = [
      await admin.post('/api/v1/source_doc/', { id, doc_title: 'x' }, stale),
      await admin.post('/api/v1/source_doc/', { id: 999_999, doc_title: 'x' }),
      await admin.post('/api/v1/source_doc/', { id: 'abc', doc_title: 'x' }),
      await admin.post('/api/v1/source_doc/', { id, nonsense: 1 }),
      await admin.post('/api/v1/source_doc/', { id, doc_title: '' }),
    ];
    expect(refusals.map(({ status, body: { error } }) => [status, error])).toEqual([
      [412, expect.any(String)],
      [404, 'No source_doc object found for id : 999999'],
      [400, "invalid id: 'abc'"],
      [400, "'nonsense' is not a field of source_doc"],
      [400, 'doc_title may not be empty'],
    ]);
    const dry = await admin.post('/api/v1/source_doc/?dry_run=true', { id, doc_title: 'dry' });
    expect([dry.status, dry.body.doc_title]).toEqual([200, 'dry']);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const plain = await admin.post('/api/v1/source_doc/', `id=${id}&doc_title=by+form`, type);
    expect([plain.status, plain.body.doc_title]).toEqual([200, 'by form']);
    const undone = await must(admin.post(`${url}undo`), 200);
    const shown = await must(admin.get(url), 200);
    expect(undone).toMatchObject({ ...shown, undone: true });
  });

  test('the schema says how one is sent', async () => {
    const schema = await must(admin.get('/api/v1/source_doc/schema/'), 200);
    expect(schema.allowed_list_http_methods).toEqual(['get', 'post', 'put', 'patch', 'delete']);
    expect(schema.required_on_post).toEqual(['doc_title', 'docfile', 'file_type']);
  });

  test('titles and contents that are there already', async () => {
    const first = await the.document('geocode,campaign,seen\nd,june,11\n', { doc_title: 'same' });
    const second = await the.document('geocode,campaign,seen\nd,june,11\n', { doc_title: 'same' });
    expect([first.doc_title, second.doc_title]).toEqual(['same', 'same-1']);
    expect([first.duplicate_of, second.duplicate_of]).toEqual([null, first.id]);
    const renamed = await admin.patch(`/api/v1/source_doc/${second.id}/`, { doc_title: 'other' });
    expect([renamed.status, renamed.body.sha256]).toEqual([202, first.sha256]);
  });

  test('that others sent the same content is not told', async () => {
    const clerk = await someone(the.world, 'USER');
    const reach = { user_id: clerk.number, top_lvl_location_id: places.Q, right: 'capture' };
    await must(admin.post('/api/v1/location_responsibility/', reach), 201);
    const content = 'geocode,campaign,seen\na,june,77\n';
    const { id } = await the.document(content);
    expect((await clerk.get(`/api/v1/source_doc/${id}`)).status).toBe(404);
    const own = await the.document(content, {}, clerk);
    expect(own.duplicate_of).toBe(null);
    expect((await the.document(content, {}, clerk)).duplicate_of).toBe(own.id);
    expect((await the.document(content)).duplicate_of).toBe(id);
  });

  test('the column that looks like what is missing is proposed, by what its cells say', async () => {
    const sent = (content: string, more: object = {}) => the.send(content, { ...more });
    const place = await sent('Remarks,Facility,campaign,seen\nfine,a,may,1\nlate,b,may,2\nlate,unheard of,may,2\n');
    expect(place.body).toMatchObject({ code: 'missing_column', errors: [{ column: 'geocode', proposed: 'Facility' }] });
    expect(place.body.hint).toContain('Facility looks like it: send location_column with its name.');
    const round = await sent('geocode,Round,seen\na,may,1\nb,june,2\n');
    expect(round.body.errors).toMatchObject([{ column: 'campaign', proposed: 'Round' }]);
    const day = await sent('geocode,When,visits\na,2020-01-01,1\n', { file_type: 'date' });
    expect(day.body.errors).toMatchObject([{ column: 'data_date', proposed: 'When' }]);
    const none = await sent('Remarks,campaign,seen\nfine,may,1\nlate,may,2\n');
    expect(none.body.errors[0]).not.toHaveProperty('proposed');
    const typo = await sent('Facility,campaign,seen\na,may,1\n', { location_column: 'Facilty' });
    expect(typo.body).toMatchObject({ error: 'Facilty is a required column.' });
    expect(typo.body.errors[0]).not.toHaveProperty('proposed');
  });

  test('a title above the table is no column: the row of the headers is proposed, and read when it is sent', async () => {
    const titled = 'Weekly report;;;\n;;;\nFacility;campaign;seen;When\na;may;1;2020-01-01\nb;may;2;2020-01-02\n';
    const refused = await the.send(titled, {});
    expect(refused.body).toMatchObject({
      code: 'missing_column',
      errors: [
        { column: 'geocode', proposed_header_row: 3, proposed_header: ['Facility', 'campaign', 'seen', 'When'] },
      ],
    });
    expect(refused.body.errors[0]).not.toHaveProperty('proposed');
    expect(refused.body.hint).toContain('headers in row 3: Facility, campaign, seen, When. Send header_row');
    // Then its columns are looked at as any others.
    const place = await the.send(titled, { header_row: '3' });
    expect(place.body.errors).toMatchObject([{ column: 'geocode', proposed: 'Facility' }]);
    const { id } = await the.document(titled, { header_row: '3', location_column: 'Facility' });
    expect((await must(admin.get(`/api/v1/source_doc/${id}`), 200)).file_header).toEqual([
      'Facility',
      'campaign',
      'seen',
      'When',
    ]);

    // Of few rows the title is not told apart, but it says nothing of what parts the columns where the row is sent.
    const short = '"Weekly, north"\n\n"Facility";"campaign";"seen"\n"a";"may";"1"\n';
    const { file_header } = await the.document(short, { header_row: '3', location_column: 'Facility' });
    expect(file_header).toEqual(['Facility', 'campaign', 'seen']);

    for (const [above, row] of [
      [[['Weekly report, district office'], []], 3],
      // Of the sheet itself nothing is above the title.
      [[null, ['Weekly report'], ['May', 2020]], 4],
    ] as const) {
      const book = xlsx.utils.book_new();
      const start = above.findIndex((one) => one !== null);
      const rows = [
        ...above.slice(start).map((one) => [...(one ?? [])]),
        ['Facility', 'campaign', 'seen', 'Remarks'],
        ['a', 'may', 1, 'late'],
        ['b', 'may', 2, 'fine'],
      ];
      const sheet = xlsx.utils.sheet_add_aoa({ '!ref': xlsx.utils.encode_cell({ r: start, c: 0 }) }, rows, {
        origin: { r: start, c: 0 },
      });
      xlsx.utils.book_append_sheet(book, sheet, 'Data');
      const content = xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
      const sent = (more: object) => the.send(content, { doc_title: `titled ${row}.xlsx`, ...more });
      expect((await sent({})).body.errors).toMatchObject([{ proposed_header_row: row }]);
      const taken = await sent({ header_row: String(row), location_column: 'Facility' });
      expect([taken.status, taken.body.file_header]).toEqual([201, ['Facility', 'campaign', 'seen', 'Remarks']]);
    }
  });

  test.each([
    ['an empty file', '', {}, 400, 'file is empty please check the upload and try again'],
    ['a header alone', 'geocode,campaign,seen\n', {}, 400, 'file is empty please check the upload and try again'],
    ['no place', 'x,campaign,seen\na,may,1\n', {}, 400, 'geocode is a required column.'],
    ['no campaign', 'geocode,seen\na,1\n', {}, 400, 'campaign is a required column.'],
    ['no day', 'geocode,seen\na,1\n', { file_type: 'date' }, 400, 'data_date is a required column.'],
    ['no title', 'geocode,seen\na,1\n', { doc_title: '' }, 400, 'missing params set(doc_title)'],
    ['another kind', 'geocode,seen\na,1\n', { file_type: 'x' }, 400, 'file_type must be one of campaign, date'],
    ['an unknown field', 'a', { nonsense: 1 }, 400, "'nonsense' is not a field of source_doc"],
    [
      'half a pattern',
      'a',
      { date_order: '%d %b' },
      400,
      'date_order must be one of DMY MDY YMD, or a pattern such as %d %b %Y',
    ],
    [
      'an unknown word',
      'a',
      { date_order: 'YDM' },
      400,
      'date_order must be one of DMY MDY YMD, or a pattern such as %d %b %Y',
    ],
  ])('%s is refused and leaves nothing', async (_what, content, fields, status, error) => {
    const count = sql`select (select count(*) from source_doc)::int as documents, (select count(*) from dataset)::int as datasets`;
    const before = await world.context.db.one(count);
    const answer = await the.send(content, fields);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(await world.context.db.one(count)).toEqual(before);
  });

  test('details are remembered by the dataset', async () => {
    await the.document('wo,campaign,seen\na,july,"1,5"\n', { dataset: 'monthly', location_column: 'wo', decimal: ',' });
    const next = await the.document('wo,campaign,seen\na,july,"2,5"\n', { dataset: 'monthly' });
    expect([next.revision, next.summary.values.new]).toEqual([2, 1]);
    const { objects } = await must(
      admin.get(`/api/v1/doc_detail/?document_id=${next.id}&order_by=doc_detail_type__name`),
      200,
    );
    expect(objects).toMatchObject([
      { doc_detail_type__name: 'decimal', doc_detail_value: ',' },
      { doc_detail_type__name: 'location_column', doc_detail_value: 'wo' },
    ]);
  });
});

test('ten documents at once end as one after another', async () => {
  await the.indicator('many');
  await the.campaign('august', '2020-08-01');
  const text = (n: number) =>
    `geocode,campaign,many\na,august,${n}\n${n % 2 ? 'b' : 'c'},august,${n * 10}\nnew ${n % 3},august,1\n`;
  const asked = Array.from({ length: 10 }, (_, n) => {
    const docfile = Buffer.from(text(n)).toString('base64');
    const body = { doc_title: `ten ${n}`, file_type: 'campaign', docfile };
    return admin.post('/api/v1/source_doc/', body, { prefer: 'respond-async' });
  });
  const sent = await Promise.all(asked);
  expect(sent.map(({ status }) => status)).toEqual(Array(10).fill(201));
  const { startJobs } = await import('../../src/worker.ts');
  const worker = await startJobs({ ...world.context, config: { ...world.context.config } });
  const waiting = sql`select count(*)::int as n from source_doc where doc_title like 'ten %' and state = 'received'`;
  while ((await world.context.db.one<{ n: number }>(waiting)).n > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await worker.stop();
  await world.runJobs();
  // The newest by upload counts, whichever was done first.
  const last = (codes: (n: number) => boolean) =>
    Math.max(...sent.map(({ body }, n) => (codes(n) ? body.id * 100 + n : -1))) % 100;
  const [a, b, c] = [last(() => true), last((n) => n % 2 === 1), last((n) => n % 2 === 0)];
  const [P, Q] = [a + b * 10, c * 10];
  expect(await the.values('many', 'august')).toBe(`K ${P + Q}, P ${P}, Q ${Q}, a ${a}, b ${b * 10}, c ${c * 10}`);
  const rebuilt = await the.action('refresh_master', `document_id=${sent[0]!.body.id}`);
  expect(rebuilt.body.meta.run.summary.aggregates_changed).toBe(0);
});
