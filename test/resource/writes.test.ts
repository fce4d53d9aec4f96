import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { purgeIdempotencyAnswers } from '../../src/resource/index.ts';
import { type FieldsWorld, seed, startFieldsWorld } from './fields-world.ts';

let world: FieldsWorld;

beforeAll(async () => {
  world = await startFieldsWorld();
});

beforeEach(async () => {
  await world.db.pool.query('truncate region, site, visit, sample, unit, idempotency_answer restart identity cascade');
  await seed(world.db);
  world.events.length = 0;
});

const newSite = { region_id: 1, name: 'New', code: 'N1', owner: 'ann' };

async function count(table: string): Promise<number> {
  return (await world.db.pool.query(`select count(*)::int as n from ${table}`)).rows[0].n;
}

describe('answers are what is stored', () => {
  test('POST gives defaults, types, related fields and decoded JSON', async () => {
    const { status, body, headers } = await world.admin.post('/api/v1/site', {
      ...newSite,
      name: '  New   place ',
      latitude: '12.50',
      settings: '{"a":[1]}',
      pin: '9999',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'New place',
      region__name: 'North',
      latitude: 12.5,
      active: true,
      tags: [],
      settings: { a: [1] },
      level: 1,
      resource_uri: `/api/v1/site/${body.id}/`,
    });
    expect(body).not.toHaveProperty('pin');
    expect(headers.get('location')).toBe(`/api/v1/site/${body.id}/`);
    const { rows } = await world.db.pool.query('select pin from site where id = $1', [body.id]);
    expect(rows).toEqual([{ pin: '9999' }]);
    expect(world.events).toEqual(['before nothing → New place', 'after nothing → New place']);
  });

  test('POST with an id changes the sent fields; −1, "-1", 0 and empty mean a new object', async () => {
    const changed = await world.admin.post('/api/v1/site/', { id: 1, name: 'Elder' });
    expect([changed.status, changed.body.name, changed.body.code]).toEqual([200, 'Elder', 'A1']);
    const text = await world.admin.post('/api/v1/site/', { id: '2', active: false });
    expect([text.status, text.body.active]).toEqual([200, false]);
    for (const [index, id] of [-1, '-1', 0, '', null].entries()) {
      const created = await world.admin.post('/api/v1/site/', { ...newSite, id, name: `n${index}`, code: `n${index}` });
      expect([id, created.status]).toEqual([id, 201]);
    }
    const unknown = await world.admin.post('/api/v1/site/', { id: 9999, name: 'x' });
    expect([unknown.status, unknown.body.error]).toEqual([404, 'No site object found for id : 9999']);
  });

  test('PUT needs the required fields and gives absent ones their default', async () => {
    const { status, body } = await world.admin.put('/api/v1/site/1/', newSite);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 1,
      name: 'New',
      opened_on: null,
      latitude: null,
      tags: [],
      active: true,
      settings: null,
    });
    const missing = await world.admin.put('/api/v1/site/1/', { name: 'x' });
    expect([missing.status, missing.body.error]).toEqual([400, 'missing params set(code, owner, region_id)']);
  });

  test('PATCH is 202, changes the sent fields only, and takes an object back as it was read', async () => {
    const read = (await world.admin.get('/api/v1/site/1/')).body;
    const { status, body } = await world.admin.patch('/api/v1/site/1', { ...read, tags: '["dry"]' });
    expect(status).toBe(202);
    expect(body).toEqual({ ...read, tags: ['dry'], updated_at: body.updated_at });
    expect(body.updated_at > read.updated_at).toBe(true);
    const same = await world.admin.patch('/api/v1/site/1', { tags: ['dry'] });
    expect(same.body).toEqual(body);
    expect(same.headers.get('etag')).toBe((await world.admin.get('/api/v1/site/1')).headers.get('etag'));
  });

  test.each(['region', 'region__level', 'parent_site__region__name'])(
    'a relation’s %s is no field, whatever lists have been asked for before; what a read shows is passed over',
    async (name) => {
      expect((await world.admin.get(`/api/v1/site?${name}__isnull=false`)).status).toBe(200);
      const before = (await world.admin.get('/api/v1/site/1/')).body;
      for (const answer of [
        await world.admin.patch('/api/v1/site/1', { [name]: 2 }),
        await world.admin.put('/api/v1/site/1', { ...before, [name]: 2 }),
        await world.admin.post('/api/v1/site/', { ...newSite, [name]: 2 }),
      ]) {
        expect([answer.status, answer.body.error]).toEqual([400, `'${name}' is not a field of site`]);
      }
      expect((await world.admin.get('/api/v1/site/1/')).body).toEqual(before);
      const back = await world.admin.put('/api/v1/site/1', { ...before, region__name: 'x', level: 9, created_at: 'x' });
      expect([back.status, back.body]).toEqual([200, { ...before, updated_at: back.body.updated_at }]);
    },
  );

  test('hooks see values, and may change them', async () => {
    const { body } = await world.admin.post('/api/v1/site/', { ...newSite, tags: '["a","banned","b"]' });
    expect(body.tags).toEqual(['a', 'b']);
    const many = await world.admin.post('/api/v1/site/', {
      objects: [
        { ...newSite, name: 'm', code: 'm', tags: ['banned'] },
        { ...newSite, name: 'n', code: 'n', settings: { a: 1 } },
      ],
    });
    expect(many.body.objects.map((o: { tags: unknown; settings: unknown }) => [o.tags, o.settings])).toEqual([
      [[], null],
      [[], { a: 1 }],
    ]);
  });

  test('forms are converted by type; an empty text is null where it may be', async () => {
    const form = new URLSearchParams({
      ...newSite,
      region_id: '2',
      opened_on: '',
      latitude: '1e1',
      active: 'false',
      tags: '[1]',
      pin: '',
    });
    const { status, body } = await world.admin.post('/api/v1/site/', form);
    expect(status).toBe(201);
    expect(body).toMatchObject({ region_id: 2, opened_on: null, latitude: 10, active: false, tags: [1] });
  });
});

describe('refusals, to the letter; nothing is changed', () => {
  const cases: [string, string, unknown, number, string][] = [
    ['POST', 'site/', {}, 400, 'missing params set(code, name, owner, region_id)'],
    ['POST', 'site/', { region_id: 1, name: null, code: 'x' }, 400, 'missing params set(name, owner)'],
    ['POST', 'site/', { ...newSite, nmae: 1 }, 400, "'nmae' is not a field of site"],
    ['POST', 'site/', { ...newSite, region_id: 99 }, 400, 'region_id 99 does not exist'],
    ['POST', 'site/', { ...newSite, region_id: 'x' }, 400, 'region_id must be an integer'],
    ['POST', 'site/', { ...newSite, region_id: 1.5 }, 400, 'region_id must be an integer'],
    ['POST', 'site/', { ...newSite, region_id: true }, 400, 'region_id must be an integer'],
    ['POST', 'site/', { ...newSite, region_id: 3_000_000_000 }, 400, 'region_id must be 2147483647 or less'],
    ['POST', 'site/', { ...newSite, name: 7 }, 400, 'name must be text'],
    ['POST', 'site/', { ...newSite, name: 'a\u0000b' }, 400, 'name must be text'],
    ['POST', 'site/', { ...newSite, latitude: 91 }, 400, 'latitude must be 90 or less'],
    ['POST', 'site/', { ...newSite, latitude: -91 }, 400, 'latitude must be -90 or more'],
    ['POST', 'site/', { ...newSite, latitude: 'NaN' }, 400, 'latitude must be a number'],
    ['POST', 'site/', { ...newSite, active: null }, 400, 'active may not be null'],
    ['POST', 'site/', { ...newSite, active: 'maybe' }, 400, 'active must be true or false'],
    ['POST', 'site/', { ...newSite, opened_on: '2021-02-29' }, 400, 'opened_on must be a date as YYYY-MM-DD'],
    ['POST', 'site/', { ...newSite, tags: 'x' }, 400, 'tags must be a JSON list'],
    ['POST', 'site/', { ...newSite, tags: {} }, 400, 'tags must be a JSON list'],
    ['POST', 'site/', { ...newSite, settings: '[1]' }, 400, 'settings must be a JSON object'],
    ['POST', 'site/', { ...newSite, settings: { a: '\u0000' } }, 400, 'settings must be a JSON object'],
    ['POST', 'site/', { ...newSite, code: 'A1' }, 409, 'key: "code" with value: "A1" already exists'],
    [
      'POST',
      'site/',
      { ...newSite, name: 'Alder' },
      409,
      'key: "region_id, name" with value: "1, Alder" already exists',
    ],
    ['POST', 'region/', { name: '' }, 400, 'name may not be empty'],
    ['POST', 'region/', { name: 'x'.repeat(41) }, 400, 'name must have at most 40 characters'],
    ['POST', 'region/', { name: 'x', level: -1 }, 400, 'level must be 0 or more'],
    ['POST', 'region/', [], 400, 'The body must be an object.'],
    ['POST', 'region/', '{"name":', 400, 'Malformed JSON body'],
    ['POST', 'visit/', { site_id: 1, visited_at: 'now' }, 400, 'visited_at must be an instant as YYYY-MM-DDTHH:MM:SSZ'],
    [
      'POST',
      'visit/',
      { site_id: 1, visited_at: '2020-01-01', counted: -101 },
      400,
      'the values break the rule visit_counted_check',
    ],
    ['PATCH', 'site/1/', { region_id: 99 }, 400, 'region_id 99 does not exist'],
    ['PATCH', 'site/2/', { code: 'A1' }, 409, 'key: "code" with value: "A1" already exists'],
    ['PATCH', 'site/2/', { name: 'Alder' }, 409, 'key: "region_id, name" with value: "1, Alder" already exists'],
    ['PATCH', 'site/9999/', { name: 'x' }, 404, 'No site object found for id : 9999'],
    ['PATCH', 'site/99999999999/', { name: 'x' }, 404, 'No site object found for id : 99999999999'],
    ['PATCH', 'site/abc/', { name: 'x' }, 400, "invalid id: 'abc'"],
    ['PATCH', 'site/1/', { id: 2, name: 'x' }, 400, "'id' in the body is not the one in the address"],
    ['PUT', 'site/9999/', newSite, 404, 'No site object found for id : 9999'],
    ['DELETE', 'site/9999/', undefined, 404, 'No site object found for id : 9999'],
    ['DELETE', 'site/?id=9999', undefined, 404, 'No site object found for id : 9999'],
    ['DELETE', 'site/?id=abc', undefined, 400, "invalid id: 'abc'"],
    ['GET', 'site/9999/', undefined, 404, 'No site object found for id : 9999'],
    ['GET', 'site/abc/', undefined, 400, "invalid id: 'abc'"],
    ['GET', 'site/1/?nmae=1', undefined, 400, "'nmae' is not a parameter of this request."],
    ['GET', 'sample/x/', undefined, 400, "invalid id: 'x'"],
    ['DELETE', 'region/1/', undefined, 409, 'region 1 is used by site (3)'],
    ['DELETE', 'site/4/', undefined, 409, 'site 4 is used by site (2)'],
    ['DELETE', 'site/1/', undefined, 409, 'site 1 is used by site (2), visit (2)'],
    ['POST', 'site_size/', {}, 405, 'Method not allowed.'],
    ['PATCH', 'region/schema/', {}, 405, 'Method not allowed.'],
  ];
  test.each(cases)('%s %s %j → %i', async (method, path, body, status, error) => {
    const isText = typeof body === 'string';
    const answer = await world.admin.send(
      method,
      `/api/v1/${path}`,
      body,
      isText ? { 'content-type': 'application/json' } : {},
    );
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(answer.body).toMatchObject({ status, detail: error, msg: error, message: error });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.text).not.toMatch(/select |insert |at .*\.ts/);
    expect([await count('region'), await count('site'), await count('visit')]).toEqual([2, 7, 5]);
  });

  test('everything wrong is named at once', async () => {
    const { body } = await world.admin.post('/api/v1/site/', { region_id: 'x', latitude: 100, foo: 1 });
    expect(body.errors.map((e: { pointer: string; code: string }) => [e.pointer, e.code])).toEqual([
      ['/foo', 'unknown_field'],
      ['/code', 'missing_field'],
      ['/name', 'missing_field'],
      ['/owner', 'missing_field'],
      ['/region_id', 'wrong_type'],
      ['/latitude', 'too_large'],
    ]);
  });

  test('an unknown field is hinted at, a secret one never', async () => {
    expect((await world.admin.post('/api/v1/site/', { ...newSite, nmae: 1 })).body.hint).toBe('name');
    expect((await world.admin.post('/api/v1/site/', { ...newSite, pim: 1 })).body.hint).not.toBe('pin');
  });

  test('other kinds of body are 415', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      const { status } = await world.admin.post('/api/v1/region/', 'name=x', { 'content-type': type });
      expect([type, status]).toEqual([type, 415]);
    }
  });

  test('405 and OPTIONS list the methods', async () => {
    const refused = await world.admin.post('/api/v1/site_size/', {});
    expect(refused.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const options = await world.admin.send('OPTIONS', '/api/v1/site/1/');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT']);
    expect((await world.admin.send('OPTIONS', '/api/v1/site')).headers.get('allow')).toBe(
      'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    );
  });
});

describe('deleting', () => {
  test('by pk, and by id in the query', async () => {
    expect((await world.admin.delete('/api/v1/site/7/')).status).toBe(204);
    expect((await world.admin.delete('/api/v1/site/?id=6')).status).toBe(204);
    expect(await count('site')).toBe(5);
    expect(world.events).toEqual(['after  → nothing', 'after null → nothing']);
  });

  test('cascade=true removes what refers to it, to any depth, with its hooks; declared cascades go by themselves', async () => {
    expect((await world.admin.delete('/api/v1/visit/1/')).status).toBe(204);
    expect(await count('sample')).toBe(1);
    const refused = await world.admin.delete('/api/v1/region/1/');
    expect([refused.status, refused.body.used_by]).toEqual([409, { site: 3 }]);
    expect((await world.admin.delete('/api/v1/region/1/?cascade=true')).status).toBe(204);
    expect([await count('region'), await count('site'), await count('visit'), await count('sample')]).toEqual([
      1, 4, 1, 0,
    ]);
    expect(world.events.filter((event) => event.endsWith('→ nothing'))).toHaveLength(3);
  });

  test('by filter, counted first if wished; never without a filter or with a page', async () => {
    const { admin } = world;
    expect((await admin.delete('/api/v1/site/?name__in=%22%22,null&dry_run=1')).body).toEqual({ deleted: 2 });
    expect(await count('site')).toBe(7);
    expect((await admin.delete('/api/v1/site/?name__in=%22%22,null')).body).toEqual({ deleted: 2 });
    expect(await count('site')).toBe(5);
    for (const query of [
      '',
      '?dry_run=1',
      '?owner=ann&limit=1',
      '?owner=ann&offset=1',
      '?order_by=id',
      '?nmae=1',
      '?format=json',
    ]) {
      expect([query, (await admin.delete(`/api/v1/site/${query}`)).status]).toEqual([query, 400]);
    }
    expect((await admin.delete('/api/v1/region/?name=North')).body.code).toBe('delete_not_by_filter');
    expect((await admin.delete('/api/v1/site/?region=1')).body.error).toBe('site 1, 2, 3 is used by visit (4)');
    expect(await count('site')).toBe(5);
    expect((await admin.delete('/api/v1/site/?region=1&cascade=true')).body).toEqual({ deleted: 3 });
  });
});

describe('concurrency', () => {
  test('two PATCHes of different fields both survive, whoever waits', async () => {
    await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => world.admin.patch('/api/v1/site/1/', { latitude: i })),
      ...Array.from({ length: 8 }, () => world.admin.patch('/api/v1/site/1/', { name: 'Elm' })),
      world.admin.patch('/api/v1/site/1/', { active: false }),
    ]);
    const { body } = await world.admin.get('/api/v1/site/1/');
    expect([body.name, body.active, body.code]).toEqual(['Elm', false, 'A1']);
    expect(body.latitude).toBeGreaterThanOrEqual(0);
  });

  test('If-Match lets one of two win, and tells the other the current tag', async () => {
    const etag = (await world.admin.get('/api/v1/site/1/')).headers.get('etag')!;
    expect(etag).toMatch(/^"[^"]+"$/);
    const answers = await Promise.all(
      ['x', 'y'].map((name) => world.admin.patch('/api/v1/site/1/', { name }, { 'if-match': etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 412]);
    const [won, lost] = answers[0]!.status === 202 ? answers : [answers[1], answers[0]];
    expect(lost!.headers.get('etag')).toBe(won!.headers.get('etag'));
    for (const send of [
      () => world.admin.put('/api/v1/site/1/', newSite, { 'if-match': etag }),
      () => world.admin.post('/api/v1/site/', { id: 1, name: 'z' }, { 'if-match': etag }),
      () => world.admin.delete('/api/v1/site/1/', undefined, { 'if-match': etag }),
    ]) {
      expect((await send()).status).toBe(412);
    }
    const current = won!.headers.get('etag')!;
    expect(
      (await world.admin.patch('/api/v1/site/1/', { name: 'w' }, { 'if-match': `"other", ${current}` })).status,
    ).toBe(202);
    expect((await world.admin.patch('/api/v1/site/1/', { name: 'v' }, { 'if-match': '*' })).status).toBe(202);
  });

  test('If-None-Match is 304; a partial answer carries the tag of the whole', async () => {
    const read = await world.admin.get('/api/v1/site/1/');
    const etag = read.headers.get('etag')!;
    const again = await world.admin.get('/api/v1/site/1/', { 'if-none-match': `W/"x", ${etag}` });
    expect([again.status, again.text]).toEqual([304, '']);
    const part = await world.admin.get('/api/v1/site/1/?fields=id,name');
    expect([part.body, part.headers.get('etag')]).toEqual([{ id: 1, name: 'Alder' }, etag]);
  });

  test('a resource may demand If-Match: 428 without', async () => {
    const { admin } = world;
    expect((await admin.patch('/api/v1/unit/kg/', { title: 'x' })).status).toBe(428);
    expect((await admin.delete('/api/v1/unit/kg/')).status).toBe(428);
    const etag = (await admin.get('/api/v1/unit/kg/')).headers.get('etag')!;
    expect((await admin.patch('/api/v1/unit/kg/', { title: 'Kilogram' }, { 'if-match': etag })).status).toBe(202);
  });

  test('keys of text stand in the address, escaped', async () => {
    const { admin } = world;
    const { body } = await admin.get('/api/v1/unit/m%2Fs/');
    expect(body).toEqual({ code: 'm/s', title: 'metres per second', shape: null, resource_uri: '/api/v1/unit/m%2Fs/' });
    const created = await admin.post('/api/v1/unit/', { code: 'a b"c', title: 't' });
    expect(created.headers.get('location')).toBe('/api/v1/unit/a%20b%22c/');
    expect((await admin.get(created.headers.get('location')!)).body.code).toBe('a b"c');
    const again = await admin.post('/api/v1/unit/', { code: 'kg', title: 't' });
    expect([again.status, again.body.error]).toEqual([409, 'key: "code" with value: "kg" already exists']);
  });
});

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k1' };

  test('the same request gets the stored answer, another one 422', async () => {
    const first = await world.admin.post('/api/v1/site/', newSite, key);
    const again = await world.admin.post('/api/v1/site/', newSite, key);
    expect([again.status, again.body, again.headers.get('location'), again.headers.get('etag')]).toEqual([
      201,
      first.body,
      first.headers.get('location'),
      first.headers.get('etag'),
    ]);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await count('site')).toBe(8);
    const other = await world.admin.post('/api/v1/site/', { ...newSite, name: 'x' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await world.admin.post('/api/v1/region/', { name: 'R' }, key);
    expect(elsewhere.status).toBe(201);
    const somebody = await world.ann.post('/api/v1/site/', { ...newSite, name: 'y', code: 'y' }, key);
    expect(somebody.status).toBe(201);
  });

  test('a refused request can be corrected and sent again; after 24 hours the key is new', async () => {
    expect((await world.admin.post('/api/v1/site/', {}, key)).status).toBe(400);
    expect((await world.admin.post('/api/v1/site/', newSite, key)).status).toBe(201);
    await world.db.pool.query(`update idempotency_answer set created_at = now() - interval '25 hours'`);
    const later = await world.admin.post('/api/v1/site/', { ...newSite, name: 'L', code: 'L' }, key);
    expect([later.status, later.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  test('old answers are swept, younger ones kept', async () => {
    await world.admin.post('/api/v1/site/', newSite, key);
    await world.db.pool.query(`update idempotency_answer set created_at = now() - interval '25 hours'`);
    await world.admin.post('/api/v1/region/', { name: 'R' }, key);
    await purgeIdempotencyAnswers({ db: world.db });
    const { rows } = await world.db.pool.query('select route from idempotency_answer');
    expect(rows).toEqual([{ route: 'POST /api/v1/region' }]);
  });

  test('sent twice at once, it is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.admin.post('/api/v1/site/', newSite, key)));
    expect(await count('site')).toBe(8);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  });

  test('while the first still runs, the second is 409', async () => {
    const blocker = await world.db.pool.connect();
    await blocker.query('begin; lock table site in exclusive mode');
    const first = world.admin.post('/api/v1/site/', newSite, key);
    const waitsForLock = `select count(*)::int as n from pg_locks where locktype = 'relation' and not granted`;
    while ((await blocker.query(waitsForLock)).rows[0].n === 0);
    const second = await world.admin.post('/api/v1/site/', newSite, key);
    expect([second.status, second.body.code]).toEqual([409, 'idempotency_key_running']);
    await blocker.query('rollback');
    blocker.release();
    expect((await first).status).toBe(201);
  });

  test('keys are 1 to 255 characters', async () => {
    const { status } = await world.admin.post('/api/v1/site/', newSite, { 'idempotency-key': 'x'.repeat(256) });
    expect(status).toBe(400);
  });
});
