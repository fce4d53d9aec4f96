import { expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { sweepBlobs } from '../../src/platform/storage/index.ts';
import { flowFiles } from './flow-files.ts';

const { files, world, base, flow } = await flowFiles({
  '/towns.csv': 'code,town,people\n1,Lyon,500\n2,Nice,300\n3,Metz,soon\n4,Rome,9,too\n',
  '/areas.csv': 'id,km2\n1,48\n2,72\n',
  '/keys.json': '{"note": "from another package"}',
});
const { context } = world;
type Flow = Awaited<ReturnType<typeof flow>>;
const step = (run: string, parameters: object = {}) => ({ run, parameters });
const schema = { fields: ['code', 'town', 'people'].map((name) => ({ name, type: 'string' })) };
const toInteger = step('set_types', { types: { people: { type: 'integer' } } });
const byTown = (reverse: boolean) => step('sort', { 'sort-by': '{town}', reverse });
const keep = (town: string) => step('filter', { out: [{ town }] });

const run = (dataset: string, dpp: object[], more: object = {}) =>
  flow(
    dataset,
    [
      { name: 't', path: 'towns.csv', schema },
      { name: 'areas', path: 'areas.csv' },
    ],
    {
      processing: [{ input: 't', output: 't', dpp }],
      policy: { cast: 'reject_row' },
      ...more,
    },
  );
const cached = async (made: Flow, table = 't') =>
  (await made.ask(`lineage?resource=${table}`)).steps.map(
    (one: { step: string; cached: boolean }) => `${one.step}${one.cached ? ' cached' : ''}`,
  );
const csv = async (made: Flow) => (await made.product('t_csv')).text.replaceAll('\r\n', '\n');

/** All one can see of a table, but when it was made. */
async function all(made: Flow) {
  const found = await made.ask('issues');
  const rejects = (await made.resources('')).find(({ name }) => name === 't_rejects')!;
  const { id } = made;
  return JSON.parse(
    JSON.stringify({
      csv: await csv(made),
      json: (await made.product('t_json')).text,
      report: (await made.product('validation_report')).text,
      rejects: (await made.read(rejects.path!)).text,
      issues: found.issues,
      schema: (await made.resources('t_csv'))[0]!.schema,
      steps: (await made.ask('lineage')).steps.map(({ cached: _, run: __, ...one }: Record<string, unknown>) => one),
      rejected: made.at('t_csv').stats.rejected_rows,
    }).replaceAll(id, 'flow'),
  );
}

test('a changed last step begins with the outcome of those before it, and the outcome is that of a run without them', async () => {
  const first = await run('changed', [toInteger, byTown(false), keep('Nice')]);
  expect(await cached(first)).toEqual(['cast', 'set_types', 'sort', 'filter', 'validate']);
  expect(first.at('t_csv').stats).not.toHaveProperty('cached');
  const second = await run('changed', [toInteger, byTown(false), keep('Lyon')]);
  expect(await cached(second)).toEqual(['cast cached', 'set_types cached', 'sort cached', 'filter', 'validate']);
  expect(second.at('t_csv').stats).not.toHaveProperty('cached');
  expect(second.status.logs).toContain('t: 2 of 3 steps are those of an earlier run');
  expect(await csv(second)).toBe('code,town,people\n2,Nice,300\n');
  const seen = await all(second);
  expect(seen.issues.map(({ step: name }: { step: string }) => name)).toEqual(['cast', 'set_types']);
  await context.db.exec(sql`delete from flow_cache`);
  const afresh = await run('afresh', [toInteger, byTown(false), keep('Lyon')]);
  expect(await cached(afresh)).toEqual(['cast', 'set_types', 'sort', 'filter', 'validate']);
  expect(await all(afresh)).toEqual(seen);
});

test('the same steps over the same bytes are done once, for whoever; the pipelines say so', async () => {
  const dpp = [toInteger, byTown(true)];
  const first = await run('once', dpp);
  const second = await run('twice', dpp);
  expect(await cached(second)).toEqual(['cast cached', 'set_types cached', 'sort cached', 'validate cached']);
  for (const name of ['t_csv', 't_json']) {
    expect(second.at(name).stats).toMatchObject({ cached: true, hash: first.at(name).stats.hash });
    expect(second.at(name).status).toBe('SUCCEEDED');
  }
  expect(second.at('validation_report').stats).not.toHaveProperty('cached');
  expect(second.at('areas_csv').stats).not.toHaveProperty('cached');
  expect(await all(second)).toEqual(await all(first));
  // Other bytes, another policy, another schema: nothing is the same.
  const other = await run('policy', dpp, { policy: { cast: 'null_value' } });
  expect(await cached(other)).toEqual(['cast cached', 'set_types', 'sort', 'validate']);
  files['/towns.csv'] += '5,Bonn,7\n';
  expect(await cached(await run('bytes', dpp))).toEqual(['cast', 'set_types', 'sort', 'validate']);
});

test('what failed is done again, what was done before it is not', async () => {
  const areas = (field: string) =>
    flow('failing', [{ name: 't', path: 'areas.csv' }], {
      processing: [
        {
          input: 't',
          output: 't',
          dpp: [step('sort', { 'sort-by': '{km2}' }), step('delete_fields', { fields: [field] })],
        },
      ],
    });
  const wrong = await areas('nobody');
  const again = await areas('nobody');
  for (const made of [wrong, again]) expect(made.at('t_csv').error_log[0]).toBe('delete_fields');
  expect(await cached(again)).toEqual(['cast cached', 'sort cached']);
  expect(await cached(await areas('km2'))).toEqual(['cast cached', 'sort cached', 'delete_fields', 'validate']);
});

test('steps that say something of the package, or to the log, do so again', async () => {
  const dpp = [
    step('add_metadata', { keywords: ['x'] }),
    step('load_metadata', { url: `${base}/keys.json` }),
    step('printer'),
    byTown(true),
    step('update_resource', { metadata: { title: 'Towns' } }),
  ];
  const print = (made: Flow) => made.status.logs.filter((line: string) => line.includes(' | '));
  const first = await run('metadata', dpp);
  const second = await run('metadata-again', dpp);
  expect(await cached(second)).toEqual([
    'cast cached',
    ...dpp.map((one) => `${(one as { run: string }).run} cached`),
    'validate cached',
  ]);
  expect(print(second)).toEqual(print(first));
  expect(print(second).length).toBeGreaterThan(1);
  const whole = (await second.read((second.at('').stats['.dpp'] as Record<string, string>)['out-datapackage-url']!))
    .body;
  expect(whole).toMatchObject({ keywords: ['x'], note: 'from another package' });
  expect((await second.resources('t_csv'))[0]!.title).toBe('Towns');
});

test('other tables and what is brought in count by their content', async () => {
  const dpp = (more: object[]) => [
    step('join', { source: { name: 'areas', key: ['id'] }, target: { name: 't', key: ['code'] }, fields: { km2: {} } }),
    step('load', { url: `${base}/keys.json`, name: 'k', format: 'json', required: false }),
    ...more,
  ];
  await run('others', dpp([]));
  expect((await cached(await run('others', dpp([byTown(false)])))).slice(1, 3)).toEqual(['join cached', 'load cached']);
  files['/areas.csv'] = 'id,km2\n1,50\n';
  const changed = await run('others', dpp([]));
  expect(await cached(changed)).toEqual(['cast cached', 'join', 'load', 'validate']);
  expect(await csv(changed)).toContain('1,Lyon,500,50\n');
});

test('the sweep keeps what is remembered, and takes what nobody has used for long; what is lost is made again', async () => {
  const dpp = [toInteger, keep('Metz')];
  const first = await run('swept', dpp);
  const parts = await context.db.many<{ sha256: string }>(sql`select sha256 from flow_cache_part`);
  const there = async () => {
    const stats = await Promise.all(parts.map(({ sha256 }) => context.blobs.stat(sha256)));
    return stats.filter((one) => one !== undefined).length;
  };
  await sweepBlobs(context, -1);
  expect(await there()).toBe(parts.length);
  expect(await cached(await run('swept-2', dpp))).toContain('validate cached');
  for (const { sha256 } of parts) await context.blobs.delete(sha256);
  const third = await run('swept-3', dpp);
  expect(await cached(third)).toEqual(['cast', 'set_types', 'filter', 'validate']);
  expect(await csv(third)).toBe(await csv(first));
  await context.db.exec(sql`update flow_cache set used_at = now() - interval '15 days'`);
  files['/areas.csv'] += '7,7\n';
  await flow('another', [{ name: 'areas', path: 'areas.csv' }]);
  await sweepBlobs(context, -1);
  const left = await context.db.one<{ n: number }>(sql`select count(*)::int as n from flow_cache`);
  expect(left.n).toBe(1);
  expect(await cached(await run('swept-4', dpp))).toEqual(['cast', 'set_types', 'filter', 'validate']);
});
