import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { must, type Someone, someone } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

/** Contract monitoring §3.5, §6.6 and, for what came from files, §6.7. */

const the = await startDocumentsWorld();
const { admin, places, indicators, campaigns, world } = the;
for (const name of ['seen', 'missed', 'other']) await the.indicator(name);
await the.indicator('rate', 'pct');
await the.indicator('inverse', 'float');
await the.indicator('visits', 'int', { resource_name: 'date' });
await the.campaign('may', '2020-05-01');
await the.campaign('june', '2020-06-01');
const made = async (whole: string, part: string, calculation: string) => {
  const body = { indicator_id: indicators[whole], indicator_component_id: indicators[part], calculation };
  await must(admin.post('/api/v1/indicator_calculation/', body), 201);
};
await made('rate', 'missed', 'NUMERATOR');
await made('rate', 'seen', 'DENOMINATOR');
await made('inverse', 'seen', 'NUMERATOR');
await made('inverse', 'rate', 'DENOMINATOR');
afterEach(() => world.runJobs());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the assertions are the type check.
const objects = async (path: string, actor: Someone = admin): Promise<any[]> =>
  (await must(actor.get(`/api/v1/${path}`), 200)).objects;

describe('source_doc', () => {
  const text = 'geocode,campaign,seen\na,may,5\n';

  test('says what the file is and whose; the latest first', async () => {
    const first = await the.document(text, { doc_title: '  Two   blanks ' });
    const second = await the.document(`${text}b,may,6\n`, { doc_title: 'later' });
    expect(first).toMatchObject({
      doc_title: 'Two blanks',
      docfile: `/api/v1/source_doc/${first.id}/file`,
      file_type: 'campaign',
      file_header: ['geocode', 'campaign', 'seen'],
      created_by_id: admin.number,
      guid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: text.length,
      dataset: expect.stringMatching(/^[0-9a-f-]{36}$/),
      revision: 1,
      state: 'processed',
      duplicate_of: null,
    });
    expect(first).not.toHaveProperty('created_by');
    expect((await admin.get(first.docfile)).text).toBe(text);
    expect((await objects('source_doc/')).map((one) => one.id).slice(0, 2)).toEqual([second.id, first.id]);
  });

  test('a taken title gets the next free number; what the file is cannot be changed', async () => {
    const titles: string[] = [];
    for (let n = 0; n < 3; n += 1)
      titles.push((await the.document(`${text}c,may,${n}\n`, { doc_title: 'same' })).doc_title);
    expect(titles).toEqual(['same', 'same-1', 'same-2']);
    const { id, sha256, bytes } = (await objects('source_doc/?doc_title=same-1'))[0];
    const changed = await must(
      admin.patch(`/api/v1/source_doc/${id}/`, { doc_title: 'mine', sha256: 'x', bytes: 1, docfile: 'y' }),
      202,
    );
    expect(changed).toMatchObject({ doc_title: 'mine', sha256, bytes, docfile: `/api/v1/source_doc/${id}/file` });
    const taken = await admin.patch(`/api/v1/source_doc/${id}/`, { doc_title: 'same' });
    expect([taken.status, taken.body.error]).toEqual([409, 'key: "doc_title" with value: "same" already exists']);
  });
});

describe('source_submission', () => {
  test('rows are read-only, need their document, and keep their id when they are processed again', async () => {
    const document = await the.document('geocode,campaign,seen,note\na,may,1,"x, ""y"""\nnowhere,may,2,\n');
    const path = `source_submission/?document_id=${document.id}`;
    const rows = await objects(path);
    expect(rows).toMatchObject([
      {
        document_id: document.id,
        row_number: 1,
        location_code: 'a',
        location_display: 'place a',
        campaign_code: 'may',
        data_date: null,
        submission_json: { geocode: 'a', campaign: 'may', seen: '1', note: 'x, "y"' },
        process_status: 'PARTIAL',
      },
      { row_number: 2, location_code: 'nowhere', location_display: 'nowhere', process_status: 'UNMAPPED' },
    ]);
    expect(new Set(rows.map((row) => row.instance_guid)).size).toBe(2);
    await the.action('transform_upload', `document_id=${document.id}`);
    expect((await objects(path)).map((row) => row.id)).toEqual(rows.map((row) => row.id));
    expect(await objects(`source_submission/?id=${rows[1].id}`)).toHaveLength(1);
    const missing = await admin.get('/api/v1/source_submission/');
    expect([missing.status, missing.body.error]).toEqual([400, 'Missing required parameter document_id']);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await admin.send(method, `/api/v1/source_submission/${rows[0].id}/`, {})).status).toBe(405);
    }
    const csv = await admin.get(`/api/v1/${path}&format=csv&fields=row_number,submission_json,process_status`);
    expect(csv.text.trim().split(/\r?\n/)).toEqual([
      'row_number,geocode,campaign,seen,note,process_status',
      '1,a,may,1,"x, ""y""",PARTIAL',
      '2,nowhere,may,2,,UNMAPPED',
    ]);
  });
});

describe('source_object_map', () => {
  const url = '/api/v1/source_object_map/';
  const post = (body: object) => admin.post(url, { content_type: 'location', master_object_id: places.a, ...body });

  test('codes are text: 17 and 017 are two; one meaning for the whole instance', async () => {
    const [short, long] = [
      await must(post({ source_object_code: '17' }), 201),
      await must(post({ source_object_code: '017', master_object_id: places.b }), 201),
    ];
    expect([short.source_object_code, long.source_object_code]).toEqual(['17', '017']);
    expect(short).toMatchObject({
      master_object_name: 'place a',
      mapped_by_id: admin.number,
      is_ignored: false,
      origin: 'person',
      status: 'mapped',
    });
    const twice = await post({ source_object_code: '17', master_object_id: places.c });
    expect([twice.status, twice.body.error]).toEqual([
      409,
      'key: "content_type, source_object_code" with value: "location, 17" already exists',
    ]);
    await must(post({ source_object_code: '17', content_type: 'campaign', master_object_id: campaigns.may }), 201);
    await the.document('geocode,campaign,seen\n17,june,3\n017,june,4\n');
    await the.document('geocode,campaign,missed\n017,june,1\n');
    expect(await the.values('seen', 'june')).toBe('K 7, P 7, a 3, b 4');
    expect(await the.values('missed', 'june')).toBe('K 1, P 1, b 1');
  });

  test.each([
    [{ content_type: 'indicator', master_object_id: 99_999 }, 400, 'master_object_id 99999 does not exist'],
    [{ master_object_id: 0 }, 400, 'master_object_id 0 does not exist'],
    [{ content_type: 'office' }, 400, 'content_type must be one of indicator, location, campaign'],
    [{ master_object_id: undefined }, 400, 'missing params set(master_object_id)'],
  ])('%j is refused', async (body, status, error) => {
    const answer = await post({ source_object_code: 'refused', ...body });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  test('an id wins over a document; lists of one document by what became of its codes', async () => {
    const document = await the.document(
      'geocode,campaign,seen,colour\nd,june,3,red\nbebop,june,4,\nplace dd,june,5,\n',
    );
    await the.map('location', 'bebop', null);
    await must(admin.patch(`${url}${await the.mapping('indicator', 'colour')}/`, { is_ignored: true }), 202);
    await world.runJobs();
    const codes = async (query: string) =>
      (await objects(`source_object_map/?${query}&order_by=source_object_code`)).map((one) => one.source_object_code);
    const of = `document_id=${document.id}`;
    expect(await codes(of)).toEqual(['bebop', 'colour', 'd', 'june', 'place dd', 'seen']);
    expect(await codes(`${of}&is_mapped=1`)).toEqual(['d', 'june', 'seen']);
    expect(await codes(`${of}&is_mapped=0`)).toEqual(['bebop', 'colour', 'place dd']);
    expect(await codes(`${of}&status=mapped`)).toEqual(['d', 'june', 'seen']);
    expect(await codes(`${of}&status=ignored`)).toEqual(['colour']);
    expect(await codes(`${of}&status__in=suggested,unmapped`)).toEqual(['bebop', 'place dd']);
    const foreign = await the.mapping('location', '017');
    expect(await codes(`${of}&id=${foreign}`)).toEqual(['017']);
    expect(await codes(`id=${foreign}`)).toEqual(['017']);
    const missing = await admin.get(url);
    expect([missing.status, missing.body.error]).toEqual([400, 'Missing required parameter id']);
  });
});

describe('doc_detail', () => {
  test('one of a kind for a document; kinds are unique; a document is found by its own', async () => {
    const document = await the.document('wo,campaign,seen\na,june,9\n', { location_column: 'wo' });
    const [detail] = await objects(`doc_detail/?document_id=${document.id}`);
    expect(detail).toMatchObject({ doc_detail_type__name: 'location_column', doc_detail_value: 'wo' });
    const { document_id, doc_detail_type_id } = detail;
    const twice = await admin.post('/api/v1/doc_detail/', { document_id, doc_detail_type_id, doc_detail_value: 'x' });
    expect([twice.status, twice.body.error]).toEqual([
      409,
      `key: "document_id, doc_detail_type_id" with value: "${document_id}, ${doc_detail_type_id}" already exists`,
    ]);
    const type = await admin.post('/api/v1/doc_detail_type/', { name: 'location_column' });
    expect([type.status, type.body.error]).toEqual([409, 'key: "name" with value: "location_column" already exists']);
  });
});

describe('document results (§6.6)', () => {
  const told = async (path: string, actor?: Someone) =>
    (await objects(path, actor)).map(
      (one) => `${one.campaign__name ?? one.data_date} ${one.location__name} ${one.indicator__short_name} ${one.value}`,
    );

  test('effective values of its campaigns, its indicators and what is made from them, its places and those above', async () => {
    await the.campaign('july', '2020-07-01');
    await the.document('geocode,campaign,missed,other\nb,july,3,50\na,july,2,\nc,july,1,\n');
    const document = await the.document('geocode,campaign,seen,unknown\nb,july,10,1\nnowhere,july,7,\n');
    const shown = await objects(`campaign_doc_result/?document_id=${document.id}`);
    // missed and other are another document's, a and Q are not this one's places; rate and inverse are made from seen.
    expect(
      shown.map((one) => `${one.location__name} ${one.indicator__short_name} ${Number(one.value.toFixed(2))}`).sort(),
    ).toEqual([
      'place K inverse 16.67',
      'place K rate 0.6',
      'place K seen 10',
      'place P inverse 20',
      'place P rate 0.5',
      'place P seen 10',
      'place b inverse 33.33',
      'place b rate 0.3',
      'place b seen 10',
    ]);
    expect(shown[0]).toMatchObject({ campaign__name: 'july', indicator__id: shown[0].indicator_id });
    expect(await told(`date_doc_result/?document_id=${document.id}`)).toEqual([]);
    const entry = { indicator_id: indicators.seen, location_id: places.b, campaign_id: campaigns.july, value: 20 };
    await must(admin.post('/api/v1/campaign_datapoint/', entry), 201);
    expect(await told(`campaign_doc_result/?document_id=${document.id}&indicator__short_name=seen`)).toEqual([
      'july place K seen 20',
      'july place P seen 20',
      'july place b seen 20',
    ]);
  });

  test('what is only weighed by one of its indicators depends on it as well', async () => {
    await the.campaign('september', '2020-09-01');
    const people = await the.indicator('people');
    await the.indicator('weighed', 'float', { aggregation: 'weighted_mean', weight_indicator_id: people });
    await the.document('geocode,campaign,weighed\na,september,1\nb,september,4\n');
    const document = await the.document('geocode,campaign,people\na,september,10\nb,september,20\n');
    expect(await told(`campaign_doc_result/?document_id=${document.id}&indicator__short_name=weighed`)).toEqual([
      'september place K weighed 3',
      'september place P weighed 3',
      'september place a weighed 1',
      'september place b weighed 4',
    ]);
  });

  test('of a file of days its values, on their day', async () => {
    const text = 'geocode,data_date,visits\nb,2020-03-02,4\na,2020-03-01,2\na,2020-03-02,x\n';
    const document = await the.document(text, { file_type: 'date' });
    expect(await told(`date_doc_result/?document_id=${document.id}`)).toEqual([
      '2020-03-01 place a visits 2',
      '2020-03-02 place b visits 4',
    ]);
    expect(await told(`campaign_doc_result/?document_id=${document.id}`)).toEqual([]);
  });

  test.each(['campaign_doc_result', 'date_doc_result', 'doc_datapoint'])(
    '%s is for reading, of one document',
    async (name) => {
      const missing = await admin.get(`/api/v1/${name}/`);
      expect([missing.status, missing.body.error]).toEqual([400, 'Missing required parameter document_id']);
      expect((await admin.post(`/api/v1/${name}/`, {})).status).toBe(405);
      expect(await objects(`${name}/?document_id=999999`)).toEqual([]);
    },
  );
});

describe('lineage of what came from files (§6.7)', () => {
  const lineage = (query: string, actor: Someone = admin) =>
    must(actor.get(`/api/v1/datapoint/lineage?indicator_id=${indicators.other}&location_id=${places.d}&${query}`), 200);

  test('every candidate says why it does not count; the winner which run, revision and upload it is from', async () => {
    await the.campaign('august', '2020-08-01');
    const of = `campaign_id=${campaigns.august}`;
    const older = await the.document('geocode,campaign,other\nd,august,1\n');
    const newer = await the.document('geocode,campaign,other,unique_key\nd,august,2,x\nd,august,3,y\n');
    const first = await lineage(of);
    expect(first).toMatchObject({
      kind: 'stored',
      value: 3,
      source: {
        document_id: newer.id,
        dataset: newer.dataset,
        revision: newer.revision,
        row: 2,
        column: 'other',
        raw: '3',
      },
    });
    expect(first.source.run).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(first.source.at)).toBeGreaterThan(0);
    const reasons = (one: typeof first) =>
      one.superseded.map((by: { value: number; reason: string; source?: { document_id: number } }) => [
        by.value,
        by.reason,
        by.source?.document_id,
      ]);
    expect(reasons(first)).toEqual([
      [2, 'earlier row', newer.id],
      [1, 'older document', older.id],
    ]);
    const cell = { indicator_id: indicators.other, location_id: places.d, campaign_id: campaigns.august };
    const { id } = await must(admin.post('/api/v1/campaign_datapoint/', { ...cell, value: null, note: 'wrong' }), 201);
    const cleared = await lineage(of);
    expect([cleared.kind, cleared.value, cleared.cleared.note]).toEqual(['none', null, 'wrong']);
    expect(reasons(cleared).map(([value]: [number]) => value)).toEqual([3, 2, 1]);
    await must(admin.patch(`/api/v1/campaign_datapoint/${id}/`, { value: 9 }), 202);
    const entered = await must(admin.get(`/api/v1/campaign_datapoint/${id}/lineage`), 200);
    expect([entered.kind, entered.value, reasons(entered).length]).toEqual(['entry', 9, 3]);
    await must(admin.delete(`/api/v1/campaign_datapoint/${id}/`), 204);
    await must(admin.post(`/api/v1/source_doc/${newer.id}/undo`), 200);
    const undone = await lineage(of);
    expect([undone.value, undone.source.document_id, undone.superseded]).toEqual([1, older.id, []]);
  });

  test('of a day, by its id and by its coordinates', async () => {
    const document = await the.document('geocode,data_date,visits\nd,2020-04-05,"1,200"\n', { file_type: 'date' });
    const query = `indicator__in=${indicators.visits}&location_id=${places.d}`;
    const [value] = await objects(`date_datapoint/?${query}`);
    const byId = await must(admin.get(`/api/v1/date_datapoint/${value.id}/lineage`), 200);
    expect(byId).toMatchObject({
      cell: { indicator_id: indicators.visits, location_id: places.d, data_date: '2020-04-05' },
      kind: 'stored',
      value: 1200,
      source: { document_id: document.id, row: 1, raw: '1,200' },
    });
    const at = `indicator_id=${indicators.visits}&location_id=${places.d}&data_date=2020-04-05`;
    expect(await must(admin.get(`/api/v1/datapoint/lineage?${at}`), 200)).toEqual(byId);
    expect((await admin.get(`/api/v1/campaign_datapoint/${value.id}/lineage`)).status).toBe(404);
    const viewer = await someone(world);
    const body = { user_id: viewer.number, top_lvl_location_id: places.Q, right: 'view' };
    await must(admin.post('/api/v1/location_responsibility/', body), 201);
    const { source } = await must(viewer.get(`/api/v1/date_datapoint/${value.id}/lineage`), 200);
    expect(Object.keys(source).sort()).toEqual(['doc_title', 'document_id', 'row', 'sha256']);
  });
});
